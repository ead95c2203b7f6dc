import type { Transaction } from '../store/database.ts'
import type { Table } from '../store/schema.ts'

/** The tables that hold the sandbox: all but those that outlive what is done to it. Each comes behind those that it refers to. */
export function sandboxTables(tables: readonly Table[]): Table[] {
  return tables.filter(({ isKept }) => !isKept)
}

/** Empties all tables of the sandbox, and lets nobody write to them until the transaction ends. */
export async function emptySandbox(tx: Transaction, tables: readonly Table[]): Promise<void> {
  const names = sandboxTables(tables).map(({ name }) => name)
  if (tx.forUpdate === '') {
    for (const name of names.toReversed()) await tx.run(`DELETE FROM ${name}`)
  } else {
    // Other transactions may be under way on the tables, and this waits for them and locks them out.
    await tx.run(`TRUNCATE ${names.join(', ')}`)
  }
}
