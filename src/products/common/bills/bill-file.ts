import { formatTime } from '../../../protocol/time.ts'

// How a bill is written: UTF-8 with a byte order mark, CRLF, and a back-tick before every cell but those of the headers.

/** The first bytes of a file. */
export const BYTE_ORDER_MARK = '\uFEFF'

const END_OF_LINE = '\r\n'

/** The line of a header. */
export function headerLine(titles: readonly string[]): string {
  return titles.join(',') + END_OF_LINE
}

/** A line of data. What merchants have written must be {@link escaped} before. */
export function dataLine(cells: readonly string[]): string {
  return `\`${cells.join(',`')}${END_OF_LINE}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is one of those that a cell cannot have
const SPECIAL = /[\\,\r\n\u0001]/g
const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  ',': '\\ ',
  '\r': '\\r',
  '\n': '\\n',
  '\u0001': ' ',
}

/** A text of the merchant's without the characters that a cell cannot have. */
export function escaped(text: string): string {
  return text.replaceAll(SPECIAL, character => ESCAPES[character] as string)
}

/** Fen as yuan, such as `0.01` and `-3.00`. */
export function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** A fee in fen as yuan with five decimals, such as `0.05000`. */
export function feeYuan(fen: number): string {
  return `${yuan(fen)}000`
}

/** A rate in hundredths of a percent, such as `0.60%`. */
export function percent(rate: number): string {
  return `${yuan(rate)}%`
}

/** An instant in Beijing time, such as `2017-08-26 10:43:39`. */
export function billTime(ms: number): string {
  return formatTime(ms).slice(0, 19).replace('T', ' ')
}
