import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../../store/database.ts'
import { migrate } from '../../store/migrate.ts'
import { migrations } from '../../store/migrations.ts'
import { openTestDatabase } from '../../store/testing.ts'

const BEFORE = migrations.findIndex(({ name }) => name === '0015-bank-refunds')

test('paid orders of an older store know afterwards what they were worth and what was kept of them', async t => {
  const db = await openTestDatabase()
  t.after(() => db.close())
  await migrate(db, migrations.slice(0, BEFORE), 1)
  await db.run(
    `INSERT INTO merchants (mchid, kind, name, fee_rate) VALUES ('9', 'provider', 'p', 10), ('8', 'sub', 's', 60)`,
  )
  await db.run(`INSERT INTO owners (owner_id, score) VALUES ('o', 600)`)
  await insertOrder(db, 'paid', 'SUCCESS', 5)
  await insertOrder(db, 'waiting', 'ACCEPTED', null)
  for (const account of ['from', 'to'])
    await db.run('INSERT INTO ledger_accounts (account, minimum) VALUES ($1, NULL)', account)
  for (const [entry, kind, amount, state] of [
    ['charge/1/wallet', 'charge', 1000, 'VOIDED'],
    ['charge/2/wallet', 'charge', 900, 'POSTED'],
    ['coupon/c/2/wallet', 'coupon', 100, 'POSTED'],
    ['fee/2/wallet', 'fee', 6, 'POSTED'],
  ] as const) {
    await db.run(
      `INSERT INTO ledger_transfers (subject, entry, kind, debit_account, credit_account, amount, state, business_time)
       VALUES ('order/9/paid', $1, $2, 'from', 'to', $3, $4, 5)`,
      entry,
      kind,
      amount,
      state,
    )
  }
  await migrate(db, migrations, 2)
  assert.deepEqual(
    await db.all(
      'SELECT out_trade_no, settlement_total, fee, fee_rate, refund_total FROM transactions ORDER BY out_trade_no',
    ),
    [
      { out_trade_no: 'paid', settlement_total: 1000, fee: 6, fee_rate: 60, refund_total: 0 },
      { out_trade_no: 'waiting', settlement_total: null, fee: null, fee_rate: null, refund_total: 0 },
    ],
  )
  assert.deepEqual(
    await db.all(
      `SELECT account, minimum FROM ledger_accounts WHERE account LIKE 'merchant/8/%' ORDER BY account`,
    ),
    [
      { account: 'merchant/8/bank', minimum: null },
      { account: 'merchant/8/operation', minimum: 0 },
      { account: 'merchant/8/refunding', minimum: 0 },
    ],
  )
})

async function insertOrder(
  db: Database,
  outTradeNo: string,
  tradeState: string,
  successTime: number | null,
): Promise<void> {
  await db.run(
    `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url, start_time,
                           parking_name, free_duration, create_time, content_digest)
     VALUES ($1, '9', '8', $1, 'p', 'BLUE', '', '', '', 0, 1, '')`,
    outTradeNo,
  )
  await db.run(
    `INSERT INTO transactions (mchid, out_trade_no, appid, sub_mchid, sub_appid, description, attach, goods_tag, notify_url,
                               profit_sharing, create_time, trade_state, success_time, parking_id, parking_info, owner_id,
                               openid, sub_openid, total, currency, content_digest)
     VALUES ('9', $1, 'a', '8', '', '', '', '', '', 'N', 1, $2, $3, $1, '{}', 'o', '', '', 1000, 'CNY', '')`,
    outTradeNo,
    tradeState,
    successTime,
  )
}
