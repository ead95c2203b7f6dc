import { createHash } from 'node:crypto'
import { type RequestToSign, requestMessage } from '../protocol/signature.ts'
import { bodyVariants } from './body-variants.ts'
import type { Cause } from './causes.ts'
import { OTHER_CHARSETS } from './charsets.ts'
import { permutations, type TargetSurroundings, targetPairs, targetVariants } from './target-variants.ts'

/** The parts of a message, with the body's bytes at hand. */
export type Parts = RequestToSign & { body: Buffer }

/** A message that may have been signed, and what would be wrong with it. */
export interface Candidate {
  causes: readonly Cause[]
  body: Buffer
  /** About as many bytes has the message, which is not made before somebody wants to look at it. */
  length: number
  message(): Buffer
}

/** One thing that may be wrong: a part that is another one, or another way to write the parts. */
interface Variant {
  causes: readonly Cause[]
  change?: Partial<Parts>
  write?: (parts: Parts) => Buffer
}

/** Method, timestamp and nonce. */
const HEAD_LENGTH = 64

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
/** How far a timestamp that was signed may be from that of the header, in seconds. */
const MAX_APART_SECONDS = 300

/**
 * Every message that the caller may have signed: first what was expected, then with one thing wrong, then with two. They
 * are made one by one, because whoever compares them stops at the first that fits.
 */
export function* messageVariants(parts: Parts, surroundings: TargetSurroundings): Generator<Candidate> {
  yield candidateOf(parts, {})
  const groups = [
    remembered(bodyGroup(parts)),
    remembered(targetGroup(parts, surroundings)),
    remembered(formGroup()),
    remembered(methodGroup(parts)),
    remembered(nonceGroup(parts)),
  ]
  for (const variant of inTurn(groups.map(({ items }) => items))) yield candidateOf(parts, variant)
  for (const variant of wideGroup(parts, surroundings)) yield candidateOf(parts, variant)
  const pairs = groups.flatMap(({ met }, index) =>
    groups.slice(index + 1).map(others => pairsOf(parts, met, others.met)),
  )
  yield* inTurn(pairs)
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
function* inTurn<Item>(generators: readonly Generator<Item>[]): Generator<Item> {
  let left = [...generators]
  while (left.length > 0) {
    const still: Generator<Item>[] = []
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
    causes: [...new Set([...(variant.causes ?? []), ...(other.causes ?? [])])],
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
  const values = new Set([...spellings, nonce.trim()])
  values.delete(nonce)
  return [...values].map(value => ({ causes: ['nonce_differs'], change: { nonce: value } }))
}

/** Other ways to make one message of the parts. */
function formGroup(): Variant[] {
  const joined = (separator: string, end: string) => (changed: Parts) =>
    Buffer.concat(
      linesOf(changed)
        .flatMap((line, index) => [Buffer.from(index === 0 ? '' : separator), line])
        .concat(Buffer.from(end)),
    )
  const form = (cause: Cause, write: (changed: Parts) => Buffer): Variant => ({ causes: [cause], write })
  const digest = (changed: Parts) => createHash('sha256').update(requestMessage(changed))
  return [
    form('last_line_feed', joined('\n', '')),
    // As a shell's $(…) does it.
    form('last_line_feed', changed => withoutLineFeeds(requestMessage(changed))),
    form('carriage_returns', joined('\r\n', '\r\n')),
    form('carriage_returns', joined('\r\n', '')),
    form('escaped_line_feeds', joined('\\n', '\\n')),
    form('escaped_line_feeds', joined('\\n', '')),
    form('line_feeds_missing', joined('', '')),
    form('byte_order_mark', changed => Buffer.concat([Buffer.from('\ufeff'), requestMessage(changed)])),
    form('hashed_twice', changed => Buffer.from(digest(changed).digest('hex'))),
    form('hashed_twice', changed => digest(changed).digest()),
    form('hashed_twice', changed => Buffer.from(digest(changed).digest('base64'))),
    ...[0, 1, 2, 3, 4].map(left =>
      form('line_missing', changed => ended(linesOf(changed).filter((_, index) => index !== left))),
    ),
    // The message of a reply.
    form('line_missing', changed => ended(linesOf(changed).slice(2))),
    ...OTHER_CHARSETS.map(encode => form('charset', changed => encode(requestMessage(changed)))),
    form('charset', changed => Buffer.from(requestMessage(changed).toString('utf8'), 'utf16le')),
  ]
}

/** What is tried alone, because there is so much of it. */
function* wideGroup(parts: Parts, surroundings: TargetSurroundings): Generator<Variant> {
  for (const { value, causes } of targetPairs(parts.target, surroundings))
    yield { causes, change: { target: value } }
  for (const order of permutations([0, 1, 2, 3, 4]))
    yield {
      causes: ['line_order'],
      write: changed => ended(order.map(index => linesOf(changed)[index] ?? Buffer.alloc(0))),
    }
  const seconds = Number(parts.timestamp)
  for (let apart = 1; apart <= MAX_APART_SECONDS; apart += 1) {
    for (const signed of [seconds - apart, seconds + apart])
      yield { causes: ['timestamp_differs'], change: { timestamp: String(signed) } }
  }
  for (let ms = 0; ms < 1000; ms += 1) {
    const timestamp = `${seconds}${String(ms).padStart(3, '0')}`
    yield { causes: ['timestamp_unit'], change: { timestamp } }
  }
}

function linesOf({ method, target, timestamp, nonce, body }: Parts): Buffer[] {
  return [...[method, target, timestamp, nonce].map(text => Buffer.from(text)), body]
}

function withoutLineFeeds(message: Buffer): Buffer {
  let { length } = message
  while (length > 0 && message[length - 1] === 0x0a) length -= 1
  return message.subarray(0, length)
}

function ended(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap(line => [line, Buffer.from('\n')]))
}
