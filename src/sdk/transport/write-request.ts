import { createHash } from 'node:crypto'
import type { CallRules, Mode, UploadedFile } from './operations.ts'

/** A request as it goes over the wire, whatever the host and however often it is sent. */
export interface WireRequest {
  method: CallRules['method']
  /** Path and query, percent-encoded: what is signed and what is sent. */
  target: string
  /** Empty for a GET and a DELETE. */
  body: Buffer<ArrayBuffer>
  contentType: string
  /** What is signed as the body: of a form only the JSON in it. */
  signed: Buffer<ArrayBuffer>
}

const EMPTY = Buffer.alloc(0)
/** What a request without a body has in its place. */
export const NO_BODY = { body: EMPTY, signed: EMPTY, contentType: 'application/json' } as const

/**
 * Puts a flat request object into path, query and body. Fields without a value are left out, because the wire knows no
 * null. Throws a `TypeError` when a field of the path is empty, as the request would then mean something else, when the
 * mode does not have the call, or when the file of an upload is none.
 */
export function writeRequest(
  { method, paths, upload }: Pick<CallRules, 'method' | 'paths' | 'upload'>,
  mode: Mode,
  request: object,
): WireRequest {
  const { [mode]: path } = paths
  if (path === undefined) throw new TypeError(`There is no such call in ${mode} mode`)
  const left = new Map(Object.entries(request).filter(([, value]) => value !== undefined && value !== null))
  const written = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name)
    left.delete(name)
    return encodePathPart(name, value)
  })
  if (upload) return { method, target: written, ...formOf(upload, left) }
  if (method !== 'GET' && method !== 'DELETE') {
    const body = jsonOf(left)
    return { method, target: written, body, signed: body, contentType: 'application/json' }
  }
  const query = [...left].map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return { method, target: asSent(query === '' ? written : `${written}?${query}`), ...NO_BODY }
}

function jsonOf(fields: ReadonlyMap<string, unknown>): Buffer<ArrayBuffer> {
  return Buffer.from(JSON.stringify(Object.fromEntries(fields)))
}

/** A form with the fields as JSON in `meta`, which is what gets signed, and the file. */
function formOf(
  { part, hash }: NonNullable<CallRules['upload']>,
  left: Map<string, unknown>,
): Pick<WireRequest, 'body' | 'signed' | 'contentType'> {
  const { name, type, bytes } = fileOf(left.get('file'))
  left.delete('file')
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (hash !== undefined) left.set(hash, sum)
  const signed = jsonOf(left)
  // A file does not have its own sum in it, so this ends no part too early; and every repetition has the same bytes.
  const boundary = `boomgate-${sum.slice(0, 40)}`
  const head = (disposition: string, contentType: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${contentType}\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(head('name="meta"', 'application/json')),
    signed,
    Buffer.from(`\r\n${head(`name="${part}"; filename="${quotable(name)}"`, type)}`),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return { body, signed, contentType: `multipart/form-data; boundary=${boundary}` }
}

function fileOf(file: unknown): UploadedFile {
  const { name, type, bytes } = Object(file) as Partial<UploadedFile>
  const isFile =
    typeof name === 'string' &&
    name !== '' &&
    typeof type === 'string' &&
    /^[\w.+-]+\/[\w.+-]+$/.test(type) &&
    bytes instanceof Uint8Array
  if (!isFile)
    throw new TypeError('file must be { name, type, bytes }: two texts, such as image/jpeg, and a Uint8Array')
  return { name, type, bytes }
}

/** A file's name as forms write it: nothing in it ends the quotes or the line. */
function quotable(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function encodePathPart(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new TypeError(`${name} must be the number that the call is about, not ${JSON.stringify(value)}`)
  }
  return encodeURIComponent(value)
}

/** The URL parser of `fetch` encodes a few more characters, such as the apostrophe; the signature must cover those. */
function asSent(target: string): string {
  const { pathname, search } = new URL(target, 'https://host.invalid')
  return pathname + search
}
