import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { chargesUnderTest, chargesWithoutStore } from '../../../../test/charges.ts'
import { clockByHand, MINUTE, paidOrder, refundOf } from '../../../../test/refunds.ts'
import { assertSystemError, MERCHANT, MODES, PARTNER, refusalsOf } from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { queryByOutRefundNo } from './contract.ts'

const shared = await chargesUnderTest({ after })
const { giveBack, queryRefund, refundNow, clock, runDue } = shared

const { refused, refusedField, assertAllMet } = refusalsOf(queryByOutRefundNo, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_NOT_ALLOWED: [400, 'PARAM_ERROR', '普通商户不允许传sub_mch_id'],
  MCH_NOT_EXISTS: [404, 'MCH_NOT_EXISTS', 'MCHID不存在'],
  REFUND_UNKNOWN: [404, 'RESOURCE_NOT_EXISTS', '退款单不存在'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

for (const [mode, caller] of MODES) {
  test(`${mode}: a refund is found by its number, with everything a number can have, and its success is reported`, async () => {
    const paid = await paidOrder(shared, undefined, {}, caller)
    const out_refund_no = `a_-|*@${paid.out_trade_no}`
    const accepted = await giveBack(refundOf(paid, 888, { out_refund_no }), caller)
    assert.deepEqual(await refundNow(out_refund_no, caller), accepted)
    clock.advance(5 * MINUTE)
    await runDue()
    const arrived = await refundNow(out_refund_no, caller)
    assert.equal(conforms(queryByOutRefundNo.merchant.reply, arrived), undefined)
    const { success_time = '', ...rest } = arrived
    assert.equal(Date.parse(success_time), clock.now())
    assert.deepEqual({ ...rest, status: 'PROCESSING' }, accepted)
  })
}

test("a refund of somebody else, or of another sub-merchant, is unknown, and a sub-merchant's number must exist", async () => {
  const { out_refund_no } = await giveBack(refundOf(await paidOrder(shared)))
  const ofSub = await giveBack(refundOf(await paidOrder(shared, undefined, {}, PARTNER)), PARTNER)
  refused(await queryRefund('nobody-has-this'), 'REFUND_UNKNOWN')
  refused(await queryRefund(out_refund_no, PARTNER), 'REFUND_UNKNOWN')
  refused(await queryRefund(ofSub.out_refund_no, MERCHANT), 'REFUND_UNKNOWN')
  const as = (sub_mchid: string) => ({ mchid: PARTNER.mchid, partner: { sub_mchid } })
  refused(await queryRefund(ofSub.out_refund_no, as('1900000110')), 'REFUND_UNKNOWN')
  refused(await queryRefund(ofSub.out_refund_no, as('1900009999')), 'MCH_NOT_EXISTS')
  const direct = { mchid: MERCHANT.mchid, partner: { sub_mchid: '1900000109' } }
  refused(await queryRefund(out_refund_no, direct), 'SUB_MCHID_NOT_ALLOWED')
})

test('a number that no refund can have, and a missing sub-merchant, are parameter errors', async () => {
  refusedField(await queryRefund('a'.repeat(65)), 'out_refund_no', 'a'.repeat(65))
  refusedField(await queryRefund('a.b'), 'out_refund_no', 'a.b')
  refusedField(await queryRefund('a', { mchid: PARTNER.mchid, partner: {} }), 'sub_mchid', '')
})

test('three hundred queries a second, refused ones among them, and no more', async t => {
  const clock = clockByHand()
  const running = await chargesUnderTest(t, { clock })
  const replies = await Promise.all(Array.from({ length: 301 }, () => running.queryRefund('nobody-has-this')))
  const limited = replies.filter(({ statusCode }) => statusCode === 429)
  assert.equal(limited.length, 1)
  if (limited[0]) refused(limited[0], 'FREQUENCY_LIMITED')
  clock.nextSecond()
  refused(await running.queryRefund('nobody-has-this'), 'REFUND_UNKNOWN')
})

test('a fault of the platform is a SYSTEM_ERROR that shows nothing', async t => {
  const closed = await chargesWithoutStore(t)
  const reply = await closed.queryRefund('1217752501201407033233368018')
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
