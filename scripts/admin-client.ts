import { openApiDocument } from '../src/admin/openapi.ts'
import { adminEndpointsOf } from '../src/node/admin-endpoints.ts'
import { products } from '../src/products/index.ts'
import { docComment, quoted } from './sdk-types.ts'

// The types of the administration's client, from its OpenAPI document.

interface Schema {
  type?: string | readonly string[]
  description?: string
  enum?: readonly string[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  additionalProperties?: Schema | boolean
}

interface Operation {
  operationId: string
  summary: string
  description?: string
  parameters?: readonly { name: string; required: boolean; schema: Schema }[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  responses: Readonly<Record<string, { content: { 'application/json': { schema: Schema } } }>>
}

interface Document {
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  components: { responses: Readonly<Record<string, unknown>> }
}

const document = openApiDocument(await adminEndpointsOf(products)) as unknown as Document

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    ...operation,
  })),
)

/** The file `src/admin-client/generated/calls.ts`. */
export function adminCalls(): string {
  const codes = Object.keys(document.components.responses).map(quoted)
  const replies = new Map<string, string>()
  return `/** Every kind of refusal. */
export type AdminProblemCode = ${codes.join(' | ')}

/** What each call takes and answers. */
export interface AdminCalls {
${operations.map(operation => typesOf(operation, replies)).join('\n')}}

/** Where each call is. */
export const ADMIN_CALLS: Readonly<
  Record<keyof AdminCalls, { method: 'GET' | 'PUT' | 'DELETE'; path: string }>
> = {
${operations.map(({ operationId, method, path }) => `${operationId}: { method: ${quoted(method)}, path: ${quoted(path)} },\n`).join('')}}
`
}

/** `replies` has those that an earlier call has spelt out, so that a resource has its fields once. */
function typesOf(
  { operationId, summary, description, parameters = [], requestBody, responses }: Operation,
  replies: Map<string, string>,
): string {
  const body = requestBody?.content['application/json'].schema ?? {}
  const request: Schema = {
    type: 'object',
    properties: {
      ...Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
      ...body.properties,
    },
    required: [
      ...parameters.filter(({ required }) => required).map(({ name }) => name),
      ...(body.required ?? []),
    ],
  }
  const reply = typeOf(responses['200']?.content['application/json'].schema ?? {})
  const known = replies.get(reply)
  if (known === undefined) replies.set(reply, `AdminCalls[${quoted(operationId)}]['reply']`)
  const comment = docComment([`${summary}.`, description].filter(Boolean).join(' '))
  const shown = Object.keys(request.properties ?? {}).length > 0 ? typeOf(request) : 'Record<never, never>'
  return `${comment}${operationId}: {\nrequest: ${shown}\nreply: ${known ?? reply}\n}\n`
}

function typeOf(schema: Schema): string {
  const { type, enum: values, items, properties, additionalProperties } = schema
  if (values) return values.map(quoted).join(' | ')
  if (type === undefined) return 'unknown'
  if (typeof type === 'object') return type.map(one => typeOf({ type: one })).join(' | ')
  if (type === 'array' && items) return `Array<${typeOf(items)}>`
  if (type === 'integer') return 'number'
  if (type === 'object' && properties) return `{\n${fieldsOf(schema)}}`
  if (type === 'object')
    return `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`
  if (type === 'string' || type === 'boolean' || type === 'number') return type
  throw new Error(`There is no TypeScript for the schema ${JSON.stringify(schema)}`)
}

function fieldsOf({ properties = {}, required = [] }: Schema): string {
  return Object.entries(properties)
    .map(([name, field]) => {
      const isRequired = required.includes(name)
      // Whoever builds a request may have nothing to say.
      const type = isRequired ? typeOf(field) : `${typeOf(field)} | undefined`
      return `${docComment(field.description ?? '')}${name}${isRequired ? '' : '?'}: ${type}\n`
    })
    .join('')
}
