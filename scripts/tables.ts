import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { AdminOperation } from '../src/admin/operation.ts'
import { PROBLEMS, type ProblemName, problemType } from '../src/admin/problems.ts'
import { doctorCommand } from '../src/cli/doctor.ts'
import { modesOf, NO_CONTENT, nameOf, type Operation, routesOf } from '../src/contract/operation.ts'
import type * as Type from '../src/contract/schema.ts'
import { CAUSE_GROUPS } from '../src/diagnosis/causes.ts'
import type { AdapterCall } from '../src/doctor/adapter.ts'
import type { Check } from '../src/doctor/check.ts'
import { CHECKS } from '../src/doctor/checks.ts'
import { ADAPTER_CALLS } from '../src/doctor/gate.ts'
import { SHOP_ADAPTER_CALLS } from '../src/doctor/shop.ts'
import { SHOP_CHECKS } from '../src/doctor/shop-checks.ts'
import { adminEndpointsOf } from '../src/node/admin-endpoints.ts'
import { optionGroupsOf } from '../src/node/options.ts'
import { flagsOf, listOptions } from '../src/options/options.ts'
import { SANDBOX_PAYERS } from '../src/products/basic/payments/sandbox-payers.ts'
import { products } from '../src/products/index.ts'
import { SANDBOX_PLATES } from '../src/products/industry/parking/seed-plates.ts'
import { endpointsOf, noticesOf } from '../src/products/product.ts'
import { SANDBOX_MERCHANTS } from '../src/sandbox/merchants.ts'

const endpoints = endpointsOf(products)
const notices = noticesOf(products)

const adminEndpoints = await adminEndpointsOf(products)

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The documents that hold tables made here, from the project's root. */
export const DOCUMENTS = [
  'README.md',
  'README.zh-CN.md',
  'docs/sandbox.md',
  'docs/operations.md',
  'docs/options.zh-CN.md',
  'docs/reference.md',
  'docs/admin-api.md',
  'docs/diagnosis.md',
  'docs/go-live.md',
] as const

/** What can stand between `<!-- table:NAME -->` and `<!-- /table -->`. */
const TABLES: Record<string, () => string> = {
  endpoints: () => endpointTable('en'),
  'endpoints-zh': () => endpointTable('zh'),
  notices: noticeTable,
  merchants: () =>
    table(
      ['Number', 'Kind', 'What it does'],
      SANDBOX_MERCHANTS.map(({ mchid, kind, behaviour }) => [`\`${mchid}\``, kind, behaviour]),
    ),
  plates: () =>
    table(
      ['Plate', 'Colour', 'What it does', 'openid'],
      SANDBOX_PLATES.map(({ plate_number, plate_color, behaviour, openid }) => [
        plate_number,
        plate_color,
        behaviour,
        openid && `\`${openid}\``,
      ]),
    ),
  payers: () =>
    table(
      ['Payer', 'What happens', 'openid'],
      SANDBOX_PAYERS.map(({ payer_id, behaviour, openid }) => [
        `\`${payer_id}\``,
        behaviour,
        `\`${openid}\``,
      ]),
    ),
  options: () => nodeOptions('en'),
  'options-zh': () => nodeOptions('zh'),
  'go-live-adapter': () => adapterTable(ADAPTER_CALLS),
  'go-live-checks': () => checkTable(CHECKS),
  'go-live-shop-adapter': () => adapterTable(SHOP_ADAPTER_CALLS),
  'go-live-shop-checks': () => checkTable(SHOP_CHECKS),
  'go-live-options': () => optionTable(doctorCommand()),
  admin: adminTable,
  'admin-calls': () => adminEndpoints.map(({ operation }) => adminSection(operation)).join('\n\n'),
  problems: problemTable,
  causes: () =>
    Object.entries(CAUSE_GROUPS)
      .map(([group, causes]) => {
        const rows = Object.entries(causes).map(([cause, { says, whatToDo }]) => [
          `\`${cause}\``,
          says,
          whatToDo,
        ])
        return `### ${group}\n\n${table(['Cause', 'What happened', 'What to do'], rows)}`
      })
      .join('\n\n'),
  operations: () => endpoints.map(({ operation }) => operationSection(operation)).join('\n\n'),
}

/** The text with every table in it made anew. Throws on a table that has no maker. */
export function renderTables(text: string): string {
  return text.replaceAll(
    /<!-- table:([\w-]+) -->[\s\S]*?<!-- \/table -->/g,
    (_whole, name: string) => `<!-- table:${name} -->\n${makerOf(name)()}\n<!-- /table -->`,
  )
}

function makerOf(name: string): () => string {
  const maker = TABLES[name]
  if (!maker) throw new Error(`There is no table "${name}"; there are ${Object.keys(TABLES).join(', ')}`)
  return maker
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function endpointTable(language: 'en' | 'zh'): string {
  const head = language === 'en' ? ['Call', 'Path', 'What it does', 'File'] : ['接口', '路径', '说明', '文件']
  return table(
    head,
    endpoints.map(({ operation }) => [
      operation.method,
      pathsOf(operation),
      operation.title[language],
      `[\`${fileOf(operation)}\`](${fileOf(operation)})`,
    ]),
  )
}

/** The path of both modes, or that of each. */
function pathsOf(declared: Operation): string {
  return routesOf(declared)
    .map(({ path }) => `\`${path}\``)
    .join('<br>')
}

/** The file that answers an operation, from the project's root: its name with hyphens, in its product's folder. */
export function fileOf(declared: Operation): string {
  const home = products.find(({ endpoints }) => endpoints.some(({ operation }) => operation === declared))
  if (!home) throw new Error(`No product has the call ${declared.id}`)
  const file = nameOf(declared).replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  return relative(ROOT, fileURLToPath(new URL(`${file}.ts`, home.folder))).replaceAll('\\', '/')
}

function noticeTable(): string {
  return table(
    ['Event', 'Summary', 'Notice'],
    notices.flatMap(({ events, title }) =>
      Object.entries(events).map(([event, summary]) => [
        `\`${event}\``,
        summary,
        `${title.en} (${title.zh})`,
      ]),
    ),
  )
}

/** What can be set at the start of a node, a section for each group of options. */
function nodeOptions(language: 'en' | 'zh'): string {
  const head =
    language === 'en'
      ? ['Option', 'Environment', 'Default', 'Meaning']
      : ['选项', '环境变量', '默认值', '说明']
  return optionGroupsOf()
    .map(group => {
      const rows = listOptions([group]).map(option => [
        option.secret ? '' : `\`${flagsOf(option)}\``,
        `\`${option.variable}\``,
        option.default ?? '',
        option[language],
      ])
      return `**${group.title[language]}**\n\n${table(head, rows)}`
    })
    .join('\n\n')
}

function optionTable(command: Command): string {
  return table(
    ['Option', 'Environment', 'Default', 'Meaning'],
    command.options.map(({ flags, envVar, defaultValue, defaultValueDescription, description }) => [
      `\`${flags}\``,
      envVar ? `\`${envVar}\`` : '',
      defaultValueDescription ?? (defaultValue === undefined ? '' : String(defaultValue)),
      description,
    ]),
  )
}

/** What a merchant's program offers to the go-live check. */
function adapterTable(calls: readonly AdapterCall[]): string {
  return table(
    ['Call', 'Request', 'Reply', 'Meaning'],
    calls.map(({ call, request, reply, meaning }) => [`\`${call}\``, request, reply, meaning]),
  )
}

function checkTable(checks: readonly Omit<Check, 'perform'>[]): string {
  return table(
    ['Check', 'What', 'The doctor', 'It passes when', 'If it does not', 'Stands on'],
    checks.map(({ id, title, does, passes, remedy, needs }) => [
      `\`${id}\``,
      `${title.en} (${title.zh})`,
      ...[does, passes, remedy],
      needs ? `\`${needs}\`` : '',
    ]),
  )
}

/** Every call of the administration API with its fields; `?` marks those that can be left out. */
function adminTable(): string {
  return table(
    ['Call', 'Fields', 'What it does'],
    adminEndpoints.map(({ operation: { method, path, title, description, request } }) => {
      const { properties, required = [] } = request as unknown as Field
      const fields = Object.keys(properties ?? {})
        .filter(name => !path.includes(`{${name}}`))
        .map(name => `\`${name}${required.includes(name) ? '' : '?'}\``)
      const call = callOf({ method, path })
      return [call, fields.join(' '), [title, description].filter(Boolean).join('. ')]
    }),
  )
}

function callOf({ method, path }: Pick<AdminOperation, 'method' | 'path'>): string {
  return `\`${method} ${path.replace('/admin/v1', '')}\``
}

/** The first call that answers with exactly this; others that do refer to it. */
function firstAnswering(reply: Type.TSchema): AdminOperation | undefined {
  return adminEndpoints.find(({ operation }) => operation.reply === reply)?.operation
}

function adminSection(declared: AdminOperation): string {
  const { title, description, reply, problems } = declared
  const first = firstAnswering(reply) ?? declared
  const fields = adminRequestRows(declared)
  return [
    `### ${callOf(declared)}`,
    `${[title, description?.replace(/\.$/, '')].filter(Boolean).join('. ')}.`,
    ...(fields.length > 0
      ? ['**Request**', table(['Field', 'In', 'Needed', 'Type', 'Limits', 'Meaning'], fields)]
      : []),
    ...(first !== declared ? [`**Reply**: that of ${callOf(first)}.`] : replyOf(reply)),
    ...(problems.length > 0 ? [`**Refusals**: ${problems.map(name => `\`${name}\``).join(', ')}.`] : []),
  ].join('\n\n')
}

function replyOf(reply: Type.TSchema): string[] {
  const rows = adminReplyRows(reply)
  if (rows.length === 0) return [`**Reply**: ${(reply as Field).description}.`]
  return ['**Reply**', table(['Field', 'Always', 'Type', 'Meaning'], rows)]
}

function adminRequestRows({ method, path, request }: AdminOperation): string[][] {
  const { properties = {}, required = [] } = request as unknown as Field
  return Object.entries(properties).map(([name, field]) => [
    `\`${name}\``,
    path.includes(`{${name}}`) ? 'path' : method === 'PUT' ? 'body' : 'query',
    required.includes(name) ? 'y' : 'o',
    adminTypeOf(field),
    limitsOf(field),
    field.description ?? '',
  ])
}

function adminReplyRows(schema: Type.TSchema, prefix = ''): string[][] {
  const { properties = {}, required = [] } = schema as Field
  return Object.entries(properties).flatMap(([name, field]) => {
    const inner = field.items ?? field
    const known = inner.properties && firstAnswering(inner as Type.TSchema)
    const meaning = known
      ? `${field.items ? 'Each as' : 'As'} the reply of ${callOf(known)}`
      : (field.description ?? field.items?.description ?? '')
    const row = [`\`${prefix}${name}\``, required.includes(name) ? 'y' : 'o', adminTypeOf(field), meaning]
    if (known || !inner.properties) return [row]
    return [row, ...adminReplyRows(inner, `${prefix}${name}${field.items ? '[]' : ''}.`)]
  })
}

function adminTypeOf(field: Field): string {
  return field.items ? `${typeOf(field.items)}[]` : typeOf(field) || 'any JSON'
}

/** Such as `1 to 64 bytes` or `0 to 1000`; empty where only the type limits it. */
function lengthOf({ maxBytes, maxLength }: Field): string {
  return maxLength === undefined ? String(maxBytes ?? '') : `${maxLength} characters`
}

function limitsOf({ minBytes, maxBytes, minimum, maximum, maxItems }: Field): string {
  if (maxItems !== undefined) return `at most ${maxItems} entries`
  if (maxBytes !== undefined)
    return minBytes ? `${minBytes} to ${maxBytes} bytes` : `at most ${maxBytes} bytes`
  return maximum === undefined ? '' : `${minimum} to ${maximum}`
}

function problemTable(): string {
  return table(
    ['HTTP', '`type`', 'Meaning'],
    Object.entries(PROBLEMS).map(([name, { status, title }]) => [
      String(status),
      `\`${problemType(name as ProblemName)}\``,
      title,
    ]),
  )
}

function operationSection(declared: Operation): string {
  const { id, method, title } = declared
  const official = modesOf(declared).flatMap(({ mode, inMode: { page } }) =>
    page ? `${mode} \`${page}\`` : [],
  )
  return [
    ...routesOf(declared).map(({ path }) => `### \`${method} ${path}\``),
    `${title.en} (${title.zh}), \`${id}\`. Official pages: ${official.join(', ')}.`,
    '**Request**',
    table(FIELD_COLUMNS, fieldRowsOf(declared, 'request')),
    ...productReplyOf(declared),
    '**Errors**',
    table(
      ['HTTP', 'Code', 'Message', 'In English'],
      declared.errors.map(({ status, code, zh, en }) => [String(status), `\`${code}\``, zh, en]),
    ),
  ].join('\n\n')
}

const FIELD_COLUMNS = ['Field', 'Type', 'Bytes', 'Merchant', 'Partner', 'Meaning']

/** The fields of a reply; what has none is a file, or nothing. */
function productReplyOf(declared: Operation): string[] {
  const [{ inMode } = { inMode: undefined }] = modesOf(declared)
  if (inMode?.reply === NO_CONTENT) return [`**Reply**: ${declared.success} without a body.`]
  const rows = fieldRowsOf(declared, 'reply')
  if (rows.length === 0) return ['**Reply**: the file, unsigned.']
  return ['**Reply**', table(FIELD_COLUMNS, rows)]
}

interface Field extends Type.TSchema {
  type?: string
  title?: string
  description?: string
  enum?: string[]
  minBytes?: number
  maxBytes?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  maxItems?: number
  format?: string
  properties?: Record<string, Field>
  required?: string[]
  items?: Field
}

interface FieldRow {
  field: string
  type: string
  bytes: string
  need: 'y' | 'o'
  meaning: string
}

/** All fields of both modes; a provider's may be needed otherwise than a direct merchant's. */
function fieldRowsOf(declared: Operation, part: 'request' | 'reply'): string[][] {
  const rowsIn = (mode: 'merchant' | 'partner') =>
    declared[mode] ? fieldRows(declared[mode][part] as Type.TObject) : []
  const [merchant, partner] = [rowsIn('merchant'), rowsIn('partner')]
  const needIn = (rows: FieldRow[], field: string) => rows.find(row => row.field === field)?.need ?? '–'
  const onlyMerchants = merchant.filter(({ field }) => needIn(partner, field) === '–')
  return [...partner, ...onlyMerchants].map(row =>
    inModes(row, needIn(merchant, row.field), needIn(partner, row.field)),
  )
}

function inModes({ field, type, bytes, meaning }: FieldRow, merchant: string, partner: string): string[] {
  return [`\`${field}\``, type, bytes, merchant, partner, meaning]
}

function fieldRows(schema: Type.TObject, prefix = ''): FieldRow[] {
  const { properties = {}, required = [] } = schema as Field
  return Object.entries(properties).flatMap(([name, field]) => {
    const row: FieldRow = {
      field: `${prefix}${name}`,
      type: typeOf(field),
      bytes: lengthOf(field),
      need: required.includes(name) ? 'y' : 'o',
      meaning: [field.title, field.description].filter(Boolean).join(': '),
    }
    const inner = field.properties ?? field.items?.properties
    const under = `${prefix}${name}${field.items ? '[]' : ''}.`
    return inner ? [row, ...fieldRows((field.items ?? field) as unknown as Type.TObject, under)] : [row]
  })
}

function typeOf(field: Field): string {
  if (field.enum) return field.enum.map(value => `\`${value || '""'}\``).join(' ')
  if (field.format === 'rfc3339') return 'time'
  if (field.format === 'notify-url') return 'url'
  return field.type ?? ''
}
