import { createHash, type Hash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { renewSecrets, SECRET_COLUMNS } from '../merchants/seal-store.ts'
import { newNonce } from '../protocol/ids.ts'
import type { Row, SqlValue, Statements, Transaction } from '../store/database.ts'
import { insertRows } from '../store/insert-rows.ts'
import type { Table } from '../store/schema.ts'
import type { Secrets } from '../store/secrets.ts'
import type { SandboxContext } from './context.ts'
import { PRIVATE } from './files.ts'
import { emptySandbox, sandboxTables } from './sandbox-tables.ts'

/** Rows that are read, written and held at once. */
const ROWS_AT_ONCE = 500
/** Bytes of a file that are read at once. */
const CHUNK_BYTES = 1024 * 1024
const ENDING = '.jsonl'

/** A snapshot of the sandbox. Times in milliseconds. */
export interface Snapshot {
  name: string
  business_time: number
  wall_time: number
  bytes: number
}

/** The first line of a file: what must be the same for the rows to make sense. */
interface Header {
  business_time: number
  wall_time: number
  migrations: string
  /** Serial number of the root, so that certificates of merchants are not restored under another. */
  root: string
}

/** Every other line of a file, but for the last one: that is the digest of all before it. */
interface Chunk {
  table: string
  columns: string[]
  rows: SqlValue[][]
}

/** The last line of a file. */
interface Ending {
  sha256: string
}

/** What is said of a file that is not as it was written. */
export const DAMAGED = 'The file of the snapshot is damaged. Delete the snapshot and take a new one.'

/**
 * Writes all rows of the sandbox into a file of JSON lines, as they are at one instant, and readable only by its owner. A
 * snapshot that exists is left as it is. Meanwhile nobody else writes on SQLite; memory holds a page of rows.
 */
export async function takeSnapshot(
  { db, clock, random, tables }: Pick<SandboxContext, 'db' | 'clock' | 'random' | 'tables'>,
  folder: string,
  name: string,
): Promise<void> {
  const path = pathOf(folder, name)
  if (existsSync(path)) return
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  const unfinished = `${path}.${newNonce(random)}`
  const file = openSync(unfinished, 'wx', PRIVATE)
  try {
    await db.transaction(async tx => {
      // It may run twice.
      const { write, end } = writerTo(file)
      if (tx.forUpdate !== '') await tx.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
      write(await headerOf(tx, clock.now(), clock.wallNow()))
      for (const table of sandboxTables(tables)) await writeTable(tx, table, write)
      end()
    })
    fsyncSync(file)
    // The folder belongs to this process only, so nobody comes between; somebody may have been faster before.
    if (!existsSync(path)) renameSync(unfinished, path)
  } finally {
    closeSync(file)
    rmSync(unfinished, { force: true })
  }
}

/** The snapshots of a folder, by their names. One that cannot be read is left out. */
export function listSnapshots(folder: string): Snapshot[] {
  const own = join(folder, 'snapshots')
  const names = existsSync(own) ? readdirSync(own).filter(name => name.endsWith(ENDING)) : []
  return names.sort().flatMap(name => {
    const snapshot = findSnapshot(folder, name.slice(0, -ENDING.length))
    return snapshot === undefined || snapshot === 'damaged' ? [] : snapshot
  })
}

/** A snapshot, `undefined` when there is none; only the first line of its file is read. */
export function findSnapshot(folder: string, name: string): Snapshot | 'damaged' | undefined {
  const path = pathOf(folder, name)
  if (!existsSync(path)) return undefined
  const header = readHeader(path)
  if (!header) return 'damaged'
  const { business_time, wall_time } = header
  return { name, business_time, wall_time, bytes: statSync(path).size }
}

export function deleteSnapshot(folder: string, name: string): void {
  rmSync(pathOf(folder, name), { force: true })
}

/** Why a snapshot is not restored; `undefined` when it can be. */
export async function snapshotFault(
  { db, secrets }: Pick<SandboxContext, 'db' | 'secrets'>,
  folder: string,
  name: string,
): Promise<string | undefined> {
  const path = pathOf(folder, name)
  const header = readHeader(path)
  if (!header) return DAMAGED
  const here = await headerOf(db, 0, 0)
  if (header.migrations !== here.migrations)
    return 'It was taken by another version, whose tables are others. Delete it and take a new one.'
  if (header.root !== here.root) return 'It was taken of another sandbox, whose keys are others.'
  return isWhole(path) ? lockedFault(secrets, path) : DAMAGED
}

/** What is to be done before the secrets of a snapshot can be opened. */
function lockedFault(secrets: Secrets, path: string): string | undefined {
  const beginnings = SECRET_COLUMNS.map(({ table }) => `{"table":"${table}"`)
  try {
    for (const line of linesOf(path)) {
      if (!beginnings.some(beginning => line.startsWith(beginning))) continue
      const chunk = JSON.parse(line) as Chunk
      renewSecrets(secrets, chunk.table, rowsOf(chunk))
    }
    return undefined
  } catch (error) {
    return `${(error as Error).message} Or delete the snapshot and take a new one.`
  }
}

/**
 * Puts the rows of a snapshot in the place of what is there, their secrets sealed with the present key. Business time goes on from where it was, from `wallNow` on.
 * The file is whole, as {@link snapshotFault} says. It is read as it is written, without waiting, because inside a transaction nothing else is awaited.
 */
export async function restoreSnapshot(
  tx: Transaction,
  { secrets, tables }: Pick<SandboxContext, 'secrets' | 'tables'>,
  folder: string,
  name: string,
  wallNow: number,
): Promise<void> {
  const header = readHeader(pathOf(folder, name))
  if (!header) throw new Error(`The snapshot ${name} cannot be read`)
  await emptySandbox(tx, tables)
  const known = new Set(sandboxTables(tables).map(table => table.name))
  for (const line of linesOf(pathOf(folder, name))) {
    const chunk = JSON.parse(line) as Chunk | Header | Ending
    if (!('table' in chunk)) continue
    const { table, columns } = chunk
    if (!known.has(table) || !columns.every(column => /^[a-z_0-9]+$/.test(column)))
      throw new Error(`The snapshot ${name} has a table or column that cannot be`)
    await insertRows(tx, table, columns, renewSecrets(secrets, table, rowsOf(chunk)))
  }
  // Nobody has a notice in hand in the sandbox that comes back.
  await tx.run('UPDATE notices SET leased_until = 0 WHERE leased_until > 0')
  // A move that was under way then is not what anybody asks for now.
  await tx.run('DELETE FROM clock_moves WHERE finished = 0')
  await tx.run(
    'UPDATE business_clock SET offset_ms = $1, reached = $2 WHERE frozen_at IS NULL',
    header.business_time - wallNow,
    header.business_time,
  )
}

function rowsOf({ columns, rows }: Chunk): Row[] {
  return rows.map(values =>
    Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null])),
  )
}

async function headerOf(db: Statements, business_time: number, wall_time: number): Promise<Header> {
  const migrations = await db.all<{ name: string; digest: string }>(
    'SELECT name, digest FROM schema_migrations ORDER BY name',
  )
  const root = await db.get<{ id: string }>(
    `SELECT id FROM platform_keys WHERE kind = 'root' AND algorithm = 'RSA'`,
  )
  const applied = migrations.map(({ name, digest }) => `${name} ${digest}`).join('\n')
  return { business_time, wall_time, migrations: applied, root: root?.id ?? '' }
}

/** A table in pages by its key, so that it never has to be in memory. */
async function writeTable(
  tx: Transaction,
  { name, key }: Table,
  write: (line: Chunk) => void,
): Promise<void> {
  const places = key.map((_, index) => `$${index + 1}`).join(', ')
  let last: SqlValue[] | undefined
  for (;;) {
    const after: string = last ? `WHERE (${key.join(', ')}) > (${places})` : ''
    const rows: Row[] = await tx.all<Row>(
      `SELECT * FROM ${name} ${after} ORDER BY ${key.join(', ')} LIMIT ${ROWS_AT_ONCE}`,
      ...(last ?? []),
    )
    const [first] = rows
    if (!first) return
    write({ table: name, columns: Object.keys(first), rows: rows.map(row => Object.values(row)) })
    const end = rows.at(-1) as Row
    last = key.map(column => end[column] as SqlValue)
    if (rows.length < ROWS_AT_ONCE) return
  }
}

/** Writes lines into a file, which is empty at first, and ends it with their digest. */
function writerTo(file: number): { write: (line: object) => void; end: () => void } {
  ftruncateSync(file)
  const digest = createHash('sha256')
  let position = 0
  const append = (line: string) => {
    const bytes = Buffer.from(`${line}\n`)
    let written = 0
    while (written < bytes.length) {
      written += writeSync(file, bytes, written, bytes.length - written, position + written)
    }
    position += bytes.length
  }
  return {
    write(line) {
      const text = JSON.stringify(line)
      digest.update(`${text}\n`)
      append(text)
    },
    end: () => append(endingOf(digest)),
  }
}

function endingOf(digest: Hash): string {
  return JSON.stringify({ sha256: digest.digest('hex') } satisfies Ending)
}

/** Whether a file is as it was written, to its last line. */
function isWhole(path: string): boolean {
  const digest = createHash('sha256')
  let last: string | undefined
  for (const line of linesOf(path)) {
    if (last !== undefined) digest.update(`${last}\n`)
    last = line
  }
  return last === endingOf(digest)
}

function readHeader(path: string): Header | undefined {
  for (const line of linesOf(path)) {
    try {
      const header = JSON.parse(line) as Partial<Header> | null
      const times = [header?.business_time, header?.wall_time]
      return times.every(Number.isSafeInteger) ? (header as Header) : undefined
    } catch {
      return undefined
    }
  }
  return undefined
}

/** The lines of a file, one after the other. */
function* linesOf(path: string): Generator<string> {
  if (!existsSync(path)) return
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    let rest: Buffer[] = []
    for (;;) {
      const length = readSync(file, chunk)
      if (length === 0) break
      let start = 0
      for (let end = chunk.indexOf(10); end !== -1 && end < length; end = chunk.indexOf(10, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8')
        rest = []
        start = end + 1
      }
      rest.push(Buffer.from(chunk.subarray(start, length)))
    }
  } finally {
    closeSync(file)
  }
}

/** The name has neither dots nor slashes, which the contract sees to, so it stays in the folder. */
function pathOf(folder: string, name: string): string {
  return join(folder, 'snapshots', `${name}${ENDING}`)
}
