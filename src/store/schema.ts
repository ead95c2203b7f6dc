import { readFileSync } from 'node:fs'
import type { Migration } from './migrate.ts'

/** The tables of a room or a product. */
export interface Schema extends Migration {
  /** Tables whose rows stay when the sandbox is reset, and that no snapshot holds. */
  kept?: readonly string[]
}

/** A table as its declaration says. */
export interface Table {
  name: string
  /** The columns of its primary key. */
  key: readonly string[]
  /** The tables that its rows refer to. */
  refersTo: readonly string[]
  isKept: boolean
}

const TABLE = /^CREATE TABLE (\w+) \(\n([\s\S]*?)^\);/gm

/** The tables that a schema declares, in the order of its file. */
export function tablesOf({ url, kept = [] }: Schema): Table[] {
  const text = readFileSync(url, 'utf8').replaceAll('\r\n', '\n')
  return [...text.matchAll(TABLE)].map(([, name = '', body = '']) => {
    const [, ofTable] = /^ {2}PRIMARY KEY \(([^)]*)\)/m.exec(body) ?? []
    const [, ofColumn] = /^ {2}(\w+) .*\bPRIMARY KEY\b/m.exec(body) ?? []
    const references = [...body.matchAll(/\bREFERENCES (\w+)/g)].map(([, referred = '']) => referred)
    return {
      name,
      key: (ofTable ?? ofColumn ?? '').split(', '),
      refersTo: references.filter(referred => referred !== name),
      isKept: kept.includes(name),
    }
  })
}

/** Puts schemas behind those whose tables they refer to, and throws a sentence where they do not fit together. */
export function inOrder(schemas: readonly Schema[]): Schema[] {
  const homes = new Map<string, Schema>()
  for (const schema of schemas) {
    for (const { name, key } of tablesOf(schema)) {
      const other = homes.get(name)
      if (other)
        throw new Error(`${schema.name} and ${other.name} both declare the table ${name}: rename one.`)
      if (key[0] === '')
        throw new Error(`The table ${name} of ${schema.name} has no primary key: give it one.`)
      homes.set(name, schema)
    }
  }
  const placed = new Set<Schema>()
  const place = (schema: Schema, behind: readonly Schema[]) => {
    if (placed.has(schema)) return
    if (behind.includes(schema))
      throw new Error(
        `${[...behind, schema].map(({ name }) => name).join(' → ')}: their tables refer to each other in a circle.`,
      )
    for (const referred of tablesOf(schema).flatMap(({ refersTo }) => refersTo)) {
      const home = homes.get(referred)
      if (!home) throw new Error(`A table of ${schema.name} refers to ${referred}, which nobody declares.`)
      if (home !== schema) place(home, [...behind, schema])
    }
    placed.add(schema)
  }
  for (const schema of schemas) place(schema, [])
  return [...placed]
}
