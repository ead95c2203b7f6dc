import { fieldOf, hasBody, type InMode, type Mode, type Operation } from '../contract/operation.ts'
import { mappedTwice, parameterError } from '../contract/parameter-error.ts'
import type { TSchema } from '../contract/schema.ts'
import { undefinedFields } from '../contract/undefined-fields.ts'
import { ApiError, type ErrorDetail } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { faultOf, type JsonFault, readJson } from '../protocol/json.ts'

/** A request has no more query parameters than this. */
const MAX_QUERY_FIELDS = 64

/** What a request says. */
export interface RequestFields {
  /** By name, whether they came by path, query or body. */
  fields: Record<string, unknown>
  /** JSON pointers of the parameters that the call does not define, such as `/body/payer/openid`. */
  unknown: string[]
}

/**
 * The fields of a request, flat: from the path, and from the query or the body, as the method says. Nothing is converted
 * and nothing is guessed; what cannot be read is refused.
 */
export function requestFields(
  declared: Operation,
  modes: Partial<Record<Mode, InMode>>,
  target: string,
  params: Record<string, string>,
  body: Uint8Array,
): RequestFields {
  const query = queryFields(declared, target)
  const inBody = hasBody(declared.method)
  const fields = inBody ? bodyFields(body) : query
  const unknown = undefinedFields(modes, fields, inBody ? '/body' : '/query')
  // A call with a body has no parameters in its query.
  if (inBody) unknown.unshift(...Object.keys(query).map(name => `/query/${name}`))
  for (const [name, value] of Object.entries(params)) {
    if (Object.hasOwn(fields, name)) throw mappedTwice(declared, name, inBody ? 'body' : 'query')
    requireClean(declared, name, value)
    fields[name] = value
  }
  return { fields, unknown }
}

function queryFields(declared: Operation, target: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  const start = target.indexOf('?')
  if (start === -1 || start === target.length - 1) return fields
  const pairs = target.slice(start + 1).split('&')
  if (pairs.length > MAX_QUERY_FIELDS)
    throw unreadable({ issue: `查询参数多于 ${MAX_QUERY_FIELDS} 个`, location: 'query' })
  for (const pair of pairs) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals === -1 ? pair : pair.slice(0, equals))
    const value = decode(equals === -1 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) throw notDecoded(declared, name, pair.slice(equals + 1))
    requireClean(declared, name, value)
    const schema = fieldOf(declared, name)
    if (name in fields && schema) throw mappedTwice(declared, name, 'query')
    fields[name] = queryValue(schema, value)
  }
  return fields
}

/** A query has only texts: those that a number or a truth value is written as become one, others are left to the check. */
function queryValue(schema: TSchema | undefined, text: string): unknown {
  const { type } = (schema ?? {}) as { type?: string }
  if (type === 'integer' && /^-?\d{1,16}$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

function notDecoded(declared: Operation, name: string | undefined, value: string): ApiError {
  const sentence = '不是合法的百分号编码'
  if (name !== undefined && isKnown(declared, name))
    return parameterError(declared, `/${name}`, value, sentence)
  return unreadable({ issue: `查询参数${sentence}`, location: 'query' })
}

/** Percent-decoding of a form; `undefined` when it is none. */
function decode(text: string): string | undefined {
  const spaced = text.replaceAll('+', ' ')
  if (/%(?![0-9a-f]{2})/i.test(spaced)) return undefined
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new ApiError(general.NOT_UTF8)
  }
}

/** Refuses a field of the path or the query that holds what the wire cannot carry. */
function requireClean(declared: Operation, name: string, value: string): void {
  const fault = faultOf(name) ?? faultOf(value)
  if (fault?.fault === 'not_utf8') throw new ApiError(general.NOT_UTF8, undefined, fault)
  if (fault) throw parameterError(declared, `/${name}`, value, '输入源“{source}”含有空字符')
}

const UNREADABLE: Readonly<Record<Exclude<JsonFault, 'not_utf8'>, string>> = {
  byte_order_mark: '请求体以字节顺序标记（BOM）开头，请使用不带BOM的UTF-8编码',
  not_json: '请求体不是合法的 JSON 对象',
  nul: '请求体含有空字符（\\u0000）',
  too_deep: '请求体的 JSON 嵌套过深',
}

function bodyFields(body: Uint8Array): Record<string, unknown> {
  // A call that was sent nothing was sent no field.
  if (body.length === 0) return {}
  const read = readJson(body)
  if ('value' in read) {
    const { value } = read
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    throw unreadable({ issue: UNREADABLE.not_json, location: 'body' })
  }
  if (read.fault === 'not_utf8') throw new ApiError(general.NOT_UTF8, undefined, read)
  throw unreadable({ issue: UNREADABLE[read.fault], location: 'body' })
}

function unreadable(detail: ErrorDetail): ApiError {
  return new ApiError(general.PARAM_ERROR, detail)
}

function isKnown(declared: Operation, name: string): boolean {
  return fieldOf(declared, name) !== undefined
}
