export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue }

/** Objects and arrays inside each other, at most. */
const MAX_DEPTH = 32
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const STRING_LITERALS = /"(?:[^"\\]|\\.)*"/g
/** What UTF-8 of at most three bytes a character cannot hold. */
const SURROGATES = /[\ud800-\udfff]/

/**
 * Reads a request body as the platform must: strict UTF-8, no duplicate keys, no number beyond 2^53, no character
 * outside the basic plane, bounded depth. Answers `undefined` for everything else, never a guess.
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

/** True when a text holds only characters that the wire and every store can carry: no emoji, and no NUL. */
export function isCleanText(text: string): boolean {
  return !text.includes('\0') && !SURROGATES.test(text)
}

/** How many members the objects of a tree have in all; `undefined` when the tree holds something forbidden. */
function countMembers(value: JsonValue, depth: number): number | undefined {
  if (typeof value === 'string') return isCleanText(value) ? 0 : undefined
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? 0 : undefined
  if (value === null || typeof value === 'boolean') return 0
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
