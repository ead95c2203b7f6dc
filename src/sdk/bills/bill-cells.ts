import { BillCorrupted } from './bill-corrupted.ts'

const SEPARATOR = ',`'
const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
/** What merchants write is escaped, since cells have no quotes. A sequence that is none stays as it is. */
const ESCAPED = /\\([\\ rn])/g
const UNESCAPED: Record<string, string> = { '\\': '\\', ' ': ',', r: '\r', n: '\n' }

/** The cells of one line at a time, by the names of their columns. */
export class Cells {
  readonly #places: ReadonlyMap<string, number>
  #cells: readonly string[] = []
  #line = 0

  constructor(names: readonly string[]) {
    this.#places = new Map(names.map((name, place) => [name, place]))
  }

  /** These cells with the content of a line, which begins with a back-tick as each of its cells does. */
  of(line: string, number: number): this {
    this.#cells = line.slice(1).split(SEPARATOR)
    this.#line = number
    if (this.#cells.length === this.#places.size) return this
    throw new BillCorrupted(`line ${number} has ${this.#cells.length} cells in ${this.#places.size} columns`)
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  text(name: string): string {
    const place = this.#places.get(name)
    if (place === undefined) throw new BillCorrupted(`it has no column ${name}`)
    return this.#cells[place] as string
  }

  /** Text that the merchant wrote, with its commas and its line ends. */
  merchantText(name: string): string {
    const text = this.text(name)
    return text.includes('\\')
      ? text.replaceAll(ESCAPED, (_, sign: string) => UNESCAPED[sign] as string)
      : text
  }

  /** `undefined` for an empty cell. Beijing time, RFC 3339. */
  time(name: string): string | undefined {
    const text = this.text(name)
    if (text === '') return undefined
    if (!TIME.test(text)) throw this.#wrong(name, 'no time')
    return `${text.slice(0, 10)}T${text.slice(11)}+08:00`
  }

  /** Yuan in the file, fen here. */
  fen(name: string): number {
    const fen = parseDecimal(this.text(name), 2)
    if (Number.isSafeInteger(fen)) return fen
    throw this.#wrong(name, 'no whole number of fen')
  }

  /** Yuan with up to five decimals in the file; here fen, with decimals only if the file has fractions of a fen. */
  fee(name: string): number {
    const parts = parseDecimal(this.text(name), 5)
    if (Number.isSafeInteger(parts)) return parts / 1_000
    throw this.#wrong(name, 'no fee')
  }

  /** A number of rows; some bills write `45.0`. */
  count(name: string): number {
    const count = this.fen(name) / 100
    if (Number.isInteger(count)) return count
    throw this.#wrong(name, 'no count')
  }

  #wrong(name: string, what: string): BillCorrupted {
    return new BillCorrupted(`${name} in line ${this.#line} is "${this.text(name)}", ${what}`)
  }
}

const ZERO = 48
const MINUS = 45
const POINT = 46

/**
 * A decimal number as an integer of its last place: `0.05` with two places is 5. `NaN` for what is no decimal number or has
 * more places. Read digit by digit: no float is on the way.
 */
function parseDecimal(text: string, places: number): number {
  const isNegative = text.charCodeAt(0) === MINUS
  const start = isNegative ? 1 : 0
  let value = 0
  let digits = 0
  let decimals = -1
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    const digit = code - ZERO
    if (code === POINT && decimals === -1 && digits > 0) decimals = 0
    else if (digit < 0 || digit > 9) return Number.NaN
    else if (decimals >= places) {
      if (digit > 0) return Number.NaN
    } else {
      value = value * 10 + digit
      digits += 1
      if (decimals >= 0) decimals += 1
    }
  }
  if (digits === 0 || decimals === 0) return Number.NaN
  const whole = value * 10 ** (places - Math.max(decimals, 0))
  // Zero has one sign.
  return isNegative && whole > 0 ? -whole : whole
}
