import * as Type from '../contract/schema.ts'

/** The value types that calls of the administration API share. Descriptions are for people who read the OpenAPI. */

/** The highest amount that one call moves, in fen: a hundred million yuan, so that no balance leaves the safe integers. */
export const MAX_AMOUNT = 10_000_000_000

/** A string of 1 to `maxBytes` bytes. */
export function text(description: string, maxBytes: number) {
  return Type.String({ description, minBytes: 1, maxBytes })
}

/** A name that the caller gives: 1 to 64 characters without spaces and slashes. */
export function id(description: string) {
  return Type.String({
    description: `${description}: 1 to 64 characters, no spaces, no slashes`,
    minBytes: 1,
    maxBytes: 192,
    pattern: '^[^\\s/\\p{C}]{1,64}$',
  })
}

/** A name that becomes part of a file's name. */
export function fileName(description: string) {
  return Type.String({
    description: `${description}: letters, digits, _ and -`,
    minBytes: 1,
    maxBytes: 64,
    pattern: '^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$',
  })
}

/** One of the listed strings. */
export function oneOf<const Values extends readonly string[]>(description: string, values: Values) {
  return Type.Unsafe<Values[number]>({ type: 'string', description, enum: values })
}

export function flag(description: string) {
  return Type.Unsafe<boolean>({ type: 'boolean', description })
}

export function integer(description: string, minimum: number, maximum: number) {
  return Type.Integer({ description, minimum, maximum })
}

/** An amount in fen. */
export function fen(description: string, minimum = 0) {
  return Type.Integer({ description: `${description}, in fen`, minimum, maximum: MAX_AMOUNT })
}

/** A sum in fen that a reply shows: it may be negative, and is not limited. */
export function sum(description: string) {
  return Type.Integer({ description: `${description}, in fen` })
}

/** A number that a reply counts. */
export function count(description: string) {
  return Type.Integer({ description, minimum: 0 })
}

/** Of the reply to a request that is done once for each id. */
export const repeated = flag(
  'Whether an earlier request of this id had done it, so that this one did nothing',
)

/** RFC 3339; replies have milliseconds and Beijing time. */
export function time(description: string) {
  return Type.String({ description, minBytes: 1, maxBytes: 32, format: 'rfc3339' })
}

/** Any text of a reply. */
export function shown(description: string) {
  return Type.String({ description })
}

/** Any JSON value of a reply. */
export function anything(description: string) {
  return Type.Unsafe<unknown>({ description })
}

export const mchid = Type.String({
  description: 'Merchant number: 8 to 10 digits',
  maxBytes: 10,
  pattern: '^[0-9]{8,10}$',
})
export const appid = Type.String({
  description: 'App id: letters, digits, _ and -',
  maxBytes: 32,
  pattern: '^[0-9A-Za-z_-]{1,32}$',
})
export const payerId = id('The payer')

/** How many entries of a list come at once. */
const MAX_LIMIT = 100
export const DEFAULT_LIMIT = 50

/** The fields of every list. */
export const page = {
  after: Type.Optional(text('`next` of the page before', 512)),
  limit: Type.Optional(integer(`Entries at most; ${DEFAULT_LIMIT} unless said`, 1, MAX_LIMIT)),
}

/** The reply of every list. */
export function listOf<const Item extends Type.TSchema>(item: Item) {
  return Type.Object({
    data: Type.Array(item),
    next: Type.Optional(shown('Give this as `after` for the next page; absent at the end')),
  })
}
