import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BILL_DATE, billsUnderTest, READY } from '../../../../test/bills.ts'
import { MERCHANT } from '../../../../test/sandbox.ts'
import { createTestStore } from '../../../store/testing.ts'
import { billDay } from './bill-day.ts'
import { requiredBill } from './required-bill.ts'
import { tradeBill } from './trade-bill.ts'

test('two nodes that make a bill at once have the same one', async t => {
  const store = createTestStore()
  const { pay, clock, platform } = await billsUnderTest(t, { open: () => store.open() })
  const there = { ...platform, db: await store.open() }
  t.after(async () => {
    await there.db.close()
    await store.remove()
  })
  await pay()
  clock.moveTo(READY)
  const day = billDay(BILL_DATE, clock.now())
  for (const type of ['ALL', 'SUCCESS'] as const) {
    const subject = {
      mchid: MERCHANT.mchid,
      sub_mchid: '',
      bill_date: BILL_DATE,
      kind: 'TRADE',
      type,
    } as const
    const [here, elsewhere] = await Promise.all(
      [platform, there].map(node => requiredBill(node, subject, () => tradeBill(node.db, subject, day))),
    )
    assert.deepEqual(here, elsewhere)
  }
  assert.deepEqual(await platform.db.all('SELECT bill_id FROM bill_makings'), [])
  const chunks = await platform.db.all<{ bill_id: string }>('SELECT bill_id FROM bill_chunks')
  assert.equal(chunks.length, 2)
})
