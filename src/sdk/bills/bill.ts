import { NoStatement } from '../refusals.ts'
import { BillReader, type Layout } from './bill-reader.ts'

/**
 * A bill that is read while it comes: `for await (const row of bill)`. Each loop applies for the bill anew, downloads it
 * and reads it from its start; memory stays the same however long it is.
 *
 * The loop throws what the application throws: `NoStatement` when nothing happened on that day, `StatementCreating` when
 * it is too early. It throws `BillCorrupted` when a row cannot be read, and at its end when the SHA-1 or the summary does
 * not fit: so take the rows as right when the loop has ended, and not before. The loop may be left early.
 */
export interface Bill<Row, Summary> extends AsyncIterable<Row> {
  /** The last line of the bill. `undefined` until a loop has read all rows and found them right. */
  readonly summary: Summary | undefined
}

/** A bill of these bytes, which are opened by each loop. */
export function billOf<Row, Summary extends object>(
  open: () => AsyncIterable<Uint8Array>,
  layout: Layout<Row, Summary>,
): Bill<Row, Summary> {
  let summary: Summary | undefined
  async function* rows(): AsyncGenerator<Row> {
    summary = undefined
    const reader = new BillReader(layout)
    for await (const chunk of open()) for (const row of reader.read(chunk)) yield row
    summary = reader.end()
  }
  return {
    [Symbol.asyncIterator]: rows,
    get summary() {
      return summary
    },
  }
}

/** The rows of a bill, and none for a day on which nothing happened; everything else is thrown as before. */
export async function* rowsOrNone<Row>(bill: AsyncIterable<Row>): AsyncGenerator<Row> {
  try {
    yield* bill
  } catch (error) {
    if (!(error instanceof NoStatement)) throw error
  }
}
