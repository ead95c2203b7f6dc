import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** Where the data is. */
export interface DatabaseLocation {
  /** The data folder. It is created if it is missing. */
  data: string
  /** The URL of a PostgreSQL database. Without it the data is in the SQLite file `boomgate.db` of the data folder. */
  database?: string
}

/** Opens the database that the configuration names. Tables are made by `migrate`, not here. */
export async function openDatabase({ data, database }: DatabaseLocation): Promise<Database> {
  if (database === undefined) {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    return openSqlite(join(data, 'boomgate.db'))
  }
  if (!/^postgres(ql)?:\/\//.test(database)) throw new Error(describeRefusal(database))
  // Who stays with SQLite does not wait for the PostgreSQL client to load.
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(database)
}

/** Names the scheme and no more: the rest of the URL may hold a password. */
function describeRefusal(database: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(database)?.[0]
  const given = scheme ? `one that starts with ${scheme}` : 'no URL at all'
  return `The database must be a URL that starts with postgres:// or postgresql://, and this is ${given}`
}
