import { createCipheriv } from 'node:crypto'
import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { FileReply } from '../../../calls/handler.ts'
import type { Statements, Transaction } from '../../../store/database.ts'

/** What a bill is of. At most one bill is made of the same. */
export interface BillSubject {
  /** The merchant number that applies, or for fund flows the one that has the account. */
  mchid: string
  /** One sub-merchant of a provider's trade bill; empty for all. */
  sub_mchid: string
  /** Such as `2026-06-01`. */
  bill_date: string
  kind: 'TRADE' | 'FUND_FLOW'
  /** ALL, SUCCESS, REFUND, or BASIC, OPERATION, FEES. */
  type: string
}

/** A bill as the table has it. */
export interface Bill extends BillSubject {
  bill_id: string
  /** Detail rows; without any there is no file. */
  row_count: number
  byte_length: number
  gzip_length: number
  sha1: string
  made_time: number
}

const COLUMNS =
  'bill_id, mchid, sub_mchid, bill_date, kind, type, row_count, byte_length, gzip_length, sha1, made_time'

export function findBill(db: Statements, subject: BillSubject): Promise<Bill | undefined> {
  const { mchid, sub_mchid, bill_date, kind, type } = subject
  return db.get<Bill>(
    `SELECT ${COLUMNS} FROM bills WHERE mchid = $1 AND sub_mchid = $2 AND bill_date = $3 AND kind = $4 AND type = $5`,
    mchid,
    sub_mchid,
    bill_date,
    kind,
    type,
  )
}

export function findBillById(db: Statements, billId: string): Promise<Bill | undefined> {
  return db.get<Bill>(`SELECT ${COLUMNS} FROM bills WHERE bill_id = $1`, billId)
}

/** Writes a bill down. Answers false when there is one of the same already. */
export async function insertBill(tx: Transaction, bill: Bill): Promise<boolean> {
  const values = COLUMNS.split(', ').map(column => bill[column as keyof Bill])
  const places = values.map((_, index) => `$${index + 1}`).join(', ')
  const sql = `INSERT INTO bills (${COLUMNS}) VALUES (${places}) ON CONFLICT DO NOTHING`
  return (await tx.run(sql, ...values)) === 1
}

/** Adds a piece of a bill's compressed file. */
export async function insertChunk(
  db: Statements,
  billId: string,
  sequence: number,
  content: Buffer,
): Promise<void> {
  await db.run(
    'INSERT INTO bill_chunks (bill_id, sequence, content) VALUES ($1, $2, $3)',
    billId,
    sequence,
    content.toString('base64'),
  )
}

/** Key and nonce of a file for others' eyes: 32 and 12 characters. */
export interface FileSeal {
  key: string
  nonce: string
}

const TAG_BYTES = 16

/** The file of a bill, compressed or not, and with a seal encrypted by AES-256-GCM, its tag at the end. */
export function billFile(
  db: Statements,
  bill: Bill,
  { gzip, seal }: { gzip: boolean; seal?: FileSeal | undefined },
): FileReply {
  const length = gzip ? bill.gzip_length : bill.byte_length
  return new FileReply(gzip ? 'application/x-gzip' : 'text/plain', seal ? length + TAG_BYTES : length, () => {
    const compressed = readAhead(chunksOf(db, bill))
    const file = gzip ? compressed : through(compressed, createGunzip())
    return seal ? readAhead(sealed(file, seal)) : file
  })
}

/** One chunk is read while another is written, and no more. */
function readAhead(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 1 })
}

/** The far end of a transformation. Whoever gives it up, or an error before it, ends both. */
function through(source: Readable, transform: Transform): Readable {
  return pipeline(source, transform, () => undefined)
}

async function* chunksOf(db: Statements, { bill_id, gzip_length }: Bill): AsyncGenerator<Buffer> {
  let read = 0
  for (let sequence = 0; read < gzip_length; sequence += 1) {
    const row = await db.get<{ content: string }>(
      'SELECT content FROM bill_chunks WHERE bill_id = $1 AND sequence = $2',
      bill_id,
      sequence,
    )
    if (!row) throw new Error(`Bill ${bill_id} has no chunk ${sequence}`)
    const chunk = Buffer.from(row.content, 'base64')
    read += chunk.length
    yield chunk
  }
}

async function* sealed(file: AsyncIterable<Buffer>, { key, nonce }: FileSeal): AsyncGenerator<Buffer> {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  for await (const chunk of file) yield cipher.update(chunk)
  yield cipher.final()
  yield cipher.getAuthTag()
}
