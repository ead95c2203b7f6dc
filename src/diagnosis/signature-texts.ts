import { hash } from 'node:crypto'
import type { Cause } from './causes.ts'
import type { Finding } from './finding.ts'

/** What the text of a signature may stand for. */
export interface Decoding {
  bytes: Buffer
  causes: readonly Cause[]
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const ESCAPE = /\\u([0-9a-f]{4})|&#(\d{1,3});|&#x([0-9a-f]{2});/gi

/** What the text of a signature may stand for, the right way first. */
export function* decodings(text: string): Generator<Decoding> {
  const base64 = (value: string, ...causes: Cause[]): Decoding[] =>
    BASE64.test(value) ? [{ bytes: Buffer.from(value, 'base64'), causes }] : []
  if (/^[0-9a-f]{128,}$/i.test(text)) yield { bytes: Buffer.from(text, 'hex'), causes: ['signature_hex'] }
  yield* base64(text)
  if (/[-_]/.test(text)) yield* base64(text.replaceAll('-', '+').replaceAll('_', '/'), 'signature_base64url')
  if (text.includes('%')) {
    const once = unescaped(text)
    yield* base64(once, 'signature_url_encoded')
    yield* base64(unescaped(once), 'signature_url_encoded')
  }
  if (/\s|\\[rn]/.test(text)) {
    yield* base64(text.replaceAll(' ', '+'), 'signature_blanks')
    yield* base64(text.replaceAll(/\s|\\[rn]/g, ''), 'signature_blanks')
  }
  if (/[\\&]/.test(text)) yield* base64(plain(text), 'signature_escaped')
  // Python writes bytes so, JavaScript and Go in decimal.
  yield* base64(/^b?'(.*)'$/.exec(text)?.[1] ?? '', 'signature_object_as_text')
  if (/^\[?(?:\d{1,3}[, ]+){63,}\d{1,3}\]?$/.test(text))
    yield { bytes: Buffer.from((text.match(/\d+/g) ?? []).map(Number)), causes: ['signature_object_as_text'] }
  if (BASE64.test(text))
    yield* base64(Buffer.from(text, 'base64').toString('latin1'), 'signature_encoded_twice')
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Without the escapes of JSON and HTML. */
function plain(text: string): string {
  return text
    .replaceAll(ESCAPE, (_escape, json, decimal, hex) =>
      String.fromCharCode(decimal === undefined ? Number.parseInt(json ?? hex, 16) : Number(decimal)),
    )
    .replaceAll('\\/', '/')
}

/** What languages write for something that is no text. */
const NO_TEXT = /^(?:undefined|null|None|nil|NaN|Array|\[object \w+\]|\[B@[0-9a-f]+|System\.\S+|<\w.*>)$/
/** Bytes of MD5, SHA-1 and SHA-256. */
const DIGEST_BYTES = [16, 20, 32]

/** What is known of a signature by its text only; `undefined` for one that a key may have made. */
export function findingOfText(signature: string, expected: Buffer): Finding | undefined {
  if (NO_TEXT.test(signature)) return { causes: ['signature_object_as_text'], detail: `It is ${signature}.` }
  const digits = /^[0-9a-f]+$/i.test(signature) ? signature.length : 0
  const bytes = Buffer.from(signature, digits > 0 ? 'hex' : 'base64')
  if (!DIGEST_BYTES.includes(bytes.length)) return undefined
  if (bytes.equals(hash('sha256', expected, 'buffer')))
    return { causes: ['digest_as_signature'], detail: 'It is the SHA-256 of the expected message.' }
  if (digits === 32 || digits === 64)
    return { causes: ['apiv2_style'], detail: `The signature has ${digits} digits, as MD5 and HMAC have.` }
  return { causes: ['digest_as_signature'], detail: `It has ${bytes.length} bytes.` }
}
