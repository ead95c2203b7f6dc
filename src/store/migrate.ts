import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Database, Transaction } from './database.ts'
import { runScript, SCRIPT_TIMEOUT_MS } from './engine-transaction.ts'

/** The first half of the advisory lock under which one start of the program migrates and the others wait. */
const MIGRATION_LOCK = 7_275_002

const CREATE_HISTORY = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    applied_at BIGINT NOT NULL
  )`

/** One SQL file. Once it is released it is never changed, and never renamed: the database remembers both. */
export interface Migration {
  readonly name: string
  readonly url: URL
}

interface Script extends Migration {
  readonly text: string
  readonly digest: string
}

/**
 * Brings the tables of `db` up to date: runs the files that have not run yet, in the order of the list, each in a
 * transaction of its own, and answers their names. `now` is the time that is recorded, in milliseconds.
 *
 * Fails, before it changes anything, if a file is no longer what has run, or if the database knows more than the list.
 */
export async function migrate(
  db: Database,
  migrations: readonly Migration[],
  now: number,
): Promise<string[]> {
  const scripts = await Promise.all(migrations.map(readScript))
  const history = await db.transaction(tx => readHistory(tx))
  refuseUnknown(history, scripts)
  for (const script of scripts) refuseChanged(script, history.get(script.name))
  const applied: string[] = []
  for (const script of scripts) {
    if (history.has(script.name)) continue
    if (await db.transaction(tx => apply(tx, script, now))) applied.push(script.name)
  }
  return applied
}

async function readScript(migration: Migration): Promise<Script> {
  // A checkout on Windows may have other line ends, which is no change of the file.
  const text = (await readFile(migration.url, 'utf8')).replaceAll('\r\n', '\n')
  return { ...migration, text, digest: createHash('sha256').update(text).digest('hex') }
}

/** The digests of what has run, by name. */
async function readHistory(tx: Transaction): Promise<Map<string, string>> {
  await excludeOthers(tx)
  await tx.run(CREATE_HISTORY)
  const rows = await tx.all<{ name: string; digest: string }>('SELECT name, digest FROM schema_migrations')
  return new Map(rows.map(row => [row.name, row.digest]))
}

/** Answers false if another process has run the script since we looked. */
async function apply(tx: Transaction, script: Script, now: number): Promise<boolean> {
  await excludeOthers(tx)
  const sql = 'SELECT digest FROM schema_migrations WHERE name = $1'
  const done = await tx.get<{ digest: string }>(sql, script.name)
  refuseChanged(script, done?.digest)
  if (done) return false
  try {
    await runScript(tx, script.text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The migration ${script.name} failed and was rolled back: ${reason}`, { cause: error })
  }
  await tx.run('INSERT INTO schema_migrations VALUES ($1, $2, $3)', script.name, script.digest, now)
  return true
}

/** On PostgreSQL several processes may start at once. On SQLite the folder is locked and there is only one writer. */
async function excludeOthers(tx: Transaction): Promise<void> {
  if (tx.forUpdate === '') return
  await runScript(
    tx,
    `SET LOCAL statement_timeout = ${SCRIPT_TIMEOUT_MS};
     SET LOCAL lock_timeout = ${SCRIPT_TIMEOUT_MS};
     SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext(current_schema()))`,
  )
}

function refuseUnknown(history: ReadonlyMap<string, string>, scripts: readonly Script[]): void {
  const known = new Set(scripts.map(script => script.name))
  const unknown = [...history.keys()].filter(name => !known.has(name)).sort()
  if (unknown.length === 0) return
  throw new Error(
    `The database has migrations that this program does not know: ${unknown.join(', ')}. ` +
      'A newer version has run on it: start that version, or restore a backup from before it.',
  )
}

function refuseChanged(script: Script, digest: string | undefined): void {
  if (digest === undefined || digest === script.digest) return
  throw new Error(
    `The migration ${script.name} (${fileURLToPath(script.url)}) has been changed after it ran on this database. ` +
      'Restore the file as it was and put the change into a new migration.',
  )
}
