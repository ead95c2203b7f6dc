import type { TSchema } from '../src/contract/schema.ts'

// TypeScript from the schemas of the contract, for the generated part of the SDK.

interface Schema {
  type?: string
  title?: string
  description?: string
  enum?: readonly string[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
}

/** The interface of an object's schema, with a comment at each field. */
export function interfaceOf(name: string, schema: TSchema, comment: string): string {
  return `${docComment(comment)}export interface ${name} ${typeOf(schema as Schema)}\n`
}

function typeOf(schema: Schema): string {
  const { type, enum: values, items, properties } = schema
  if (values) return values.map(quoted).join(' | ')
  if (type === 'array' && items) return `Array<${typeOf(items)}>`
  if (type === 'integer') return 'number'
  if (type === 'object' && properties) return `{\n${fieldsOf(schema)}}`
  if (type === 'string' || type === 'boolean' || type === 'number') return type
  throw new Error(`There is no TypeScript for the schema ${JSON.stringify(schema)}`)
}

function fieldsOf({ properties = {}, required = [] }: Schema): string {
  return Object.entries(properties)
    .map(([name, field]) => {
      const comment = [field.title, field.description].filter(Boolean).join(': ')
      return `${docComment(comment)}${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}\n`
    })
    .join('')
}

/** A comment of as many lines as it needs; nothing for an empty text. */
export function docComment(text: string): string {
  if (text === '') return ''
  const lines = wrapped(text.replaceAll('*/', '* /'))
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map(line => ` * ${line}\n`).join('')} */\n`
}

export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
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
