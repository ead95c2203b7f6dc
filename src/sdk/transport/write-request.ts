import type { CallRules } from './operations.ts'

/** A request as it goes over the wire, whatever the host and however often it is sent. */
export interface WireRequest {
  method: CallRules['method']
  /** Path and query, percent-encoded: what is signed and what is sent. */
  target: string
  /** Empty for a GET. */
  body: Buffer<ArrayBuffer>
}

/**
 * Puts a flat request object into path, query and body. Fields without a value are left out, because the wire knows no
 * null. Throws a `TypeError` when a field of the path is empty, as the request would then mean something else.
 */
export function writeRequest(
  { method, path }: Pick<CallRules, 'method' | 'path'>,
  request: object,
): WireRequest {
  const left = new Map(Object.entries(request).filter(([, value]) => value !== undefined && value !== null))
  const written = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = left.get(name)
    left.delete(name)
    return encodePathPart(name, value)
  })
  if (method === 'POST') {
    return { method, target: written, body: Buffer.from(JSON.stringify(Object.fromEntries(left))) }
  }
  const query = [...left].map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return { method, target: asSent(query === '' ? written : `${written}?${query}`), body: Buffer.alloc(0) }
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
