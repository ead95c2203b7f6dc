import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chargesUnderTest } from '../../../../test/charges.ts'
import { envelopeOf, opened, sinkFor, verifiedSerial } from '../../../../test/notices.ts'
import { DAY, drainMerchant, freeze, MINUTE, paidOrder, refundOf } from '../../../../test/refunds.ts'
import { MERCHANT, MODES } from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { refundResult } from './contract.ts'

// The notices of refunds as merchants get them: verified and opened with the merchant's own files.

for (const [mode, caller] of MODES) {
  const own = caller.partner.sub_mchid
    ? { sp_mchid: caller.mchid, ...caller.partner }
    : { mchid: caller.mchid }

  /** The platform, a receiver of notices, and what the next one says. */
  async function reporting(t: Parameters<typeof sinkFor>[0]) {
    const running = await chargesUnderTest(t)
    const sink = await sinkFor(t)
    const credentials = running.merchant(caller.mchid)
    const paid = await paidOrder(running, { wallet: 888 }, {}, caller)
    const wait = async (ms: number) => {
      running.clock.advance(ms)
      await running.runDue()
    }
    const nextNotice = async () => {
      const callback = await sink.next()
      verifiedSerial(callback, credentials)
      const { event_type, summary, resource } = envelopeOf(callback)
      const plain = opened(callback, credentials.apiv3_key)
      assert.equal(conforms(refundResult.resource, plain), undefined)
      assert.equal(resource.original_type, 'refund')
      return { event_type, summary, plain }
    }
    return { ...running, sink, paid, wait, nextNotice }
  }

  test(`${mode}: REFUND.SUCCESS says what a query says`, async t => {
    const { sink, paid, wait, nextNotice, ...running } = await reporting(t)
    const accepted = await running.giveBack(refundOf(paid, 300, { notify_url: sink.url }), caller)
    await wait(5 * MINUTE)
    const { event_type, summary, plain } = await nextNotice()
    assert.deepEqual([event_type, summary], ['REFUND.SUCCESS', '退款成功'])
    const { success_time } = await running.refundNow(accepted.out_refund_no, caller)
    assert.deepEqual(plain, {
      ...own,
      out_trade_no: paid.out_trade_no,
      transaction_id: paid.transaction_id,
      out_refund_no: accepted.out_refund_no,
      refund_id: accepted.refund_id,
      refund_status: 'SUCCESS',
      success_time,
      user_received_account: '支付用户零钱',
      amount: { total: 888, refund: 300, payer_total: 888, payer_refund: 300 },
    })
    assert.equal(sink.received.length, 1)
  })

  test(`${mode}: REFUND.ABNORMAL, and REFUND.SUCCESS once it has arrived elsewhere`, async t => {
    const { sink, paid, wait, nextNotice, ...running } = await reporting(t)
    const { out_refund_no, refund_id } = await running.giveBack(
      refundOf(paid, 888, { notify_url: sink.url }),
      caller,
    )
    await freeze(running.platform, paid.paid_by)
    await wait(5 * MINUTE)
    const first = await nextNotice()
    assert.deepEqual([first.event_type, first.summary], ['REFUND.ABNORMAL', '退款异常'])
    assert.deepEqual([first.plain.refund_status, first.plain.success_time], ['ABNORMAL', undefined])
    const fields = { out_refund_no, type: 'MERCHANT_BANK_CARD' }
    assert.equal((await running.redirectRefund(refund_id, fields, caller)).statusCode, 200)
    await wait(DAY)
    const second = await nextNotice()
    assert.equal(second.event_type, 'REFUND.SUCCESS')
    assert.equal(second.plain.user_received_account, '商户结算银行账户')
    assert.equal(sink.received.length, 2)
  })

  test(`${mode}: REFUND.CLOSED when the merchant had no money for seven days`, async t => {
    const { sink, paid, wait, nextNotice, ...running } = await reporting(t)
    const payee = caller.partner.sub_mchid ?? caller.mchid
    await drainMerchant(running.platform, payee)
    await running.platform.db.run(
      `UPDATE merchants SET refund_without_funds = 'WAIT' WHERE mchid = $1`,
      payee,
    )
    await running.giveBack(refundOf(paid, 888, { notify_url: sink.url }), caller)
    await wait(7 * DAY)
    const { event_type, summary, plain } = await nextNotice()
    assert.deepEqual([event_type, summary, plain.refund_status], ['REFUND.CLOSED', '退款关闭', 'CLOSED'])
  })
}

test('without a notify_url there is no notice', async t => {
  const running = await chargesUnderTest(t)
  const paid = await paidOrder(running)
  await running.giveBack(refundOf(paid))
  running.clock.advance(5 * MINUTE)
  await running.runDue()
  const notices = await running.platform.db.all(`SELECT id FROM notices WHERE original_type = 'refund'`)
  assert.deepEqual(notices, [])
})

test('of two notices of one refund the later waits until the earlier was attempted', async t => {
  const running = await chargesUnderTest(t)
  const paid = await paidOrder(running)
  const { out_refund_no } = await running.giveBack(refundOf(paid, 888, { notify_url: 'http://127.0.0.1:9/' }))
  await freeze(running.platform, paid.paid_by)
  running.clock.advance(5 * MINUTE)
  await running.runDue()
  const refund = await running.refundNow(out_refund_no)
  await running.redirectRefund(refund.refund_id, { out_refund_no, type: 'MERCHANT_BANK_CARD' })
  running.clock.advance(DAY)
  await running.runDue()
  const rows = await running.platform.db.all(
    `SELECT subject, sequence, event_type FROM notices WHERE original_type = 'refund' ORDER BY sequence`,
  )
  const subject = `refund/${MERCHANT.mchid}/${out_refund_no}`
  assert.deepEqual(rows, [
    { subject, sequence: 1, event_type: 'REFUND.ABNORMAL' },
    { subject, sequence: 2, event_type: 'REFUND.SUCCESS' },
  ])
})
