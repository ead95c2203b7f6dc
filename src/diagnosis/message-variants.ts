import { requestMessage } from '../protocol/signature.ts'
import { bodyVariants } from './body-variants.ts'
import type { Cause } from './causes.ts'
import { formVariants, rareForms } from './form-variants.ts'
import { type TargetSurroundings, targetPairs, targetVariants } from './target-variants.ts'
import { farTimes, nearTimes, rareTimes, timesInMilliseconds } from './time-variants.ts'
import { type Parts, unsetPart, type Variant } from './variant.ts'

/** A message that may have been signed, and what would be wrong with it. */
export interface Candidate {
  causes: readonly Cause[]
  body: Buffer
  /** About as many bytes has the message, which is not made before somebody wants to look at it. */
  length: number
  message(): Buffer
}

/** Method, timestamp and nonce. */
const HEAD_LENGTH = 64
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
const UNSET_PARTS = (['timestamp', 'nonce', 'method', 'target'] as const).flatMap(unsetPart)
/** So many near timestamps are tried with whatever else is likely: those of a time that was taken twice. */
const MAX_NEAR = 6
/** So many variants of each part are tried together before what is rare. */
const MAX_LIKELY = 32

/**
 * Every message that the caller may have signed: first what was expected, then with one thing wrong, then with two. They
 * are made one by one, because whoever compares them stops at the first that fits.
 */
export function* messageVariants(parts: Parts, surroundings: TargetSurroundings): Generator<Candidate> {
  yield candidateOf(parts, {})
  const near = nearTimes(parts.timestamp)
  const groups = [
    remembered(bodyGroup(parts)),
    remembered(targetGroup(parts, surroundings)),
    remembered(formVariants()),
    remembered(methodGroup(parts)),
    remembered(nonceGroup(parts)),
  ]
  yield* singly(parts, inTurn([...groups.map(({ items }) => items), near, UNSET_PARTS]))
  const met = groups.map(({ met }) => met)
  const likely = met.map(variants => variants.slice(0, MAX_LIKELY))
  for (const variants of likely) yield* pairsOf(parts, variants, near.slice(0, MAX_NEAR))
  yield* singly(parts, timesInMilliseconds(parts.timestamp))
  yield* singly(parts, farTimes(parts.timestamp))
  yield* pairsOfGroups(parts, likely)
  yield* singly(parts, rareForms())
  yield* singly(parts, rareTimes(parts.timestamp))
  yield* singly(parts, rareTargets(parts, surroundings))
  yield* pairsOfGroups(parts, [...met, near])
}

function* singly(parts: Parts, variants: Iterable<Variant>): Generator<Candidate> {
  for (const variant of variants) yield candidateOf(parts, variant)
}

function* pairsOfGroups(parts: Parts, groups: readonly Variant[][]): Generator<Candidate> {
  yield* inTurn(
    groups.flatMap((variants, index) =>
      groups.slice(index + 1).map(others => pairsOf(parts, variants, others)),
    ),
  )
}

function* pairsOf(
  parts: Parts,
  variants: readonly Variant[],
  others: readonly Variant[],
): Generator<Candidate> {
  for (const other of others) for (const variant of variants) yield candidateOf(parts, variant, other)
}

/** Things that are made one by one, and those that were. */
function remembered<Item>(items: Iterable<Item>): { items: Generator<Item>; met: Item[] } {
  const met: Item[] = []
  function* remember(): Generator<Item> {
    for (const item of items) {
      met.push(item)
      yield item
    }
  }
  return { items: remember(), met }
}

/** One of each in turn, because each begins with what is likely. */
function* inTurn<Item>(lists: readonly Iterable<Item>[]): Generator<Item> {
  let left = lists.map(list => list[Symbol.iterator]())
  while (left.length > 0) {
    const still: Iterator<Item>[] = []
    for (const generator of left) {
      const { done, value } = generator.next()
      if (done) continue
      still.push(generator)
      yield value
    }
    left = still
  }
}

function candidateOf(parts: Parts, variant: Partial<Variant>, other: Partial<Variant> = {}): Candidate {
  const changed = { ...parts, ...variant.change, ...other.change }
  const write = variant.write ?? other.write ?? requestMessage
  return {
    // Nobody asks for those of a message that does not fit.
    get causes() {
      return [...new Set([...(variant.causes ?? []), ...(other.causes ?? [])])]
    },
    body: changed.body,
    length: changed.target.length + changed.body.length + HEAD_LENGTH,
    message: () => write(changed),
  }
}

function* bodyGroup({ body, method, target }: Parts): Generator<Variant> {
  for (const { value, causes } of bodyVariants(body, method, target))
    yield { causes, change: { body: value } }
}

function* targetGroup({ target }: Parts, surroundings: TargetSurroundings): Generator<Variant> {
  const met = new Set([target])
  for (const { value, causes } of targetVariants(target, surroundings)) {
    if (!met.has(value)) yield { causes, change: { target: value } }
    met.add(value)
  }
}

function methodGroup({ method }: Parts): Variant[] {
  const lower = method.toLowerCase()
  const others = METHODS.filter(known => known !== method)
  return [
    ...[lower, lower.charAt(0).toUpperCase() + lower.slice(1)].map(value => ({
      ...{ causes: ['method_case'] as const, change: { method: value } },
    })),
    ...others.map(value => ({ causes: ['method_other'] as const, change: { method: value } })),
  ]
}

function nonceGroup({ nonce }: Parts): Variant[] {
  const plain = nonce.replaceAll('-', '')
  const parts = UUID.exec(nonce)?.slice(1) ?? []
  const spellings = [nonce, plain, parts.join('-')].flatMap(text => [
    text,
    text.toLowerCase(),
    text.toUpperCase(),
  ])
  // A header has bytes, and one that was written as UTF-8 is read as Latin-1.
  const values = new Set([...spellings, nonce.trim(), Buffer.from(nonce, 'latin1').toString('utf8')])
  values.delete(nonce)
  return [
    ...[...values].map((value): Variant => ({ causes: ['nonce_differs'], change: { nonce: value } })),
    { causes: ['line_blanks'], change: { nonce: `${nonce}\n` } },
  ]
}

/** What is wrong with a target in two ways. */
function* rareTargets({ target }: Parts, surroundings: TargetSurroundings): Generator<Variant> {
  for (const { value, causes } of targetPairs(target, surroundings))
    yield { causes, change: { target: value } }
}
