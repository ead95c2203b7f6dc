import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { billsUnderTest, FUND_FLOW, fen, READY, readBill, TRADE } from '../../../../test/bills.ts'
import { MERCHANT } from '../../../../test/sandbox.ts'
import { bankOf, pendingOf } from '../../../ledger/accounts.ts'
import type { Database, Row } from '../../../store/database.ts'
import { insertRows } from '../../../store/insert-rows.ts'
import { openTestDatabase } from '../../../store/testing.ts'
import { signedRequest } from '../../../testing/index.ts'
import { type Bill, billFile } from './stored-bill.ts'

// A bill of 20,000 rows: more than one page, more than one chunk.

const ROWS = 20_000
let chunksRead = 0

/** The store of this run, with a count of the chunks that are read. */
async function countingDatabase(): Promise<Database> {
  const db = await openTestDatabase()
  const read = db.get.bind(db)
  db.get = <T extends object = Row>(sql: string, ...parameters: Parameters<typeof read>[1][]) => {
    if (sql.includes('FROM bill_chunks') && sql.includes('sequence')) chunksRead += 1
    return read<T>(sql, ...parameters)
  }
  return db
}

const running = await billsUnderTest({ after }, { open: countingDatabase })
const { pay, bill, apply, clock, platform, merchant } = running
const { db } = platform
await copyOrder((await pay()).out_trade_no)
clock.moveTo(READY)

/** The order again and again, and what was booked for it, over the day and with texts that cannot be compressed. */
async function copyOrder(outTradeNo: string): Promise<void> {
  const begin = Date.parse('2017-08-26T00:00:00+08:00')
  const row = async (sql: string) => (await db.get<Row>(sql, outTradeNo)) as Row
  const order = await row('SELECT * FROM orders WHERE out_trade_no = $1')
  const numbers = Array.from({ length: ROWS - 1 }, (_, index) => String(index).padStart(6, '0'))
  const textOf = (number: string) => createHash('sha512').update(number).digest('base64')
  const orders = numbers.map(number => ({
    ...order,
    out_trade_no: `c${number}`,
    transaction_id: `t${number}`,
    attach: textOf(number),
    // Several have one time.
    success_time: begin + 1_000 * Math.floor(Number(number) / 3),
  }))
  const transfers = numbers.map(number => ({
    subject: `order/${MERCHANT.mchid}/c${number}`,
    ...{ entry: 'charge/1/wallet', kind: 'charge', amount: 1, state: 'POSTED' },
    debit_account: bankOf(MERCHANT.mchid),
    credit_account: pendingOf(MERCHANT.mchid),
    business_time: begin + 1_000 * Math.floor(Number(number) / 3),
  }))
  await db.transaction(async tx => {
    for (const [table, rows] of [
      ['orders', orders],
      ['ledger_transfers', transfers],
    ] as const)
      await insertRows<string>(tx, table, Object.keys(rows[0] ?? {}), rows)
    await tx.run(
      'UPDATE ledger_accounts SET balance = balance + $1 WHERE account = $2',
      ROWS - 1,
      pendingOf(MERCHANT.mchid),
    )
  })
}

test('every row is there once, in the order of its time, and the summary adds up', async () => {
  const { rows, summary } = readBill(await bill(TRADE))
  assert.equal(rows.length, ROWS)
  assert.equal(new Set(rows.map(row => row.商户订单号)).size, ROWS)
  const times = rows.map(row => row.交易时间 ?? '')
  assert.deepEqual(times, times.toSorted())
  assert.deepEqual([summary.总交易单数, fen(summary.订单总金额)], [String(ROWS), ROWS * 888])
})

test('a fund flow of as many rows has all of them with their numbers', async () => {
  const { rows, summary } = readBill(await bill(FUND_FLOW))
  // The one that was really paid has a fee.
  assert.equal(rows.length, ROWS + 1)
  assert.equal(new Set(rows.map(row => row.业务凭证号)).size, ROWS)
  for (const row of rows.filter(({ 业务凭证号: number = '' }) => number.startsWith('c')))
    assert.equal(row.微信支付业务单号, (row.业务凭证号 ?? '').replace('c', 't'))
  assert.equal(summary.资金流水总笔数, String(ROWS + 1))
})

test('a file is read chunk by chunk, as its reader takes it', async () => {
  await bill(TRADE)
  const made = (await db.get<Bill>(`SELECT * FROM bills WHERE kind = 'TRADE'`)) as Bill
  const chunks = await db.all('SELECT sequence FROM bill_chunks WHERE bill_id = $1', made.bill_id)
  assert.ok(chunks.length > 10, `${chunks.length} chunks`)
  for (const gzip of [true, false]) {
    chunksRead = 0
    const file: Readable = billFile(db, made, { gzip }).open()
    await once(file, 'readable')
    file.read(1)
    assert.ok(chunksRead <= 4, `${chunksRead} chunks were read`)
    file.destroy()
    await once(file, 'close')
  }
})

test('a client that hangs up in the middle of a download disturbs nobody', async () => {
  const { download_url } = (await apply(TRADE)).json<{ download_url: string }>()
  const { pathname, search } = new URL(download_url)
  const { headers } = signedRequest(merchant(MERCHANT.mchid), { method: 'GET', target: pathname + search })
  const [reply] = (await once(get(download_url, { headers }), 'response')) as [IncomingMessage]
  await once(reply, 'readable')
  reply.destroy()
  assert.equal(readBill(await bill(TRADE)).rows.length, ROWS)
})
