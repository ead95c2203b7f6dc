import { Command, Option } from 'commander'
import type { AdminReply } from '../admin-client/admin-client.ts'
import { Administration, orCannotRun } from '../doctor/administration.ts'
import { type AdministrationOptions, addressOf, takesAdministration } from './admin-address.ts'

type List = AdminReply<'listRefusedSignatures'>
type Detail = AdminReply<'getRefusedSignature'>

interface ExplainOptions extends AdministrationOptions {
  json: boolean
  mchid?: string
}

/** Refusals in the table, without an id; equal ones one after the other share a row. */
const MAX_LISTED = 100
const MAX_ROWS = 20
/** Characters of a merchant number; longer ones are none. */
const MERCHANT = 10
/** Characters of one side, where messages stand beside each other. */
const SIDE = 56
/** Columns of a text, and where it begins behind its name. */
const WIDTH = 100
const MARGIN = 12
/** Lines of a body that are shown; the rest is in `--json`. */
const MAX_LINES = 40

/** `boomgate explain`: why a signature was refused, by the platform that runs on the data folder. */
export function explainCommand(): Command {
  return takesAdministration(new Command('explain'))
    .description('explain why a signature was refused')
    .argument('[request-id]', 'Request-ID of the reply; the newest refusals as a table when absent')
    .addOption(new Option('--mchid <number>', 'of this merchant only, in the table'))
    .addOption(new Option('--json', 'as JSON').default(false))
    .action(explain)
}

async function explain(requestId: string | undefined, options: ExplainOptions): Promise<void> {
  const { json, mchid } = options
  const admin = new Administration(addressOf(options))
  if (requestId !== undefined) {
    const detail = await orCannotRun(admin.find('getRefusedSignature', { request_id: requestId }))
    if (!detail) throw new Error(`There is no refused signature ${requestId}.`)
    print(json ? `${JSON.stringify(detail, null, 2)}\n` : describe(detail))
    return
  }
  const list = await orCannotRun(admin.call('listRefusedSignatures', { mchid, limit: MAX_LISTED }))
  print(json ? `${JSON.stringify(list, null, 2)}\n` : tableOf(list))
}

/** A reader such as `head` may close the pipe before it has everything, and then nobody wants the rest. */
function print(text: string): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  process.stdout.write(text)
}

function tableOf({ data }: List): string {
  if (data.length === 0) return 'No signature was refused.\n'
  const rows = grouped(data)
    .slice(0, MAX_ROWS)
    .map(({ newest: { wall_time, request_id, mchid = '-', cause }, count }) => [
      wall_time.slice('2026-'.length, '2026-01-01T00:00:00'.length).replace('T', ' '),
      visible(mchid).slice(0, MERCHANT),
      ...[cause, String(count), request_id],
    ])
  const all = [['Time', 'Merchant', 'Cause', '×', 'Request-ID'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0))) ?? []
  return all
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

interface Group {
  newest: List['data'][number]
  count: number
}

/** Neighbours with the same cause, merchant and call, because what is wrong in a program is wrong in each of its requests. */
function grouped(data: List['data']): Group[] {
  const groups: Group[] = []
  for (const refusal of data) {
    const last = groups.at(-1)
    if (last && GROUPED_BY.every(field => last.newest[field] === refusal[field])) last.count += 1
    else groups.push({ newest: refusal, count: 1 })
  }
  return groups
}

const GROUPED_BY = ['cause', 'mchid', 'op'] as const

/** Everything about one refusal, for a terminal. */
export function describe(detail: Detail): string {
  const { request_id, method, target, mchid = '-', serial_no = '-', error, wall_time } = detail
  const lines = [
    `${method} ${target}`,
    `  ${wall_time}   merchant ${visible(mchid)}   certificate ${visible(serial_no)}   ${error}   ${request_id}`,
    '',
    `Cause       ${detail.causes.join(', ')}`,
    `${' '.repeat(MARGIN)}${wrapped(visible(detail.explanation))}`,
    `What to do  ${wrapped(detail.what_to_do)}`,
    ...(detail.signed_by ? [`Signed by   ${detail.signed_by}`] : []),
    ...(detail.signed_digest ? [`Digest      ${detail.signed_digest} (of what was signed)`] : []),
    '',
    ...messagesOf(detail),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

/** A text in lines that end before {@link WIDTH}, below the first one's beginning; what is numbered begins a line. */
function wrapped(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const isFull = MARGIN + line.length + 1 + word.length > WIDTH || /^\(\d\)$/.test(word)
    if (isFull && line !== '') {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line].join(`\n${' '.repeat(MARGIN)}`)
}

function messagesOf(detail: Detail): string[] {
  const expected = bytesOf(detail.expected_message_base64)
  const signed = bytesOf(detail.signed_message_base64)
  if (!expected) return ['The header as it came:', visible(detail.authorization_header)]
  if (!signed) return ['Expected, each line with its end:', ...linesOf(expected).map(line => `  ${line}`)]
  return sideBySide(expected, signed, detail.first_difference)
}

function bytesOf(base64: string | undefined): Buffer | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
}

/** Expected and signed lines beside each other, with a mark under the first byte in which they differ. */
function sideBySide(expected: Buffer, signed: Buffer, difference: number | undefined): string[] {
  const left = pieces(expected, difference)
  const right = pieces(signed, difference)
  const rows = [row('Expected', 'Signed')]
  for (let line = 0; line < Math.max(left.length, right.length); line += 1) {
    const [ones, others] = [left[line] ?? [], right[line] ?? []]
    for (let part = 0; part < Math.max(ones.length, others.length); part += 1) {
      const [one, other] = [ones[part], others[part]]
      rows.push(row(one?.text ?? '', other?.text ?? ''))
      if (one?.mark === undefined && other?.mark === undefined) continue
      rows.push(row(under(one), `${under(other)} byte ${difference}`))
    }
  }
  return difference === undefined ? [...rows, 'Both are the same.'] : rows
}

function row(left: string, right: string): string {
  return `${left}${' '.repeat(Math.max(0, SIDE - widthOf(left)))} │ ${right}`.trimEnd()
}

function under(piece: Piece | undefined): string {
  return piece?.mark === undefined ? '' : `${' '.repeat(piece.mark)}^`
}

/** What a terminal shows in two columns. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g

function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0)
}

interface Piece {
  text: string
  /** The column of the first difference, when it is in this piece. */
  mark: number | undefined
}

/** The lines of a message, each in pieces that fit on one side. */
function pieces(message: Buffer, difference: number | undefined): Piece[][] {
  const lines: Piece[][] = []
  let line: Piece[] = []
  let piece: Piece = { text: '', mark: undefined }
  const endPiece = () => {
    if (piece.text !== '' || piece.mark !== undefined) line.push(piece)
    piece = { text: '', mark: undefined }
  }
  const endLine = () => {
    endPiece()
    if (line.length > 0) lines.push(line)
    line = []
  }
  let offset = 0
  for (const { shown, bytes, isEnd } of charactersOf(message)) {
    if (widthOf(piece.text + shown) > SIDE) endPiece()
    if (difference !== undefined && offset <= difference && difference < offset + bytes)
      piece.mark = widthOf(piece.text)
    piece.text += shown
    offset += bytes
    if (isEnd) endLine()
    if (lines.length + line.length >= MAX_LINES) return [...lines, line, [{ text: '…', mark: undefined }]]
  }
  if (difference === message.length) piece.mark = widthOf(piece.text)
  endLine()
  return lines
}

/** The characters of bytes; what is no UTF-8 is shown as its bytes. */
function* charactersOf(message: Buffer): Generator<{ shown: string; bytes: number; isEnd: boolean }> {
  let rest = message
  while (rest.length > 0) {
    const [character = ''] = rest.subarray(0, 4).toString('utf8')
    const bytes = character === '\ufffd' ? 1 : Buffer.byteLength(character)
    const shown = character === '\ufffd' ? `<${rest.toString('hex', 0, 1)}>` : visible(character)
    yield { shown, bytes, isEnd: character === '\n' }
    rest = rest.subarray(bytes)
  }
}

function linesOf(message: Buffer): string[] {
  return pieces(message, undefined).flatMap(line => line.map(({ text }) => text))
}

/** Control characters as letters, so that what ends a line is seen and a terminal is not steered. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}]/gu,
    character => NAMES[character] ?? `<${character.codePointAt(0)?.toString(16)}>`,
  )
}

const NAMES: Record<string, string> = { '\n': '⏎', '\r': '␍', '\t': '␉', '\ufeff': '<BOM>' }
