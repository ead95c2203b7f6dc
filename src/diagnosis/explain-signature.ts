import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Authorization } from '../protocol/authorization.ts'
import { guessPss, type OpenedSignature, openSignature } from '../protocol/read-signature.ts'
import { requestMessage } from '../protocol/signature.ts'
import type { Statements } from '../store/database.ts'
import { rewritingCauses } from './body-variants.ts'
import type { Cause } from './causes.ts'
import type { Finding, RefusedRequest } from './finding.ts'
import { type KnownKey, knownKeys } from './known-keys.ts'
import { type Candidate, messageVariants } from './message-variants.ts'
import { readSm2 } from './read-sm2.ts'
import { type Decoding, decodings, findingOfText } from './signature-texts.ts'
import { surroundingsOf } from './surroundings.ts'

/** How much is tried: messages in all, and bytes of them. */
interface Budget {
  messages: number
  bytes: number
  /** After so many bytes others have their turn. */
  sliceBytes: number
}
const DIGESTS: Budget = { messages: 10_000, bytes: 6 * 1024 * 1024, sliceBytes: 32 * 1024 }
/** Where each is hashed three times. */
const GUESSES: Budget = { messages: 4_000, bytes: 2 * 1024 * 1024, sliceBytes: 16 * 1024 }
/** Where each message is verified for itself, a hundred times as dear. */
const VERIFICATIONS: Budget = { messages: 60, bytes: 256 * 1024, sliceBytes: 1 }

/** One key in thirty thousand is a guess by chance. */
const MAX_GUESSES = 2

const NO_BODY = Buffer.alloc(0)

/** A signature that was opened: who made it, what is wrong with how it was made, and how to find out of what. */
interface Reading {
  by: KnownKey
  causes: readonly Cause[]
  signedDigest: string
  fits(message: Buffer): boolean
  budget: Budget
}

const KEY_CAUSES: Record<KnownKey['owner'], readonly Cause[]> = {
  claimed: [],
  merchant: ['key_of_other_certificate'],
  platform: ['key_of_platform'],
  other: ['key_of_other_merchant'],
}

/** Finds out why a signature of a known certificate does not fit: its text, its making, its key, its message. */
export async function explainSignature(
  db: Statements,
  request: RefusedRequest,
  fields: Authorization,
): Promise<Finding> {
  const known = findingOfText(fields.signature, expectedMessage(request, fields))
  if (known) return known
  const keys = await knownKeys(db, fields.mchid, fields.serial_no)
  const texts = [...decodings(fields.signature)]
  if (texts.length === 0) return { causes: ['signature_not_base64'], detail: '' }
  for (const { bytes, causes } of texts) {
    const reading = await read(bytes, keys, request, fields)
    if (reading)
      return explainReading(request, fields, { ...reading, causes: [...causes, ...reading.causes] })
  }
  return explainGuess(request, fields, texts, keys)
}

/**
 * What no key has surely made. Whether it is a PSS signature is known when a message fits; and when none does, a key that
 * nobody knows is what it looks like.
 */
async function explainGuess(
  request: RefusedRequest,
  fields: Authorization,
  texts: readonly Decoding[],
  keys: readonly KnownKey[],
): Promise<Finding> {
  const guesses = texts.flatMap(({ bytes, causes }) =>
    keys.flatMap(by => {
      const opened = guessPss(bytes, by.key)
      return opened ? [readingOf(opened, by, causes)] : []
    }),
  )
  for (const guess of guesses.slice(0, MAX_GUESSES)) {
    const signed = await search(request, fields, guess.fits, GUESSES)
    if (signed) return findingOf(request, fields, guess, signed)
  }
  const own = guesses.find(({ by }) => by.owner === 'claimed')
  return {
    causes: noReadingCauses(texts, keys),
    detail: own
      ? 'Or the key is right and has signed with PSS padding, which one in 30,000 other signatures looks like: sign with PKCS #1 v1.5 first.'
      : '',
  }
}

/** Who has signed, where nothing else is known; for a request whose body nobody has read. */
export async function signerOf(db: Statements, fields: Authorization): Promise<KnownKey | undefined> {
  const keys = await knownKeys(db, fields.mchid, fields.serial_no)
  for (const { bytes } of decodings(fields.signature)) {
    const found = keys.find(({ key }) => openSignature(bytes, key))
    if (found) return found
  }
  return undefined
}

function noReadingCauses(texts: readonly Decoding[], keys: readonly KnownKey[]): Finding['causes'] {
  const modulus = keys[0]?.key.asymmetricKeyDetails?.modulusLength
  const whole = texts.find(({ bytes }) => modulus === undefined || bytes.length === modulus / 8)
  if (!whole) return ['signature_length']
  const [first, ...others] = [...whole.causes, 'key_unknown' as const]
  return [first ?? 'key_unknown', ...others]
}

async function read(
  signature: Buffer,
  keys: readonly KnownKey[],
  request: RefusedRequest,
  fields: Authorization,
): Promise<Reading | undefined> {
  for (const by of keys) {
    const opened = openSignature(signature, by.key)
    if (opened) return readingOf(opened, by, [])
  }
  const sm2 = await readSm2(signature, keys, expectedMessage(request, fields))
  return (
    sm2 && {
      ...sm2,
      causes: [...sm2.causes, ...KEY_CAUSES[sm2.by.owner]],
      signedDigest: '',
      budget: VERIFICATIONS,
    }
  )
}

function readingOf(opened: OpenedSignature, by: KnownKey, causes: readonly Cause[]): Reading {
  const { padding, digest, signedDigest, fits } = opened
  const making: Cause[] = []
  if (padding === 'PSS') making.push('padding_pss')
  else if (digest === 'none') making.push('digest_missing')
  else if (digest !== 'sha256') making.push('digest_algorithm')
  return { by, causes: [...causes, ...making, ...KEY_CAUSES[by.owner]], signedDigest, fits, budget: DIGESTS }
}

async function explainReading(
  request: RefusedRequest,
  fields: Authorization,
  reading: Reading,
): Promise<Finding> {
  return findingOf(request, fields, reading, await search(request, fields, reading.fits, reading.budget))
}

function findingOf(
  request: RefusedRequest,
  fields: Authorization,
  { by, causes, signedDigest }: Reading,
  signed: Candidate | undefined,
): Finding {
  const isMadeByKey = signed !== undefined || by.algorithm === 'RSA' || by.owner !== 'claimed'
  const all = [...causes, ...(signed?.causes ?? [])]
  const [first = isMadeByKey ? 'other_message' : 'key_or_message_unknown', ...others] = all
  const detail = [
    by.owner === 'claimed' ? '' : `It was signed by ${by.name}.`,
    signed || all.length === 0 ? '' : 'What was signed could not be found, so that more may be wrong.',
    signed ? '' : `The expected message has ${expectedMessage(request, fields).length} bytes.`,
  ]
  return {
    causes: [first, ...others],
    detail: detail.filter(Boolean).join(' '),
    ...(isMadeByKey && { signedBy: by.name }),
    ...(signed && { signedMessage: signed.message() }),
    ...(signedDigest !== '' && { signedDigest }),
  }
}

/** The message that was signed, if it is one that callers make by mistake. Gives others their turn now and then. */
async function search(
  request: RefusedRequest,
  fields: Authorization,
  fits: (message: Buffer) => boolean,
  budget: Budget,
): Promise<Candidate | undefined> {
  const { method, target, body = NO_BODY } = request
  const { timestamp, nonce_str: nonce } = fields
  let { messages, bytes } = budget
  let untilTurn = budget.sliceBytes
  for (const candidate of messageVariants(
    { method, target, timestamp, nonce, body },
    surroundingsOf(request),
  )) {
    const { length } = candidate
    messages -= 1
    if (messages < 0) return undefined
    // Others may be shorter, such as one without the body.
    if (length <= bytes) {
      bytes -= length
      if (fits(candidate.message())) return refined(candidate, body)
    }
    // What is too long was made for nothing, and that takes its time, too.
    untilTurn -= length
    if (untilTurn > 0) continue
    untilTurn = budget.sliceBytes
    await nextTurn()
  }
  return undefined
}

/** Says how the JSON was written otherwise, once it is known that it was. */
function refined(candidate: Candidate, received: Buffer): Candidate {
  const causes = candidate.causes.flatMap(cause =>
    cause === 'body_rewritten' ? rewritingCauses(candidate.body, received) : [cause],
  )
  return { ...candidate, causes }
}

/** What the signature should have covered. */
export function expectedMessage(
  { method, target, body = NO_BODY }: RefusedRequest,
  fields: Authorization,
): Buffer {
  const { timestamp, nonce_str: nonce } = fields
  return requestMessage({ method, target, timestamp, nonce, body })
}
