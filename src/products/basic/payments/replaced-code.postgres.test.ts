import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MERCHANT, paymentsUnderTest } from '../../../../test/payments.ts'
import { findPayment, renewSession } from './payments.ts'

// On SQLite one transaction is at work at a time, so nothing can come between the session and its order.

const { platform, order, pay, payer, query, clock } = await paymentsUnderTest({ after })
const { db } = platform

/** Waits until a transaction waits for another one. */
async function someoneWaits(): Promise<void> {
  const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  if (!(await db.get(waiting))) await someoneWaits()
}

test('a code that is replaced while its payer comes to the order is not paid', async () => {
  const { out_trade_no, code_url } = await order()
  const { payer_id } = await payer()
  const { paying } = await db.transaction(async tx => {
    const payment = await findPayment(tx, { mchid: MERCHANT.mchid, out_trade_no }, tx.forUpdate)
    assert.ok(payment)
    await renewSession(tx, payment, 'ReplacesTheOther', clock.now())
    const paying = pay(payer_id, { code_url })
    await someoneWaits()
    return { paying }
  })
  const { body } = await paying
  assert.deepEqual([body.state, body.shown], ['REFUSED', '二维码已过期，请重新生成'])
  const newer = await pay(payer_id, { code_url: 'weixin://wxpay/bizpayurl?pr=ReplacesTheOther' })
  assert.equal(newer.body.state, 'PAID')
  assert.equal((await query(out_trade_no)).json().trade_state, 'SUCCESS')
})
