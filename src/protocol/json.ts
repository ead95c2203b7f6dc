/** A whole number that is written with a point or an exponent is a `bigint`, so that nothing takes it for an integer. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | JsonValue[]
  | { [name: string]: JsonValue }

/** Why a body cannot be read. */
export type JsonFault =
  | 'byte_order_mark'
  /** Bytes that are no UTF-8, or a character that takes more than three of them. */
  | 'not_utf8'
  | 'not_json'
  | 'nul'
  | 'too_deep'

/** Objects and arrays inside each other, at most. */
const MAX_DEPTH = 32
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const BYTE_ORDER_MARK = '\ufeff'
const STRING_LITERALS = /"(?:[^"\\]|\\.)*"/g
/** What UTF-8 of at most three bytes a character cannot hold. */
const SURROGATES = /[\ud800-\udfff]/
const UNCLEAN = /[\0\ud800-\udfff]/
/** A whole number may be written so. Inside of a text it looks the same, and then a second look is wasted. */
const POINT_OR_EXPONENT = /\d[.eE]/

/** A body that could be read, or why it could not and, where that helps, what stands there. */
export type ReadJson = { value: JsonValue } | { fault: JsonFault; found?: string }

/**
 * Reads a request body as the gateway does: UTF-8 of at most three bytes a character, the last of two equal keys. A member
 * that is null is as good as absent, and is left out.
 */
export function readJson(bytes: Uint8Array): ReadJson {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { fault: 'not_utf8' }
  }
  if (text.startsWith(BYTE_ORDER_MARK)) return { fault: 'byte_order_mark' }
  let value: JsonValue
  try {
    value = POINT_OR_EXPONENT.test(text) ? JSON.parse(text, markWholeNumbers) : JSON.parse(text)
  } catch {
    return { fault: 'not_json' }
  }
  return tidy(value, 0) ?? { value }
}

function markWholeNumbers(_name: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || !/[.eE]/.test(context?.source ?? '')) return value
  return Number.isInteger(value) ? BigInt(value) : value
}

/** Leaves members out that are null, in place; answers what a tree must not hold. */
function tidy(value: JsonValue, depth: number): { fault: JsonFault; found?: string } | undefined {
  if (typeof value === 'string') return faultOf(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return { fault: 'too_deep' }
  if (Array.isArray(value)) {
    for (const element of value) {
      const fault = tidy(element, depth + 1)
      if (fault) return fault
    }
    return undefined
  }
  for (const name of Object.keys(value)) {
    const member = value[name] as JsonValue
    const fault = faultOf(name) ?? tidy(member, depth + 1)
    if (fault) return fault
    if (member === null) delete value[name]
  }
  return undefined
}

/** Why a text cannot go over the wire or into a store. */
export function faultOf(text: string): { fault: 'nul' | 'not_utf8'; found?: string } | undefined {
  if (isCleanText(text)) return undefined
  if (text.includes('\0')) return { fault: 'nul' }
  const codePoint = text.codePointAt(text.search(SURROGATES)) ?? 0
  return { fault: 'not_utf8', found: `U+${codePoint.toString(16).toUpperCase()}` }
}

/** True when a text holds only characters that the wire and every store can carry: no emoji, and no NUL. */
export function isCleanText(text: string): boolean {
  return !UNCLEAN.test(text)
}

/**
 * Reads JSON that a person writes for the administration: strict UTF-8, no duplicate keys, no number beyond 2^53, no
 * character outside the basic plane, bounded depth. Answers `undefined` for everything else, never a guess.
 *
 * `JSON.parse` keeps the last of two equal keys without a word. So the members of the parsed tree are counted and
 * compared with the colons that stand outside of strings in the text: fewer members means that a key came twice.
 */
export function parseJson(bytes: Uint8Array): JsonValue | undefined {
  let text: string
  let value: JsonValue
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const members = countMembers(value, 0)
  if (members === undefined) return undefined
  const colons = text.replace(STRING_LITERALS, '').split(':').length - 1
  return colons === members ? value : undefined
}

/** How many members the objects of a tree have in all; `undefined` when the tree holds something forbidden. */
function countMembers(value: JsonValue, depth: number): number | undefined {
  if (typeof value === 'string') return isCleanText(value) ? 0 : undefined
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? 0 : undefined
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_DEPTH) return undefined
  let count = 0
  if (!Array.isArray(value)) {
    const names = Object.keys(value)
    if (names.includes('__proto__') || !names.every(isCleanText)) return undefined
    count = names.length
  }
  for (const child of Object.values(value)) {
    const below = countMembers(child, depth + 1)
    if (below === undefined) return undefined
    count += below
  }
  return count
}
