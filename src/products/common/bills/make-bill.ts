import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ProductContext } from '../../../calls/context.ts'
import { newNonce } from '../../../protocol/ids.ts'
import type { Statements } from '../../../store/database.ts'
import { BYTE_ORDER_MARK, dataLine, headerLine } from './bill-file.ts'
import { type Bill, type BillSubject, findBill, insertBill, insertChunk } from './stored-bill.ts'

/** What a bill says. `pages` is read once, and the summary is asked for when it has ended. */
export interface BillText {
  columns: readonly string[]
  /** The cells of some rows at a time. */
  pages(): AsyncIterable<string[][]>
  summaryColumns: readonly string[]
  summary(): string[]
}

/** What is needed to make bills. */
export type BillMaker = Pick<ProductContext, 'db' | 'clock' | 'random'>

/** Thrown when the sandbox was reset or restored while a bill was made, which is then a bill of another sandbox. */
export class SandboxChanged extends Error {
  override readonly name = 'SandboxChanged'
}

/** Bytes of the compressed file in one row of the store. */
const CHUNK_BYTES = 64 * 1024
const GZIP_LEVEL = 6
/** A making that has not ended by then, in milliseconds of wall time, is of a process that died. */
const MAKING_LIMIT_MS = 60 * 60 * 1000

/**
 * Makes a bill: text to SHA-1 to gzip to chunks in the store, a page at a time, whatever its length. When somebody else has made
 * the same meanwhile, theirs is the bill. Throws {@link SandboxChanged} when that has happened.
 */
export async function makeBill(maker: BillMaker, subject: BillSubject, text: BillText): Promise<Bill> {
  const { db, clock, random } = maker
  const bill_id = newNonce(random)
  await removeAbandoned(maker)
  await db.run('INSERT INTO bill_makings (bill_id, begin_time) VALUES ($1, $2)', bill_id, clock.wallNow())
  try {
    const { chunks, ...file } = await writeFile(db, bill_id, text)
    const bill: Bill = { bill_id, ...subject, ...file, made_time: clock.now() }
    await db.transaction(async tx => {
      const isWhole = (await chunkCount(tx, bill_id)) === chunks
      const wasMade = await tx.run('DELETE FROM bill_makings WHERE bill_id = $1', bill_id)
      if (!isWhole || wasMade === 0)
        throw new SandboxChanged(`The sandbox was changed while bill ${bill_id} was made`)
      if (!(await insertBill(tx, bill))) await removeChunks(tx, bill_id)
    })
  } catch (error) {
    // A store that fails may fail here too; the row in `bill_makings` stays then, and so the chunks are found later.
    await abandon(db, bill_id).catch(() => undefined)
    throw error
  }
  const made = await findBill(db, subject)
  if (!made) throw new Error(`Bill ${bill_id} is gone`)
  return made
}

type File = Pick<Bill, 'row_count' | 'byte_length' | 'gzip_length' | 'sha1'> & { chunks: number }

async function writeFile(db: Statements, billId: string, text: BillText): Promise<File> {
  const sha1 = createHash('sha1')
  const file: File = { row_count: 0, byte_length: 0, gzip_length: 0, sha1: '', chunks: 0 }
  async function* plain(): AsyncGenerator<Buffer> {
    for await (const { lines, rows } of linesOf(text)) {
      const bytes = Buffer.from(lines)
      file.row_count += rows
      file.byte_length += bytes.length
      sha1.update(bytes)
      yield bytes
    }
  }
  await pipeline(plain, createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK_BYTES }), async compressed => {
    for await (const chunk of inChunks(compressed)) {
      // Even nothing has a compressed form.
      if (file.row_count === 0) continue
      await insertChunk(db, billId, file.chunks, chunk)
      file.gzip_length += chunk.length
      file.chunks += 1
    }
  })
  return { ...file, sha1: sha1.digest('hex') }
}

/** The text of the file, page by page; nothing when there are no rows. */
async function* linesOf(text: BillText): AsyncGenerator<{ lines: string; rows: number }> {
  let head = BYTE_ORDER_MARK + headerLine(text.columns)
  let isEmpty = true
  for await (const page of text.pages()) {
    if (page.length === 0) continue
    yield { lines: head + page.map(dataLine).join(''), rows: page.length }
    head = ''
    isEmpty = false
  }
  if (!isEmpty) yield { lines: headerLine(text.summaryColumns) + dataLine(text.summary()), rows: 0 }
}

/** The same bytes in pieces of at least {@link CHUNK_BYTES}; the last one has the rest. */
async function* inChunks(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let length = 0
  for await (const piece of bytes) {
    waiting.push(piece)
    length += piece.length
    if (length < CHUNK_BYTES) continue
    yield Buffer.concat(waiting)
    waiting = []
    length = 0
  }
  if (length > 0) yield Buffer.concat(waiting)
}

async function chunkCount(db: Statements, billId: string): Promise<number> {
  const row = await db.get<{ count: number }>(
    'SELECT CAST(COUNT(*) AS BIGINT) AS count FROM bill_chunks WHERE bill_id = $1',
    billId,
  )
  return row?.count ?? 0
}

/** Removes what processes have left behind that died while they made a bill. */
async function removeAbandoned({ db, clock }: BillMaker): Promise<void> {
  const abandoned = await db.all<{ bill_id: string }>(
    'SELECT bill_id FROM bill_makings WHERE begin_time < $1',
    clock.wallNow() - MAKING_LIMIT_MS,
  )
  for (const { bill_id } of abandoned) await abandon(db, bill_id)
}

async function abandon(db: BillMaker['db'], billId: string): Promise<void> {
  await db.transaction(async tx => {
    await tx.run('DELETE FROM bill_makings WHERE bill_id = $1', billId)
    await removeChunks(tx, billId)
  })
}

async function removeChunks(tx: Statements, billId: string): Promise<void> {
  await tx.run('DELETE FROM bill_chunks WHERE bill_id = $1', billId)
}
