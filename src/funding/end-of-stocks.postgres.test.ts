import assert from 'node:assert/strict'
import { test } from 'node:test'
import { couponsUnderTest, END, MERCHANT, paidByMerchant } from '../../test/coupons.ts'
import type { Transaction } from '../store/database.ts'
import { chooseCoupons, lockCoupons, unlockCoupons } from './coupons.ts'
import { stocks } from './end-of-stocks.ts'

// Two transactions that are open at the same time, which SQLite has not.

/** Waits until `other` has ended or another connection waits for this transaction. */
async function untilBlocked(tx: Transaction, other: Promise<unknown>): Promise<void> {
  let hasEnded = false
  const end = () => {
    hasEnded = true
  }
  void other.then(end, end)
  while (!hasEnded) {
    const blocked = await tx.get(
      'SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))',
    )
    if (blocked) return
  }
}

test('a coupon that becomes free while its stock ends expires all the same', async t => {
  const running = await couponsUnderTest(t)
  const stock_id = await running.stock({ type: 'NOCASH', ...paidByMerchant(60) })
  const payer_id = await running.payer()
  const coupon = await running.send(stock_id, payer_id)
  await running.db.transaction(async tx => {
    const purchase = { payer_id, payee_mchid: MERCHANT, total: 888, goods_tag: '', now: running.clock.now() }
    assert.ok(await lockCoupons(tx, await chooseCoupons(tx, purchase), 'order/1'))
  })
  running.clock.moveTo(END)
  let ending: Promise<boolean> | undefined
  await running.db.transaction(async tx => {
    await unlockCoupons(tx, 'order/1')
    ending = stocks(running.platform).handle({ stock_id })
    await untilBlocked(tx, ending)
  })
  assert.equal(await ending, true)
  await running.runDue()
  assert.equal(await running.state(coupon), 'EXPIRED')
})
