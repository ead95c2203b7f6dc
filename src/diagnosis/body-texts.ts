import { hash } from 'node:crypto'
import type { Cause } from './causes.ts'

/** A text that was signed in place of a body. */
interface BodyText {
  value: string
  cause: Cause
}

/** Of so many fields each is left out in turn, and written as another type. */
const MAX_FIELDS = 40
const MAX_DEPTH = 8
const EMPTY_VALUES = [[null], [''], [null, '']] as const

/** What is signed in place of a body besides other spellings of its JSON, the likely ones first. */
export function* bodyTexts(body: Buffer): Generator<BodyText> {
  const text = body.toString('utf8')
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && isShallow(value)) {
    for (const shorter of withoutFields(value))
      yield { value: JSON.stringify(shorter), cause: 'body_field_added' }
    for (const spelling of otherTypes(value)) {
      // What looks like a number within a text is none.
      if (parsed(spelling) !== undefined) yield { value: spelling, cause: 'body_rewritten' }
    }
    for (const write of [pythonText, javaText, goText])
      yield { value: write(value), cause: 'body_object_as_text' }
    yield { value: JSON.stringify(inHashOrder(value)), cause: 'body_rewritten' }
  }
  if (typeof value === 'string') yield { value, cause: 'body_json_twice' }
  yield { value: JSON.stringify(text), cause: 'body_json_twice' }
  for (const name of OBJECT_NAMES) yield { value: name, cause: 'body_object_as_text' }
  for (const encoding of encodingsOf(body, text)) yield { value: encoding, cause: 'body_encoded' }
}

/** PHP of an array, C# of a dictionary and of an object without a text of its own. */
const OBJECT_NAMES = [
  'Array',
  'System.Collections.Generic.Dictionary`2[System.String,System.Object]',
  'System.Collections.Generic.Dictionary`2[System.String,System.String]',
  'System.Object',
]

function* encodingsOf(body: Buffer, text: string): Generator<string> {
  for (const digest of ['sha256', 'md5']) {
    const hex = hash(digest, body, 'hex')
    yield* [hex, hex.toUpperCase(), hash(digest, body, 'base64')]
  }
  yield body.toString('base64')
  yield encodeURIComponent(text.toWellFormed())
}

type Path = readonly (string | number)[]

/** Paths to everything in an object or array. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const own = [...path, name]
    return [own, ...pathsOf(member, own)]
  })
}

/** The same with another value at one path; `undefined` leaves the field out. */
function withChanged(value: unknown, [first, ...rest]: Path, change: (member: unknown) => unknown): unknown {
  if (first === undefined) return change(value)
  const pairs = Object.entries(value as object).flatMap(([name, member]) => {
    const changed = name === first ? withChanged(member, rest, change) : member
    return changed === undefined ? [] : [[name, changed] as const]
  })
  return Array.isArray(value) ? pairs.map(([, member]) => member) : Object.fromEntries(pairs)
}

/** JSON without each one of its fields, without more and more of the last ones, and without those that are empty. */
function* withoutFields(value: object): Generator<unknown> {
  for (const empty of EMPTY_VALUES) {
    yield parsed(JSON.stringify(value), (_name, member) =>
      (empty as readonly unknown[]).includes(member) ? undefined : member,
    )
  }
  for (const path of pathsOf(value).slice(0, MAX_FIELDS)) yield withChanged(value, path, () => undefined)
  const names = Object.entries(value).slice(0, MAX_FIELDS)
  for (let count = names.length - 2; count > 0; count -= 1) yield Object.fromEntries(names.slice(0, count))
}

/** Numbers that were texts and the other way round, one of them or all, and empty objects that were arrays. */
function* otherTypes(value: object): Generator<string> {
  const text = JSON.stringify(value)
  const numbers = /(?<=[:,[])(-?\d+)(?=[,}\]])/g
  yield text.replaceAll(numbers, '"$1"')
  yield text.replaceAll(numbers, '$1.0')
  yield text.replaceAll(/(?<=[:,[])"(-?\d{1,15})"(?=[,}\]])/g, '$1')
  yield text.replaceAll('{}', '[]')
  yield text.replaceAll('[]', '{}')
  for (const path of pathsOf(value).slice(0, MAX_FIELDS)) {
    yield JSON.stringify(
      withChanged(value, path, member => {
        if (typeof member === 'number') return String(member)
        return typeof member === 'string' && String(Number(member)) === member ? Number(member) : member
      }),
    )
  }
}

function pythonText(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  return typeof value === 'object' ? `{${fields(value, ': ', pythonText, "'").join(', ')}}` : String(value)
}

function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`
  return typeof value === 'object' && value !== null
    ? `{${fields(value, '=', javaText).join(', ')}}`
    : String(value)
}

function goText(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  return typeof value === 'object' ? `map[${fields(value, ':', goText).sort().join(' ')}]` : String(value)
}

function fields(value: object, colon: string, write: (member: unknown) => string, quote = ''): string[] {
  return Object.entries(value).map(([name, member]) => quote + name + quote + colon + write(member))
}

/** The order in which a HashMap of Java gives its entries, by the hash of their names. */
function inHashOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inHashOrder)
  const entries = Object.entries(value).map(([name, member]) => [name, inHashOrder(member)] as const)
  let buckets = 16
  while (entries.length > buckets * 0.75) buckets *= 2
  const bucketOf = (name: string) => {
    let hashed = 0
    for (let index = 0; index < name.length; index += 1)
      hashed = (Math.imul(31, hashed) + name.charCodeAt(index)) | 0
    return (hashed ^ (hashed >>> 16)) & (buckets - 1)
  }
  return Object.fromEntries(entries.toSorted(([one], [other]) => bucketOf(one) - bucketOf(other)))
}

/** Deeper JSON is not tried. */
function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < MAX_DEPTH && Object.values(value).every(member => isShallow(member, depth + 1))
}

function parsed(text: string, revive?: (name: string, member: unknown) => unknown): unknown {
  try {
    return JSON.parse(text, revive)
  } catch {
    return undefined
  }
}
