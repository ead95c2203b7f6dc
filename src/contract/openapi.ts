import { locationOf } from './operation.ts'
import type { TObject, TSchema } from './schema.ts'

/** What a description says of one call. */
export interface DescribedCall {
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  title: string
  description?: string
  /** Calls of one tag stand together. */
  tag: string
  request: TObject
  reply: TSchema
  /** Names of the refusals, among `refusals`. */
  refusals: readonly string[]
}

/** A kind of refusal that calls share. */
export interface DescribedRefusal {
  status: number
  title: string
  /** The URI that names it. */
  type: string
}

type Json = Record<string, unknown>

/** The description of an API as OpenAPI 3.1, made from its declarations. */
export function openApi(
  info: { title: string; version: string; description: string },
  calls: readonly DescribedCall[],
  refusals: Readonly<Record<string, DescribedRefusal>>,
): Json {
  const paths: Record<string, Json> = {}
  for (const call of calls) {
    paths[call.path] ??= {}
    Object.assign(paths[call.path] as Json, { [call.method.toLowerCase()]: operationOf(call, refusals) })
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: 'http://127.0.0.1:8090' }],
    security: [{ token: [] }],
    tags: [...new Set(calls.map(({ tag }) => tag))].map(name => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: PROBLEM },
      responses: Object.fromEntries(
        Object.entries(refusals).map(([name, refusal]) => [name, responseOf(refusal)]),
      ),
    },
  }
}

/** RFC 9457, with the fields that are wrong. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to change' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'issue'],
        properties: { field: { type: 'string' }, issue: { type: 'string' } },
      },
    },
  },
}

function responseOf({ title, type }: DescribedRefusal): Json {
  return {
    description: `${title} (\`${type}\`)`,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function operationOf(call: DescribedCall, refusals: Readonly<Record<string, DescribedRefusal>>): Json {
  const { properties } = call.request
  const required = (call.request as { required?: string[] }).required ?? []
  const at = (location: 'url' | 'query' | 'body') =>
    Object.entries(properties).filter(([name]) => locationOf(call, name) === location)
  const parameters = [...at('url'), ...at('query')].map(([name, schema]) => ({
    name,
    in: locationOf(call, name) === 'url' ? 'path' : 'query',
    required: required.includes(name),
    schema: published(schema),
  }))
  const body = at('body')
  return {
    operationId: call.name,
    tags: [call.tag],
    summary: call.title,
    ...(call.description && { description: call.description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body.length > 0 && { requestBody: bodyOf(body, required) }),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: published(call.reply) } } },
      ...Object.fromEntries(
        call.refusals.map(name => [
          String(refusals[name]?.status),
          { $ref: `#/components/responses/${name}` },
        ]),
      ),
    },
  }
}

function bodyOf(fields: [string, TSchema][], required: readonly string[]): Json {
  const needed = fields.map(([name]) => name).filter(name => required.includes(name))
  const schema = {
    type: 'object',
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
    properties: Object.fromEntries(fields.map(([name, field]) => [name, published(field)])),
  }
  return { required: needed.length > 0, content: { 'application/json': { schema } } }
}

/** A schema in the words that everybody knows: lengths in bytes and our formats become what comes nearest. */
function published(schema: TSchema): Json {
  const { minBytes, maxBytes, format, properties, items, additionalProperties, ...rest } = schema as Json & {
    properties?: Record<string, TSchema>
    items?: TSchema
    additionalProperties?: TSchema | boolean
  }
  return {
    ...rest,
    ...(minBytes !== undefined && { minLength: minBytes }),
    ...(maxBytes !== undefined && rest.maxLength === undefined && { maxLength: maxBytes }),
    ...(format !== undefined && { format: format === 'rfc3339' ? 'date-time' : 'uri' }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, published(property)]),
      ),
    }),
    ...(items && { items: published(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? published(additionalProperties) : additionalProperties,
    }),
  }
}
