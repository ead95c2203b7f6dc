import type { ErrorObject, ValidateFunction } from 'ajv'
import type * as Type from '../contract/schema.ts'
import { newValidator } from '../contract/validate.ts'
import { isCleanText, parseJson } from '../protocol/json.ts'
import type { AdminOperation } from './operation.ts'
import { type FieldProblem, invalidFields, Problem } from './problems.ts'

/** A refusal names no more fields than this. */
const MAX_ERRORS = 20
/** A request has no more query parameters than this. */
const MAX_QUERY_FIELDS = 64
const DAY_MS = 24 * 60 * 60 * 1000

/** Reads a request's fields from path, query and body, and checks them; throws a `Problem`. */
export type AdminRequestCheck = (
  target: string,
  params: Readonly<Record<string, string>>,
  body: Uint8Array,
) => Record<string, unknown>

// Every field is named that is wrong, because a person reads it.
const validator = newValidator({ allErrors: true })

/** The check of a call; it is compiled when it is first needed. Unknown fields are refused, because they are typos. */
export function adminRequestCheck(operation: AdminOperation): AdminRequestCheck {
  let check: ValidateFunction | undefined
  return (target, params, body) => {
    const fields = fieldsOf(operation, target, params, body)
    check ??= validator.compile(closed(operation.request))
    if (!check(fields)) throw refusalOf(operation, check.errors ?? [])
    return fields
  }
}

/** The schema without room for properties that it does not name, down to its inner objects. */
export function closed(schema: Type.TSchema): Type.TSchema {
  const { properties, items } = schema as { properties?: Record<string, Type.TSchema>; items?: Type.TSchema }
  const inner = Object.entries(properties ?? {}).map(([name, property]) => [name, closed(property)])
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(inner), additionalProperties: false }),
    ...(items && { items: closed(items) }),
  } as Type.TSchema
}

function fieldsOf(
  operation: AdminOperation,
  target: string,
  params: Readonly<Record<string, string>>,
  body: Uint8Array,
): Record<string, unknown> {
  const query = queryFields(operation, target)
  const sent = operation.method === 'PUT' ? bodyFields(body) : query
  if (operation.method !== 'PUT' && body.length > 0)
    throw new Problem('INVALID_REQUEST', `A ${operation.method} has no body; leave it out.`)
  if (sent !== query && Object.keys(query).length > 0)
    throw new Problem('INVALID_REQUEST', 'A PUT has no query; put the fields into the body.')
  const fields: Record<string, unknown> = Object.create(null)
  Object.assign(fields, sent)
  for (const [name, value] of Object.entries(params)) {
    if (name in fields) throw invalidFields({ field: name, issue: 'is named by the path only' })
    if (!isCleanText(value))
      throw invalidFields({ field: name, issue: 'has characters that cannot be stored' })
    fields[name] = value
  }
  return fields
}

function queryFields({ request }: AdminOperation, target: string): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null)
  const start = target.indexOf('?')
  const pairs =
    start === -1
      ? []
      : target
          .slice(start + 1)
          .split('&')
          .filter(Boolean)
  if (pairs.length > MAX_QUERY_FIELDS)
    throw new Problem('INVALID_REQUEST', `The query has more than ${MAX_QUERY_FIELDS} parameters.`)
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
    const field = decode(name)
    const value = decode(text)
    if (field === undefined || value === undefined)
      throw new Problem('INVALID_REQUEST', 'The query is not percent-encoded UTF-8.')
    if (field in fields) throw invalidFields({ field, issue: 'is given twice' })
    fields[field] = typed(request.properties[field], value)
  }
  return fields
}

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '))
    return isCleanText(decoded) ? decoded : undefined
  } catch {
    return undefined
  }
}

/** A query carries only text; what spells a number or a flag is one where the call declares it. */
function typed(schema: Type.TSchema | undefined, value: string): unknown {
  const { type } = (schema ?? {}) as { type?: string }
  if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function bodyFields(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {}
  const value = parseJson(body)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new Problem(
    'INVALID_REQUEST',
    'The body must be a JSON object in UTF-8, without repeated names, emoji or numbers beyond 2^53.',
  )
}

function refusalOf(operation: AdminOperation, errors: readonly ErrorObject[]): Problem {
  const [first, ...others] = errors.slice(0, MAX_ERRORS).map(error => fieldProblem(operation, error))
  return first ? invalidFields(first, ...others) : new Problem('INVALID_REQUEST', 'The request is malformed.')
}

function fieldProblem({ request }: AdminOperation, error: ErrorObject): FieldProblem {
  const { missingProperty, additionalProperty } = error.params
  const path = `${error.instancePath}${missingProperty || additionalProperty ? `/${missingProperty ?? additionalProperty}` : ''}`
  const field = path.slice(1).replaceAll('/', '.').slice(0, 128)
  return {
    field,
    issue: issueOf(error, field, Object.keys(error.parentSchema?.properties ?? request.properties)),
  }
}

/** What to change, as the end of a sentence that begins with the field's name. */
function issueOf(
  { keyword, schema, parentSchema }: ErrorObject,
  field: string,
  known: readonly string[],
): string {
  const form = parentSchema?.description ? ` (${parentSchema.description})` : ''
  if (keyword === 'required') return 'is required'
  if (keyword === 'additionalProperties')
    return `is unknown; ${known.length > 0 ? `there are ${known.join(', ')}` : 'this call has no fields'}`
  if (keyword === 'type') return `must be ${schema === 'integer' ? 'a whole number' : `of type ${schema}`}`
  if (keyword === 'minBytes') return 'must not be empty'
  if (keyword === 'maxBytes') return `must be at most ${schema} bytes`
  if (keyword === 'minimum') return `must be at least ${limitOf(field, schema)}`
  if (keyword === 'maximum') return `must be at most ${limitOf(field, schema)}`
  if (keyword === 'enum')
    return `must be one of ${(schema as string[]).map(value => value || '""').join(', ')}`
  if (keyword === 'maxItems') return `must have at most ${schema} entries`
  if (keyword === 'format') return FORMATS[String(schema)] ?? `must be a ${schema}`
  return `does not have its form${form}`
}

/** A limit, also in days when nobody would count its milliseconds. */
function limitOf(field: string, limit: unknown): string {
  const isDays = field.endsWith('_ms') && typeof limit === 'number' && limit % DAY_MS === 0
  return isDays ? `${limit} (${limit / DAY_MS} days)` : String(limit)
}

const FORMATS: Record<string, string> = {
  rfc3339: 'must be a time such as 2026-01-01T08:00:00+08:00',
  'notify-url': 'must be a whole http or https URL without query',
}
