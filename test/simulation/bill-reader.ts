/** A bill as this simulation reads it, written from the documents and not from the code that writes bills. */
export interface ReadBill {
  rows: Record<string, string>[]
  summary: Record<string, string>
}

/** Takes a bill apart. Throws when it is not built as the documents say. */
export function readBill(file: Buffer): ReadBill {
  const text = file.toString('utf8')
  if (!text.startsWith('\uFEFF') || !text.endsWith('\r\n'))
    throw new Error('A bill lacks its first or last bytes')
  const lines = text.slice(1, -2).split('\r\n')
  const [header = '', ...rest] = lines
  const [summaryHeader = '', summary = ''] = rest.slice(-2)
  if (header.startsWith('`') || summaryHeader.startsWith('`'))
    throw new Error('A header is written like data')
  const [totals] = [summary].map(line => recordOf(summaryHeader, line))
  return { rows: rest.slice(0, -2).map(line => recordOf(header, line)), summary: totals ?? {} }
}

function recordOf(header: string, line: string): Record<string, string> {
  const titles = header.split(',')
  const cells = line.slice(1).split(',`')
  if (!line.startsWith('`') || cells.length !== titles.length)
    throw new Error(`"${line}" is no line under "${header}"`)
  return Object.fromEntries(titles.map((title, index) => [title, cells[index] ?? '']))
}

/** Yuan such as `-0.05000` in fen. */
export function fenOf(text: string | undefined): number {
  const [, sign, yuan, fen, rest] = /^(-?)(\d+)\.(\d\d)(0*)$/.exec(text ?? '') ?? []
  if (yuan === undefined || rest === undefined) throw new Error(`"${text}" is no amount`)
  const amount = Number(yuan) * 100 + Number(fen)
  return sign ? -amount : amount
}

/** The sum of a column in fen, over the rows that are meant. */
export function sumOfColumn(
  rows: readonly Record<string, string>[],
  column: string,
  isMeant: (row: Record<string, string>) => boolean = () => true,
): number {
  return rows.filter(isMeant).reduce((sum, row) => sum + fenOf(row[column]), 0)
}
