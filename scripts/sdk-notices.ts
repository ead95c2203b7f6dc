import type { NoticeDeclaration } from '../src/contract/notice.ts'
import type * as Type from '../src/contract/schema.ts'
import { docComment, interfaceOf, quoted } from './sdk-types.ts'

// What the SDK knows of notices, from their declarations.

/** The types of these notices, and of what each of them is about. */
export function noticeTypes(notices: readonly NoticeDeclaration[]): string {
  return [
    `import type { NoticeEnvelope } from '../notices/notice-envelope.ts'\n`,
    `${docComment('A notice that this version knows.')}export type KnownNotice = ${notices.map(({ sdk }) => sdk.types.notice).join(' | ')}\n`,
    ...notices.flatMap(declared => [noticeType(declared), resourceType(declared)]),
  ].join('\n')
}

function noticeType({ id, events, title, pages, sdk }: NoticeDeclaration): string {
  const official = Object.entries(pages).map(([mode, page]) => `${mode} ${page.split('/').at(-1)}`)
  const comment = `${title.zh}. ${sdk.descriptions.notice} Official pages: ${official.join(', ')}.`
  const types = Object.keys(events).map(quoted).join(' | ')
  return `${docComment(comment)}export interface ${sdk.types.notice} extends NoticeEnvelope {
  ${docComment('Which notice it is. Notices of several products can have one event type.')}kind: ${quoted(id)}
  event_type: ${types}
  resource: ${sdk.types.resource}
}\n`
}

/** With the names that the SDK gives, which differ from those of the wire where the documents differ among each other. */
function resourceType({ resource, sdk: { types, descriptions, spellings } }: NoticeDeclaration): string {
  const schema = Object.entries(spellings?.names ?? {}).reduce(
    (renamed, [path, name]) => withName(renamed, path.split('.'), name),
    resource as Type.TSchema,
  )
  return interfaceOf(types.resource, schema, descriptions.resource)
}

interface ObjectSchema extends Type.TSchema {
  properties: Record<string, Type.TSchema>
  required: readonly string[]
  items?: ObjectSchema
}

/** The schema with a field called otherwise, if it has the field. */
function withName(schema: Type.TSchema, [first = '', ...rest]: string[], name: string): Type.TSchema {
  const { properties, required } = schema as ObjectSchema
  const field = first.replace(/\[\]$/, '')
  const known = properties[field]
  if (!known) return schema
  if (rest.length === 0) {
    const entries = Object.entries(properties).map(([key, value]) => [key === field ? name : key, value])
    return {
      ...schema,
      properties: Object.fromEntries(entries),
      required: required.map(key => (key === field ? name : key)),
    }
  }
  const { items } = known as ObjectSchema
  const inner = items ? { ...known, items: withName(items, rest, name) } : withName(known, rest, name)
  return { ...schema, properties: { ...properties, [field]: inner } }
}

/** How each of these notices is known and read. */
export function noticeKinds(notices: readonly NoticeDeclaration[]): string {
  const kinds = notices.map(({ id, events, originalType, marks = {}, sdk: { needs, spellings = {} } }) => ({
    ...{ kind: id, events: Object.keys(events), originalType, marks, needs },
    ...{ names: spellings.names ?? {}, values: spellings.values ?? {} },
  }))
  return [
    `import type { NoticeKind } from '../notices/notice-kind.ts'\n`,
    `export const noticeKinds: readonly NoticeKind[] = ${JSON.stringify(kinds)}\n`,
  ].join('\n')
}
