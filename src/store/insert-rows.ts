import type { SqlValue, Transaction } from './database.ts'

/** Values in one statement; PostgreSQL takes no more than 65,535. */
const MAX_VALUES = 8_000

/**
 * Inserts many rows with few statements: over a network each statement costs a round trip. `columns` names a row's fields
 * in their order. Answers how many rows were new; those that are there already are left as they are.
 */
export async function insertRows<Column extends string>(
  tx: Transaction,
  table: string,
  columns: readonly Column[],
  rows: readonly Record<NoInfer<Column>, SqlValue>[],
): Promise<number> {
  const rowsPerStatement = Math.floor(MAX_VALUES / columns.length)
  let inserted = 0
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const chunk = rows.slice(start, start + rowsPerStatement)
    const places = chunk.map(
      (_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(', ')})`,
    )
    inserted += await tx.run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${places.join(', ')} ON CONFLICT DO NOTHING`,
      ...chunk.flatMap(row => columns.map(column => row[column])),
    )
  }
  return inserted
}
