import type { Operation } from '../contract/operation.ts'
import { ApiError } from '../protocol/errors.ts'
import { isCleanText, parseJson } from '../protocol/json.ts'

/** A request has no more query parameters than this. */
const MAX_QUERY_FIELDS = 64

/**
 * The fields of a request, flat: from the path, and from the query of a GET or the body of a POST. Nothing is converted
 * and nothing is guessed; what cannot be read is a PARAM_ERROR.
 */
export function requestFields(
  declared: Operation,
  target: string,
  params: Record<string, string>,
  body: Uint8Array,
): Record<string, unknown> {
  const fields = declared.method === 'GET' ? queryFields(declared, target) : bodyFields(body)
  for (const [name, value] of Object.entries(params)) {
    if (!isCleanText(value))
      throw new ApiError(declared.invalidParameter ?? 'PARAM_ERROR', { field: name, location: 'url' })
    fields[name] = value
  }
  return fields
}

function queryFields(declared: Operation, target: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  const start = target.indexOf('?')
  if (start === -1 || start === target.length - 1) return fields
  const pairs = target.slice(start + 1).split('&')
  if (pairs.length > MAX_QUERY_FIELDS) throw new ApiError('PARAM_ERROR', { location: 'query' })
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined || name in fields) {
      throw new ApiError('PARAM_ERROR', { ...(name && knownName(declared, name)), location: 'query' })
    }
    fields[name] = value
  }
  return fields
}

function knownName(declared: Operation, name: string): { field?: string } {
  return isKnown(declared, name) ? { field: name } : {}
}

/** Percent-decoding of a form; `undefined` for what is no UTF-8 or holds characters that the wire cannot carry. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return isCleanText(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

function bodyFields(body: Uint8Array): Record<string, unknown> {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('PARAM_ERROR', { issue: '请求体不是合法的 JSON 对象', location: 'body' })
  }
  return value
}

/** The names that the call does not know; they are ignored, and shown in the log. `undefined` when there are none. */
export function unknownFields(declared: Operation, fields: Record<string, unknown>): string[] | undefined {
  let unknown: string[] | undefined
  for (const name of Object.keys(fields)) {
    if (isKnown(declared, name)) continue
    unknown ??= []
    unknown.push(name)
  }
  return unknown
}

function isKnown({ request, partner }: Operation, name: string): boolean {
  return Object.hasOwn(request.properties, name) || Object.hasOwn(partner.properties, name)
}
