import type { KeyObject } from 'node:crypto'
import { jsonSpellings } from '../../protocol/json-spellings.ts'
import { type OpenedSignature, openSignature } from '../../protocol/read-signature.ts'
import { replyMessage } from '../../protocol/signature.ts'
import type { Suite } from '../../protocol/suite.ts'
import { noticeOrders } from './notice-orders.ts'

/** Why the signature of a reply or a notice does not fit: what happened to it on its way to the check. */
export type MismatchCause =
  | 'body_rewritten'
  | 'body_reordered'
  | 'body_base64'
  | 'body_line_feed'
  | 'body_decoded'
  | 'body_byte_order_mark'
  | 'body_lost'
  | 'other_body'
  | 'headers_mixed'
  | 'signature_damaged'
  | 'other_key'
  | 'wrong_key'

/** A message whose signature does not fit. */
export interface Mismatch {
  suite: Suite
  timestamp: string
  nonce: string
  signature: string
  serial: string
  body: Uint8Array
  /** The key that `serial` names. */
  key: KeyObject
}

/** A key that is known by its serial number or id. */
export interface NamedKey {
  serial: string
  publicKey: KeyObject
}

const RAW_BYTES = 'The signature covers the raw bytes.'

const EXPLANATIONS: Record<MismatchCause, string> = {
  body_rewritten: `The key is right, and the body was parsed and written again. ${RAW_BYTES}`,
  body_reordered: `The key is right, and the keys of the body are in another order: it was parsed, and written by something that sorts them or keeps no order. ${RAW_BYTES}`,
  body_base64: `The key is right, and the body is the Base64 of what the platform sent. ${RAW_BYTES}`,
  body_line_feed: `The key is right, and the body has a line feed at its end that the platform did not send, or lacks one. ${RAW_BYTES}`,
  body_decoded: `The key is right, and the body was decoded as Latin-1 and encoded as UTF-8. ${RAW_BYTES} Take the body as a Buffer.`,
  body_byte_order_mark: `The key is right, and a byte order mark was put in front of the body. ${RAW_BYTES}`,
  body_lost: 'The key is right, and the body is empty here: something has read it before.',
  other_body:
    'The key is right, and the body or one of its headers Wechatpay-Timestamp and Wechatpay-Nonce is not what the platform sent.',
  headers_mixed:
    'The key and the body are right; its headers Wechatpay-Timestamp and Wechatpay-Nonce are those of another message, or changed places.',
  signature_damaged:
    'Its Wechatpay-Signature has lost its form on the way, such as + that became blanks; restored it fits.',
  other_key: 'It was signed by another key than its Wechatpay-Serial names.',
  wrong_key:
    'No key that is known here has signed it: the public key that is kept under this id or serial number is not the platform’s, or the message is forged.',
}

/** How far a timestamp that was signed is looked for around that of the header, in seconds. */
const MAX_APART_SECONDS = 300
/** An SM2 signature says nothing of itself, so each guess costs a verification of some 3.5 ms. */
const MAX_GUESSES = 12
/** Bytes of bodies that are compared in all. */
const MAX_BYTES = 2 * 1024 * 1024

/** What is said of a mismatch; without a cause where none of those that are known is it. */
interface Explanation {
  likelyCause: MismatchCause | undefined
  explanation: string
}

/**
 * Names the likely cause of a signature that does not fit. Costs about a millisecond, with SM2 at most some 50 ms, and
 * nothing for those that fit.
 */
export function explainMismatch(mismatch: Mismatch, known: readonly NamedKey[]): Explanation {
  const { suite, serial, key } = mismatch
  const keys = [{ serial, publicKey: key }, ...known.filter(other => !other.publicKey.equals(key))]
  const bytes = [...decodings(mismatch.signature)]
  if (suite.algorithm === 'SM2') return guess(mismatch, keys, bytes)
  for (const { serial: name, publicKey } of keys) {
    const found = bytes.map(signature => openSignature(signature, publicKey)).find(opened => opened)
    if (!found) continue
    if (name !== serial) return explained('other_key', `It names ${serial}, and was signed by ${name}.`)
    if (found.fits(messageOf(mismatch))) return explained('signature_damaged')
    return explained(
      changeOf(mismatch, found.fits) ?? (mismatch.body.length === 0 ? 'body_lost' : 'other_body'),
    )
  }
  // What cannot be decoded is no signature by anybody.
  const modulus = key.asymmetricKeyDetails?.modulusLength ?? 0
  const isWhole = bytes.some(({ length }) => length === modulus / 8)
  return isWhole
    ? explained('wrong_key')
    : explained('signature_damaged', 'Its Wechatpay-Signature is no whole Base64 of a signature.')
}

/** Only what fits says which key has signed, so without it nobody can tell a wrong key from a wrong body. */
function guess(mismatch: Mismatch, keys: readonly NamedKey[], bytes: readonly Buffer[]): Explanation {
  const { suite, serial, signature, key } = mismatch
  const spellings = new Set(bytes.map(spelling => spelling.toString('base64')))
  for (const { serial: name, publicKey } of keys) {
    if (![...spellings].some(spelling => suite.verify(messageOf(mismatch), spelling, publicKey))) continue
    if (name !== serial) return explained('other_key', `It names ${serial}, and was signed by ${name}.`)
    return explained('signature_damaged')
  }
  let guesses = 0
  const fits = (message: Uint8Array) => {
    guesses += 1
    return guesses <= MAX_GUESSES && suite.verify(message, signature, key)
  }
  const likelyCause = changeOf(mismatch, fits)
  if (likelyCause) return explained(likelyCause)
  return { likelyCause, explanation: 'Either its bytes or the key are not the platform’s.' }
}

function explained(likelyCause: MismatchCause, explanation = EXPLANATIONS[likelyCause]): Explanation {
  return { likelyCause, explanation }
}

function messageOf({ timestamp, nonce, body }: Mismatch): Buffer {
  return replyMessage(timestamp, nonce, body)
}

/** What the text of a signature was before something on the way took it for another text. */
function* decodings(text: string): Generator<Buffer> {
  for (const value of [
    text,
    text.replaceAll(' ', '+'),
    text.replaceAll(/\s/g, ''),
    text.replaceAll('-', '+').replaceAll('_', '/'),
    text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  ])
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(value)) yield Buffer.from(value, 'base64')
}

/** What was signed by the right key instead of what came; `undefined` when it is none of what is tried. */
function changeOf(mismatch: Mismatch, fits: OpenedSignature['fits']): MismatchCause | undefined {
  let bytesLeft = MAX_BYTES
  for (const { likelyCause, timestamp, nonce, body } of changes(mismatch)) {
    bytesLeft -= body.length
    if (bytesLeft < 0) return undefined
    if (fits(replyMessage(timestamp, nonce, body))) return likelyCause
  }
  return undefined
}

type Change = Pick<Mismatch, 'timestamp' | 'nonce'> & { body: Buffer; likelyCause: MismatchCause }

function* changes({ timestamp, nonce, body: bytes }: Mismatch): Generator<Change> {
  const body = Buffer.from(bytes)
  for (const [likelyCause, signed] of bodies(body)) yield { likelyCause, timestamp, nonce, body: signed }
  for (const [otherTimestamp, otherNonce] of headerPairs(timestamp, nonce))
    yield { likelyCause: 'headers_mixed', timestamp: otherTimestamp, nonce: otherNonce, body }
}

function* bodies(body: Buffer): Generator<readonly [MismatchCause, Buffer]> {
  const text = body.toString('utf8')
  if (/^[\w+/-]+={0,2}\s*$/.test(text)) yield ['body_base64', Buffer.from(text, 'base64')]
  for (const end of ['\n', '\r\n']) {
    if (text.endsWith(end)) yield ['body_line_feed', body.subarray(0, -end.length)]
    yield ['body_line_feed', Buffer.concat([body, Buffer.from(end)])]
  }
  if (text.startsWith('\ufeff')) yield ['body_byte_order_mark', body.subarray(3)]
  // Each byte became a character of its own.
  if (/^[\0-\xff]*$/.test(text)) yield ['body_decoded', Buffer.from(text, 'latin1')]
  for (const spelling of jsonSpellings(text)) yield ['body_rewritten', Buffer.from(spelling)]
  for (const ordered of noticeOrders(text)) yield ['body_reordered', Buffer.from(ordered)]
}

function* headerPairs(timestamp: string, nonce: string): Generator<readonly [string, string]> {
  yield [nonce, timestamp]
  // A header that came twice is one value with a comma in it.
  const timestamps = timestamp.split(/, ?/)
  for (const one of timestamps) for (const other of nonce.split(/, ?/)) yield [one, other]
  for (const spelling of [nonce.toLowerCase(), nonce.toUpperCase(), nonce.trim()]) yield [timestamp, spelling]
  for (let apart = 1; apart <= MAX_APART_SECONDS; apart += 1) {
    yield [String(Number(timestamp) - apart), nonce]
    yield [String(Number(timestamp) + apart), nonce]
  }
}
