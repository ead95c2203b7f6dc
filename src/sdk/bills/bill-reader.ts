import { Cells } from './bill-cells.ts'
import { BillCorrupted } from './bill-corrupted.ts'

/** How the lines of a kind of bill become objects. */
export interface Layout<Row, Summary> {
  row(cells: Cells): Row
  summary(cells: Cells): Summary
  /** The sums of no rows. */
  nothing(): Summary
  /** Adds a row to the sums. */
  add(sums: Summary, row: Row): void
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BACK_TICK = 96
/** Longer than any line of a bill: texts of merchants have a few hundred characters at most. */
const MAX_LINE_BYTES = 64 * 1024
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * Reads the plain bytes of a bill, as they come: a line of names, rows, a line of names, the summary. Columns are found
 * by their names, because merchants have layouts of different ages. Line ends may be of either kind.
 */
export class BillReader<Row, Summary extends object> {
  readonly #layout: Layout<Row, Summary>
  readonly #sums: Summary
  #header: Cells | undefined
  #summaryHeader: Cells | undefined
  #summary: Summary | undefined
  #lines = 0
  /** The start of a line whose end has not come yet. */
  #rest = Buffer.alloc(0)

  constructor(layout: Layout<Row, Summary>) {
    this.#layout = layout
    this.#sums = layout.nothing()
  }

  /** Answers the rows that end within these bytes. Throws `BillCorrupted`. */
  read(chunk: Uint8Array): Row[] {
    const bytes = Buffer.concat([this.#rest, chunk])
    const rows: Row[] = []
    let start = 0
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, start)
      if (end === -1) break
      this.#line(bytes.subarray(start, end), rows)
      start = end + 1
    }
    this.#rest = bytes.subarray(start)
    if (this.#rest.length > MAX_LINE_BYTES) throw new BillCorrupted('a line has no end')
    return rows
  }

  /** Answers the summary after the last byte. Throws `BillCorrupted` when there is none, or its sums are not the rows'. */
  end(): Summary {
    const rows: Row[] = []
    this.#line(this.#rest, rows)
    const summary = this.#summary
    if (!summary || rows.length > 0) throw new BillCorrupted('it ends before its summary')
    const sums = new Map<string, unknown>(Object.entries(this.#sums))
    for (const [name, value] of Object.entries(summary)) {
      // An old layout has fewer columns.
      if (value === undefined || sums.get(name) === value) continue
      throw new BillCorrupted(`${name} of its summary is ${value}, and that of its rows ${sums.get(name)}`)
    }
    return summary
  }

  #line(bytes: Buffer, rows: Row[]): void {
    this.#lines += 1
    const isMarked = this.#lines === 1 && bytes.indexOf(BYTE_ORDER_MARK) === 0
    const start = isMarked ? BYTE_ORDER_MARK.length : 0
    const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length
    if (start >= end) return
    const text = bytes.toString('utf8', start, end)
    if (this.#summary) throw new BillCorrupted(`line ${this.#lines} comes after its summary`)
    if (bytes[start] !== BACK_TICK) this.#names(text)
    else if (this.#summaryHeader)
      this.#summary = this.#layout.summary(this.#summaryHeader.of(text, this.#lines))
    else if (this.#header) {
      const row = this.#layout.row(this.#header.of(text, this.#lines))
      this.#layout.add(this.#sums, row)
      rows.push(row)
    } else throw new BillCorrupted('it does not begin with the names of its columns')
  }

  #names(text: string): void {
    if (!this.#header) this.#header = new Cells(text.split(','))
    else if (!this.#summaryHeader) this.#summaryHeader = new Cells(text.split(','))
    else throw new BillCorrupted(`line ${this.#lines} is neither a row nor the summary`)
  }
}
