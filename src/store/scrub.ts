import type { Database, Transaction } from './database.ts'

/**
 * Notes that what this transaction overwrites must not stay in the files. SQLite leaves it in pages that are free, until
 * {@link scrub}; the note outlives a crash between the two.
 */
export async function markForScrub(tx: Transaction): Promise<void> {
  if (tx.forUpdate === '') await tx.run('PRAGMA user_version = 1')
}

/**
 * Rewrites the files if that was asked for, which takes as long as all data is large and as much space once more. On
 * PostgreSQL nothing is done: old versions of rows, its log and its backups are in the hands of who runs it.
 */
export async function scrub(db: Database): Promise<void> {
  if (db.engine !== 'sqlite') return
  const row = await db.get<{ user_version: number }>('PRAGMA user_version')
  if (row?.user_version !== 1) return
  await db.rewriteFiles()
  await db.run('PRAGMA user_version = 0')
}
