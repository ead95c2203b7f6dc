import type { Injections } from '../faults/faults.ts'

// What is kept of a call, as texts. No secret is in them: see docs/operations.md.

/** The headers that are kept, by every way in which clients usually write them. */
const KEPT_HEADERS = [
  'Accept',
  'Accept-Language',
  'Authorization',
  'Content-Type',
  'Host',
  'User-Agent',
  'Wechatpay-Serial',
]
const NAMES = new Set(KEPT_HEADERS.map(name => name.toLowerCase()))
const AUTHORIZATION = 'authorization'
const SIGNATURE = 'signature="'
/** Of a target and of each header no more characters are kept. */
const MAX_TARGET_LENGTH = 4_096
const MAX_HEADER_LENGTH = 512

/** Of numbers and names no more characters are kept, and of no call more of them. */
const MAX_NAME_LENGTH = 64
const MAX_NUMBERS = 8
const MAX_NAMES = 20

/** `rawHeaders`: names and values in turn, as they came. Ends with the empty line before the body. */
export function headOf(method: string, target: string, rawHeaders: readonly string[]): string {
  let head = `${method} ${startOf(target, MAX_TARGET_LENGTH)}\n`
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lowerCase = name.toLowerCase()
    if (!NAMES.has(lowerCase)) continue
    const value = rawHeaders[index + 1] ?? ''
    head += `${name}: ${lowerCase === AUTHORIZATION ? withoutSignature(value) : startOf(value, MAX_HEADER_LENGTH)}\n`
  }
  return `${head}\n`
}

/** What the header names, and of any other scheme than the ones of APIv3 only the scheme: it may be a password. */
function withoutSignature(value: string): string {
  if (!value.startsWith('WECHATPAY2-')) return `${/^[\w-]{1,32}(?= )/.exec(value)?.[0] ?? ''} …`.trim()
  const start = value.indexOf(SIGNATURE)
  if (start === -1) return startOf(value, MAX_HEADER_LENGTH)
  const end = value.indexOf('"', start + SIGNATURE.length)
  const rest = end === -1 ? '' : value.slice(end)
  return startOf(`${value.slice(0, start)}${SIGNATURE}…${rest}`, MAX_HEADER_LENGTH)
}

/** The numbers and ids that the fields of a request name. */
export function numbersIn(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const numbers: Record<string, string> = {}
  let left = MAX_NUMBERS
  for (const name of Object.keys(fields)) {
    if (!name.endsWith('_no') && !name.endsWith('_id')) continue
    const value = fields[name]
    if (typeof value !== 'string' || value === '') continue
    numbers[startOf(name, MAX_NAME_LENGTH)] = startOf(value, MAX_NAME_LENGTH)
    left -= 1
    if (left === 0) break
  }
  return numbers
}

/** What all calls have in their `numbers` that name this one, in whatever field. */
export function numberIn(value: string): string {
  return `:${JSON.stringify(value)}`
}

/** The rules that were injected, as a JSON list. */
export function faultsIn(injected: Injections): string | null {
  const faults = Object.entries(injected)
  if (faults.length === 0) return null
  return JSON.stringify(faults.map(([kind, { fault_id }]) => ({ fault_id, kind })))
}

/** The first of the names, and of each its beginning. */
export function startOfNames(names: readonly string[]): string[] {
  return names.slice(0, MAX_NAMES).map(name => startOf(name, MAX_NAME_LENGTH))
}

/** The first bytes, at most `max`; of what is shorter not even a copy, and of a large body nothing else stays in memory. */
export function startOfBytes(bytes: Buffer, max: number): Buffer {
  if (bytes.length <= max) return bytes
  let end = max
  // No character is cut.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return Buffer.from(bytes.subarray(0, end))
}

/** A text that both engines store: PostgreSQL has no NUL in a text. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}

/** The beginning of a text as a copy: a slice would keep the whole text in memory, which may be a body. */
function startOf(text: string, max: number): string {
  if (text.length <= max) return text
  return Buffer.from(text.slice(0, max), 'utf16le').toString('utf16le')
}
