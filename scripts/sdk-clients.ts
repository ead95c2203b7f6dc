import type { ClientParametersDeclaration } from '../src/contract/client-parameters.ts'
import {
  FILE,
  type InMode,
  locationOf,
  MODES,
  type Mode,
  modesOf,
  NO_CONTENT,
  nameOf,
  type Operation,
} from '../src/contract/operation.ts'
import type { TSchema } from '../src/contract/schema.ts'
import { parametersInClient } from './sdk-client-parameters.ts'
import { docComment, interfaceOf, pascal, quoted, requestFields } from './sdk-types.ts'

// What the SDK knows of calls, from their declarations: one file a family of products.

/** A product as the SDK has it. */
export interface ProductInSdk {
  name: string
  operations: readonly Operation[]
  clientParameters?: readonly ClientParametersDeclaration[]
}

/** The TypeScript types of a call in a mode. */
interface CallTypes {
  request: string
  /** Whether it can be called without a request. */
  isOptional: boolean
  reply: string
}

interface CallInFile {
  operation: Operation
  types: Partial<Record<Mode, CallTypes>>
}

/** The file of a family: types of requests and replies, clients, and rules. */
export function familyFile(family: string, products: readonly ProductInSdk[]): string {
  const made = products.map(product => {
    const { calls, interfaces } = typesOf(product)
    const parameters = (product.clientParameters ?? []).map(parametersInClient)
    const types = [...interfaces, ...parameters.flatMap(each => each.interfaces)]
    return { product, calls, types, parameters: parameters.map(({ method }) => method) }
  })
  const calls = made.flatMap(each => each.calls)
  const names = made.flatMap(({ types }) => types.map(([name]) => name))
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`Two products of ${family} have a type ${twice}: rename one`)
  const classes = new Set(
    calls.flatMap(({ operation }) => (operation.sdk.refusals ?? []).flatMap(({ type }) => type ?? [])),
  )
  const clients = made.map(({ product, calls, parameters }) => clientsOf(product.name, calls, parameters))
  const needsMode = clients.some(({ text }) => text.includes('Mode'))
  return [
    classes.size > 0 && `import { ${[...classes].sort().join(', ')} } from '../refusals.ts'`,
    `import type { CallRules${needsMode ? ', Mode' : ''}${calls.some(({ operation }) => operation.upload) ? ', UploadedFile' : ''} } from '../transport/operations.ts'\n`,
    ...made.flatMap(({ types }) => types.map(([, text]) => text)),
    callsOf(family, calls),
    ...clients.map(({ text }) => text),
    `${docComment(`The clients of ${family} products, by mode.`)}export interface ${pascal(family)}Clients {\n${MODES.map(
      mode =>
        `${mode}: {\n${clients.map(({ name, types }) => (types[mode] ? `readonly ${name}: ${types[mode]}\n` : '')).join('')}}\n`,
    ).join('')}}\n`,
    rulesOf(family, calls),
  ]
    .filter(part => part !== false)
    .join('\n')
}

/** The file that puts the families next to each other. */
export function indexFile(families: readonly string[]): string {
  const joined = (what: string) => families.map(family => `${pascal(family)}${what}`)
  return [
    `import type { CallRules } from '../transport/operations.ts'`,
    ...families.map(
      family =>
        `import { type ${pascal(family)}Calls, type ${pascal(family)}Clients, ${family}Rules } from './${family}.ts'`,
    ),
    '',
    ...families.map(family => `export type * from './${family}.ts'`),
    '',
    `${docComment('Every call by its id, with what is sent and answered in each mode that has it.')}export interface Calls extends ${joined('Calls').join(', ')} {}\n`,
    `${docComment("The products' clients.")}export interface Clients {\n${MODES.map(
      mode =>
        `${mode}: ${joined('Clients')
          .map(name => `${name}['${mode}']`)
          .join(' & ')}\n`,
    ).join('')}}\n`,
    `${docComment('How each call goes over the wire, and what a client must know to repeat it and to judge its reply.')}export const operations: Readonly<Record<keyof Calls, CallRules>> = { ${families.map(family => `...${family}Rules`).join(', ')} }\n`,
  ].join('\n')
}

/** The modes whose clients have a call, with what it is in each. */
function sdkModes(operation: Operation): { mode: Mode; inMode: InMode }[] {
  const { only } = operation.sdk
  return modesOf(operation).filter(({ mode }) => only === undefined || mode === only)
}

/** Interfaces of a product's requests and replies by name, and the calls with the types that they have. */
function typesOf({ name: product, operations }: ProductInSdk): {
  calls: CallInFile[]
  interfaces: Map<string, string>
} {
  const interfaces = new Map<string, string>()
  const replies = replyNames(product, operations)
  const calls = operations.map(operation => {
    const name = `${pascal(product)}${pascal(nameOf(operation))}Request`
    const modes = sdkModes(operation)
    const [first] = modes
    const types = modes.map(({ mode, inMode }): [Mode, CallTypes] => {
      const isShared = mode === first?.mode || isSame(inMode.request, first?.inMode.request)
      const request = isShared ? name : `${pascal(mode)}${name}`
      if (!interfaces.has(request))
        interfaces.set(
          request,
          requestType(request, operation, inMode, isShared ? undefined : { name, inMode: first?.inMode }),
        )
      const reply = replies.get(JSON.stringify(inMode.reply)) ?? ''
      if (/^[A-Z]/.test(reply) && !interfaces.has(reply))
        interfaces.set(
          reply,
          interfaceOf(reply, inMode.reply, `What ${usersOf(reply).join(' and ')} answers.`),
        )
      const isOptional =
        (inMode.request as { required?: string[] }).required?.length === 0 && !operation.upload
      return [mode, { request, isOptional, reply }]
    })
    return { operation, types: Object.fromEntries(types) }
  })
  function usersOf(reply: string): string[] {
    return operations
      .filter(operation =>
        sdkModes(operation).some(({ inMode }) => replies.get(JSON.stringify(inMode.reply)) === reply),
      )
      .map(operation => `\`${nameOf(operation)}\``)
  }
  return { calls, interfaces }
}

/** The TypeScript of each reply by its schema. Replies that are equal have one name. */
function replyNames(product: string, operations: readonly Operation[]): Map<string, string> {
  const names = new Map([
    [JSON.stringify(FILE), 'never'],
    [JSON.stringify(NO_CONTENT), 'undefined'],
  ])
  const named = (declared: boolean) => {
    for (const operation of operations) {
      const { replyType } = operation.sdk
      if ((replyType !== undefined) !== declared) continue
      const own = replyType ?? `${pascal(product)}${pascal(nameOf(operation))}Reply`
      for (const [index, { mode, inMode }] of sdkModes(operation).entries()) {
        const key = JSON.stringify(inMode.reply)
        if (names.has(key)) continue
        const isTaken = (name: string) => [...names.values()].includes(name)
        const free = [own, ...(index > 0 ? [`${pascal(mode)}${own}`] : [])].find(name => !isTaken(name))
        if (free === undefined) throw new Error(`${operation.id}: another reply is called ${own}`)
        names.set(key, free)
      }
    }
  }
  named(true)
  named(false)
  return names
}

function requestType(
  name: string,
  operation: Operation,
  { request }: InMode,
  base?: { name: string; inMode: InMode | undefined },
): string {
  const { upload } = operation
  const comment = `What \`${nameOf(operation)}\` is called with${base ? ' in partner mode' : ''}.`
  const wanted = upload?.hash ? without(request, upload.hash.field) : request
  if (base?.inMode && extendsIt(request, base.inMode.request)) {
    const more = Object.keys(base.inMode.request.properties).reduce<TSchema>(without, wanted)
    return `${docComment(comment)}export interface ${name} extends ${base.name} {\n${requestFields(more)}}\n`
  }
  const file = upload
    ? `${docComment(`${upload.title}: at most ${upload.maxBytes} bytes${upload.hash ? `; its SHA-256 is sent as \`${upload.hash.field}\`` : ''}`)}${FILE_FIELD}: UploadedFile\n`
    : ''
  return `${docComment(comment)}export interface ${name} {\n${requestFields(wanted)}${file}}\n`
}

/** The field of a request that has the file of an upload. */
const FILE_FIELD = 'file'

interface ObjectSchema {
  properties: Record<string, TSchema>
  required?: readonly string[]
}

function without(schema: TSchema, field: string): TSchema {
  const { properties, required = [] } = schema as unknown as ObjectSchema
  const { [field]: _left, ...others } = properties
  return { ...schema, properties: others, required: required.filter(name => name !== field) } as TSchema
}

/** Whether a request has all that another one has, and the same of each. */
function extendsIt(one: TSchema, other: TSchema): boolean {
  const [own, base] = [one, other].map(schema => schema as unknown as ObjectSchema) as [
    ObjectSchema,
    ObjectSchema,
  ]
  return Object.entries(base.properties).every(
    ([name, schema]) =>
      isSame(own.properties[name], schema) && own.required?.includes(name) === base.required?.includes(name),
  )
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function callsOf(family: string, calls: readonly CallInFile[]): string {
  const entries = calls.map(({ operation, types }) => {
    const modes = MODES.flatMap(mode => {
      const { request, reply } = types[mode] ?? {}
      return request === undefined ? [] : `${mode}: { request: ${request}; reply: ${reply} }`
    })
    return `${quoted(operation.id)}: { ${modes.join('; ')} }\n`
  })
  return `${docComment(`The calls of ${family} products.`)}export interface ${pascal(family)}Calls {\n${entries.join('')}}\n`
}

/**
 * The interfaces of a product's client: one for both modes, which has the methods of parameters too, and one for each mode that
 * has calls of its own.
 */
function clientsOf(
  product: string,
  calls: readonly CallInFile[],
  parameters: readonly string[],
): { name: string; types: Partial<Record<Mode, string>>; text: string } {
  const withMethod = calls.filter(({ operation }) => !isFile(operation))
  const shared = withMethod.filter(({ types }) => MODES.every(mode => types[mode]))
  const name = `${pascal(product)}Client`
  const comment = `The calls of \`client.${product}\``
  const methods = [...shared.map(call => methodOf(call, MODES)), ...parameters].join('\n')
  const isByMode = methods.includes('[M]')
  const types: Partial<Record<Mode, string>> = {}
  const parts =
    methods !== ''
      ? [
          `${docComment(`${comment}.`)}export interface ${name}${isByMode ? '<M extends Mode>' : ''} {\n${methods}}\n`,
        ]
      : []
  for (const mode of MODES) {
    const base = `${name}${isByMode ? `<${quoted(mode)}>` : ''}`
    if (methods !== '') types[mode] = base
    const own = withMethod.filter(call => !shared.includes(call) && call.types[mode])
    if (own.length === 0) continue
    const ofMode = `${pascal(mode)}${name}`
    const head = methods !== '' ? `${ofMode} extends ${base}` : ofMode
    parts.push(
      `${docComment(`${comment} in ${mode} mode.`)}export interface ${head} {\n${own.map(call => methodOf(call, [mode])).join('\n')}}\n`,
    )
    types[mode] = ofMode
  }
  return { name: product, types, text: parts.join('\n') }
}

function methodOf({ operation, types }: CallInFile, modes: readonly Mode[]): string {
  const each = modes.flatMap(mode => types[mode] ?? [])
  const optional = each.every(({ isOptional }) => isOptional) ? '?' : ''
  const byMode = (what: 'request' | 'reply') => {
    const names = each.map(type => type[what])
    if (new Set(names).size === 1) return names[0]
    return `{ ${modes.map(mode => `${mode}: ${types[mode]?.[what]}`).join('; ')} }[M]`
  }
  return `${docComment(description(operation))}${nameOf(operation)}(request${optional}: ${byMode('request')}): Promise<${byMode('reply')}>\n`
}

function description(operation: Operation): string {
  const { zh } = operation.title
  const pages = sdkModes(operation).flatMap(({ mode, inMode: { page } }) =>
    page === undefined
      ? []
      : `${mode} ${page
          .split('/')
          .at(-1)
          ?.replace(/\.html$/, '')}`,
  )
  const official = pages.length > 0 ? `\n\nOfficial pages: ${pages.join(', ')}.` : ''
  return `${zh}. ${operation.sdk.description}${official}`
}

function rulesOf(family: string, calls: readonly CallInFile[]): string {
  const shared = sharedRefusals(calls)
  const rows = calls.map(({ operation }) => `${quoted(operation.id)}: ${ruleOf(operation, shared)}`)
  const lists = [...shared].map(([list, name]) => `const ${name}: CallRules['refusals'] = ${list}\n\n`)
  return `${lists.join('')}export const ${family}Rules: Readonly<Record<keyof ${pascal(family)}Calls, CallRules>> = {\n${rows.join(',\n')}\n}\n`
}

/** The lists of refusals that several calls have, with a name for each. */
function sharedRefusals(calls: readonly CallInFile[]): Map<string, string> {
  const shared = new Map<string, string>()
  const seen = new Set<string>()
  for (const { operation } of calls) {
    const list = refusalsOf(operation)
    if (list !== undefined && seen.has(list) && !shared.has(list))
      shared.set(list, `refusals${shared.size + 1}`)
    if (list !== undefined) seen.add(list)
  }
  return shared
}

function refusalsOf({ sdk }: Operation): string | undefined {
  const rows = sdk.refusals?.map(({ type, ...row }) =>
    JSON.stringify(row).replace(/}$/, type === undefined ? '}' : `,"type":${type}}`),
  )
  return rows && `[${rows.join(',')}]`
}

function ruleOf(operation: Operation, shared: ReadonlyMap<string, string>): string {
  const { method, success, upload } = operation
  const { movesMoney, namesPlatformKey, encrypts, echoes, ifUnknown } = operation.sdk
  const modes = sdkModes(operation)
  checkFields(operation)
  const rule = {
    method,
    paths: Object.fromEntries(modes.map(({ mode, inMode }) => [mode, inMode.path])),
    ...{ success, movesMoney, namesPlatformKey, encrypts, echoes, ifUnknown },
    isFile: isFile(operation) || undefined,
    upload: upload && { part: upload.part, hash: upload.hash?.field },
  }
  const list = refusalsOf(operation)
  return JSON.stringify(rule).replace(
    /}$/,
    list === undefined ? '}' : `,"refusals":${shared.get(list) ?? list}}`,
  )
}

/** Throws when the SDK's part of a declaration names a field that the call has not. */
function checkFields(operation: Operation): void {
  const { id, method, upload, sdk } = operation
  const { encrypts = [], echoes = [], namesPlatformKey = false } = sdk
  const wrong = (what: string) => new Error(`${id}: ${what}`)
  if (encrypts.length > 0 && !namesPlatformKey) throw wrong('a call that encrypts must name the key')
  for (const { mode, inMode } of sdkModes(operation)) {
    const { request, path } = inMode
    const reply = (inMode.reply as unknown as Partial<ObjectSchema>).properties ?? {}
    for (const field of [...encrypts, ...echoes])
      if (!(field in request.properties)) throw wrong(`its request in ${mode} mode has no ${field}`)
    for (const field of echoes)
      if (!(field in reply)) throw wrong(`its reply in ${mode} mode has no ${field}`)
    for (const field of encrypts)
      if (locationOf({ method, path }, field) !== 'body')
        throw wrong(`${field} is encrypted outside of a body`)
    if (upload && FILE_FIELD in request.properties) throw wrong(`${FILE_FIELD} is the file of an upload`)
  }
}

function isFile(operation: Operation): boolean {
  return modesOf(operation).some(({ inMode }) => inMode.reply === FILE)
}
