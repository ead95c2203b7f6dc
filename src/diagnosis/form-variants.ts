import { hash } from 'node:crypto'
import { replyMessage, requestMessage } from '../protocol/signature.ts'
import type { Cause } from './causes.ts'
import { OTHER_CHARSETS } from './charsets.ts'
import type { Parts, Variant } from './variant.ts'

/** What stands for a line feed by mistake. */
const SEPARATORS = [' ', ',', '&', '/n', '|', ';', ', ', '%0A', '\n\r']
/** By so many blanks editors indent the lines of a text. */
const INDENTS = ['  ', '    ', '\t', ' ', '   ', '      ', '        ', '            ', '\t\t', '\t\t\t']

/** Other ways to make one message of the parts, the likely ones first. */
export function formVariants(): Variant[] {
  return [
    form('last_line_feed', joined('\n', '')),
    // As a shell's $(…) does it.
    form('last_line_feed', parts => withoutLineFeeds(requestMessage(parts))),
    form('carriage_returns', joined('\r\n', '\r\n')),
    form('carriage_returns', joined('\r\n', '')),
    form('carriage_returns', joined('\r\n', '\n')),
    form('escaped_line_feeds', joined('\\n', '\\n')),
    form('escaped_line_feeds', joined('\\n', '')),
    form('line_feeds_missing', joined('', '')),
    form('byte_order_mark', parts => Buffer.concat([Buffer.from('\ufeff'), requestMessage(parts)])),
    form('hashed_twice', parts => Buffer.from(digestOf(parts).toString('hex'))),
    form('hashed_twice', parts => Buffer.from(digestOf(parts).toString('hex').toUpperCase())),
    form('hashed_twice', digestOf),
    form('hashed_twice', parts => Buffer.from(digestOf(parts).toString('base64'))),
    form('message_of_reply', ({ timestamp, nonce, body }) => replyMessage(timestamp, nonce, body)),
    ...[0, 1, 2, 3, 4].map(left => withLines([0, 1, 2, 3, 4].filter(line => line !== left))),
    ...OTHER_CHARSETS.map(encode => form('charset', parts => encode(requestMessage(parts)))),
    form('line_blanks', parts => Buffer.concat([LINE_FEED, requestMessage(parts)])),
  ]
}

/** Those that are tried singly, because there are so many of them. */
export function* rareForms(): Generator<Variant> {
  for (const lines of SUBSETS) {
    yield withLines(lines)
    yield form('line_missing', parts => between(chosen(parts, lines), '\n'))
  }
  for (const indent of INDENTS) {
    for (const start of ['', '\n', `\n${indent}`])
      for (const end of [`\n${indent}`, '\n', '', `\n${indent.slice(0, indent.length / 2)}`])
        yield form('line_blanks', parts => wrapped(start, between(linesOf(parts), `\n${indent}`), end))
  }
  for (const separator of [' \n', '\n ', '\n\n']) yield form('line_blanks', joined(separator, separator))
  // As the echo of a small shell prints it, which ends it by a line feed of its own.
  for (const end of ['\n\n', '\n'])
    yield form('line_blanks', parts => wrapped('-e ', between(linesOf(parts), '\n'), end))
  yield form('carriage_returns', joined('\r', '\r'))
  yield form('escaped_line_feeds', joined('\\r\\n', '\\r\\n'))
  for (const separator of SEPARATORS)
    for (const end of [separator, '']) yield form('line_feeds_missing', joined(separator, end))
  for (const order of permutations([0, 1, 2, 3, 4])) yield { ...withLines(order), causes: ['line_order'] }
}

/** Every order of a few things. */
export function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map(rest => [item, ...rest]),
  )
}

const LINE_FEED = Buffer.from('\n')
/** Which of five lines there are, for each choice of one to four of them. */
const SUBSETS = Array.from({ length: 30 }, (_, choice) =>
  [0, 1, 2, 3, 4].filter(line => ((choice + 1) >> line) & 1),
)

function form(cause: Cause, write: (parts: Parts) => Buffer): Variant {
  return { causes: [cause], write }
}

function withLines(lines: readonly number[]): Variant {
  return form('line_missing', parts => wrapped('', between(chosen(parts, lines), '\n'), '\n'))
}

function joined(separator: string, end: string): (parts: Parts) => Buffer {
  return parts => wrapped('', between(linesOf(parts), separator), end)
}

function linesOf({ method, target, timestamp, nonce, body }: Parts): Buffer[] {
  return [...[method, target, timestamp, nonce].map(text => Buffer.from(text)), body]
}

function chosen(parts: Parts, lines: readonly number[]): Buffer[] {
  const all = linesOf(parts)
  return lines.map(line => all[line] ?? Buffer.alloc(0))
}

function between(lines: readonly Buffer[], separator: string): Buffer {
  return Buffer.concat(
    lines.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from(separator), line])),
  )
}

function wrapped(start: string, middle: Buffer, end: string): Buffer {
  return Buffer.concat([Buffer.from(start), middle, Buffer.from(end)])
}

function digestOf(parts: Parts): Buffer {
  return hash('sha256', requestMessage(parts), 'buffer')
}

function withoutLineFeeds(message: Buffer): Buffer {
  let { length } = message
  while (length > 0 && message[length - 1] === 0x0a) length -= 1
  return message.subarray(0, length)
}
