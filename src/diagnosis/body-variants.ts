import { gunzipSync, inflateSync } from 'node:zlib'
import {
  formSpellings,
  jsonSpellings,
  type SpellingDifference,
  spellingDifferences,
} from '../protocol/json-spellings.ts'
import { bodyTexts } from './body-texts.ts'
import type { Cause } from './causes.ts'

/** A body as it may have been signed instead. */
export interface BodySpelling {
  value: Buffer
  causes: readonly Cause[]
}

/** Of larger bodies only the few cheap spellings are tried. */
const MAX_REWRITTEN_BYTES = 16 * 1024
const MAX_UNPACKED_BYTES = 64 * 1024
const OBJECT_AS_TEXT = '[object Object]'
const UNSET_AS_TEXT = ['{}', 'null', '""', '[]', 'undefined', 'None']
const EMPTY_AS_TEXT = [...UNSET_AS_TEXT, '{}\n', 'null\n', OBJECT_AS_TEXT]
/** Of a query's parameters so many are taken for numbers and for texts in turn. */
const MAX_NUMBERS = 3
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const LINE_ENDS = ['\n', '\r\n']

/** The ways in which a body may have been signed, the likely ones first. */
export function* bodyVariants(body: Buffer, method: string, target: string): Generator<BodySpelling> {
  if (body.length === 0) {
    yield* bodiesForNone(method, target)
    return
  }
  yield* lineFeeds(body, [])
  yield { value: Buffer.alloc(0), causes: ['body_left_out'] }
  const unpacked = decompressed(body)
  if (unpacked) yield { value: unpacked, causes: ['body_compressed'] }
  if (body.subarray(0, 3).equals(BYTE_ORDER_MARK))
    yield { value: body.subarray(3), causes: ['body_byte_order_mark'] }
  yield { value: Buffer.concat([BYTE_ORDER_MARK, body]), causes: ['body_byte_order_mark'] }
  yield { value: Buffer.from(OBJECT_AS_TEXT), causes: ['body_object_as_text'] }
  if (body.length > MAX_REWRITTEN_BYTES) return
  yield* otherCharset(body)
  const text = body.toString('utf8')
  // How a spelling differs is looked at once it was found to fit.
  const spellings: string[] = []
  for (const spelling of jsonSpellings(text)) {
    spellings.push(spelling)
    yield { value: Buffer.from(spelling), causes: ['body_rewritten'] }
  }
  for (const form of formSpellings(text)) yield { value: Buffer.from(form), causes: ['body_form_encoded'] }
  for (const value of UNSET_AS_TEXT) yield { value: Buffer.from(value), causes: ['body_left_out'] }
  for (const { value, cause } of bodyTexts(body)) yield { value: Buffer.from(value), causes: [cause] }
  for (const spelling of spellings) {
    yield* lineFeeds(Buffer.from(spelling), ['body_rewritten'])
    if (spelling.includes('\n'))
      yield { value: Buffer.from(spelling.replaceAll('\n', '\r\n')), causes: ['body_rewritten'] }
  }
}

const DIFFERENCES: Record<SpellingDifference, Cause> = {
  spacing: 'body_spacing',
  key_order: 'body_key_order',
  unicode_escapes: 'body_unicode_escapes',
  slash_escapes: 'body_slash_escapes',
  values: 'body_rewritten',
}

/** What exactly differs between the body that was signed and the one that came. */
export function rewritingCauses(signed: Buffer, received: Buffer): Cause[] {
  return spellingDifferences(signed.toString('utf8').trim(), received.toString('utf8').trim()).map(
    difference => DIFFERENCES[difference],
  )
}

function* bodiesForNone(method: string, target: string): Generator<BodySpelling> {
  // As echo ends what it prints.
  yield* lineFeeds(Buffer.alloc(0), [])
  // What a client had before it made a query of it.
  const query = method === 'GET' ? (target.split('?')[1] ?? '') : ''
  const objects = query === '' ? [] : objectsOf(query)
  // Some libraries end what they take for a body by a line feed, and the empty fifth line by another one.
  for (const text of query === '' ? [] : [query, ...objects])
    for (const value of [text, `${text}\n`]) yield { value: Buffer.from(value), causes: ['body_of_get'] }
  for (const text of EMPTY_AS_TEXT) yield { value: Buffer.from(text), causes: ['empty_body_as_text'] }
  for (const text of objects)
    for (const spelling of jsonSpellings(text))
      yield { value: Buffer.from(spelling), causes: ['body_of_get'] }
}

/** The parameters of a query as JSON: all of them texts, and some or all of those that look like numbers as numbers. */
function objectsOf(query: string): string[] {
  const texts = Object.fromEntries(new URLSearchParams(query))
  const numeric = Object.keys(texts).filter(name => String(Number(texts[name])) === texts[name])
  let objects: Record<string, string | number>[] = [texts]
  for (const name of numeric.slice(0, MAX_NUMBERS))
    objects = objects.flatMap(fields => [fields, { ...fields, [name]: Number(fields[name]) }])
  return objects.map(fields => JSON.stringify(fields))
}

function* lineFeeds(body: Buffer, causes: readonly Cause[]): Generator<BodySpelling> {
  const more: readonly Cause[] = [...causes, 'body_line_feed']
  for (const end of LINE_ENDS) {
    if (body.toString('latin1', body.length - end.length) === end)
      yield { value: body.subarray(0, -end.length), causes: more }
    yield { value: Buffer.concat([body, Buffer.from(end)]), causes: more }
  }
}

/** What a body was before it was packed; `undefined` for what is not packed, or is too much. */
function decompressed(body: Buffer): Buffer | undefined {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b
  if (!isGzip && body[0] !== 0x78) return undefined
  try {
    return (isGzip ? gunzipSync : inflateSync)(body, { maxOutputLength: MAX_UNPACKED_BYTES })
  } catch {
    return undefined
  }
}

/** A body whose bytes are no UTF-8 was signed as text and sent in the machine's own encoding. */
function* otherCharset(body: Buffer): Generator<BodySpelling> {
  if (decoded(body, 'utf-8') !== undefined) return
  for (const charset of ['gb18030', 'latin1', 'utf-16le']) {
    const text = decoded(body, charset)
    if (text !== undefined) yield { value: Buffer.from(text), causes: ['body_charset'] }
  }
}

function decoded(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
