import type { TSchema } from '../src/contract/schema.ts'

// TypeScript from the schemas of the contract, for the generated part of the SDK.

interface Schema {
  type?: string
  title?: string
  description?: string
  enum?: readonly (string | number)[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  maxBytes?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
}

/** The interface of an object's schema, with a comment at each field. */
export function interfaceOf(name: string, schema: TSchema, comment: string): string {
  return `${docComment(comment)}export interface ${name} ${typeOf(schema as Schema, false)}\n`
}

/** The fields of a request, whose comments say the limits too. */
export function requestFields(schema: TSchema): string {
  return fieldsOf(schema as Schema, true)
}

function typeOf(schema: Schema, withLimits: boolean): string {
  const { type, enum: values, items, properties } = schema
  if (values) return values.map(value => (typeof value === 'string' ? quoted(value) : value)).join(' | ')
  if (type === 'array' && items) return `Array<${typeOf(items, withLimits)}>`
  if (type === 'integer') return 'number'
  if (type === 'object' && properties) return `{\n${fieldsOf(schema, withLimits)}}`
  if (type === 'string' || type === 'boolean' || type === 'number') return type
  throw new Error(`There is no TypeScript for the schema ${JSON.stringify(schema)}`)
}

function fieldsOf({ properties = {}, required = [] }: Schema, withLimits: boolean): string {
  return Object.entries(properties)
    .map(([name, field]) => {
      const limits = withLimits ? limitsOf(field) : ''
      const meaning = [field.description, limits].filter(Boolean).join('; ')
      const comment = [field.title, meaning].filter(Boolean).join(': ')
      return `${docComment(comment)}${name}${required.includes(name) ? '' : '?'}: ${typeOf(field, withLimits)}\n`
    })
    .join('')
}

/** What the type does not say of a field's values. */
function limitsOf({ enum: values, maxBytes, minimum = 0, maximum, minItems = 0, maxItems }: Schema): string {
  return [
    maxBytes !== undefined && values === undefined && `at most ${maxBytes} bytes`,
    minimum !== 0 && `at least ${minimum}`,
    maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && `at most ${maximum}`,
    minItems > 0 && `at least ${minItems} of them`,
    maxItems !== undefined && `at most ${maxItems} of them`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** A comment of as many lines as it needs; nothing for an empty text. */
export function docComment(text: string): string {
  if (text === '') return ''
  const paragraphs = text.replaceAll('*/', '* /').split('\n\n').map(wrapped)
  const lines = paragraphs.flatMap((paragraph, index) => (index === 0 ? paragraph : ['', ...paragraph]))
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map(line => `${` * ${line}`.trimEnd()}\n`).join('')} */\n`
}

export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

const LINE_LENGTH = 110

function wrapped(text: string): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    if (line !== '' && line.length + word.length >= LINE_LENGTH) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
