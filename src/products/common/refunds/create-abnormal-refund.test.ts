import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { after, afterEach, test } from 'node:test'
import { chargesUnderTest, chargesWithoutStore } from '../../../../test/charges.ts'
import { balance } from '../../../../test/payers.ts'
import {
  assertBooksBalance,
  clockByHand,
  DAY,
  freeze,
  MINUTE,
  paidOrder,
  refundOf,
} from '../../../../test/refunds.ts'
import {
  assertSystemError,
  type Caller,
  type Fields,
  MERCHANT,
  MODES,
  PARTNER,
  refusalsOf,
} from '../../../../test/sandbox.ts'
import { BANK_CLEARING, bankOf } from '../../../ledger/accounts.ts'
import { bindSubMerchant, unbindSubMerchant } from '../../../merchants/change-merchant.ts'
import { encryptField } from '../../../protocol/sensitive-field.ts'
import { createAbnormalRefund, type Refund } from './contract.ts'

// The two ways out of a refund that could not be paid out.

const clock = clockByHand()
const shared = await chargesUnderTest({ after }, { clock, rules: { chargeAfterExit: 10_000 * DAY } })
const { giveBack, refundNow, redirectRefund, runDue, platform, call, merchant } = shared
const { db } = platform

/** Refused calls are limited in each second of wall time. */
afterEach(clock.nextSecond)

const { refused, refusedField, assertAllMet } = refusalsOf(createAbnormalRefund, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  WECHATPAY_SERIAL_MISSING: [400, 'PARAM_ERROR', 'HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)'],
  WECHATPAY_SERIAL_WRONG: [400, 'PARAM_ERROR', '平台证书序列号Wechatpay-Serial错误'],
  CIPHERTEXT_EXPECTED: [400, 'PARAM_ERROR', '请确认待处理的消息是否为加密后的密文'],
  DECRYPTION_FAILED: [400, 'PARAM_ERROR', '平台私钥解密失败'],
  SUB_MCHID_NOT_ALLOWED: [400, 'PARAM_ERROR', '普通商户不允许传sub_mch_id'],
  MCH_NOT_EXISTS: [404, 'MCH_NOT_EXISTS', 'MCHID不存在'],
  NO_REFUND_RIGHT: [403, 'NO_AUTH', '没有退款权限'],
  REFUND_UNKNOWN: [404, 'RESOURCE_NOT_EXISTS', '退款单不存在'],
  REFUND_NUMBERS_DIFFER: [400, 'INVALID_REQUEST', '微信支付退款单号与商户退款单号不匹配'],
  REFUND_NOT_ABNORMAL: [400, 'INVALID_REQUEST', '退款单不是退款异常状态，请核实后再试'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

const platformKey = createPublicKey(merchant(MERCHANT.mchid).platform_certificate)
const encrypted = (text: string) => encryptField(text, platformKey)

function toUser(refund: Pick<Refund, 'out_refund_no'>, account = '6222620000000000403'): Fields {
  return {
    out_refund_no: refund.out_refund_no,
    type: 'USER_BANK_CARD',
    bank_type: 'ICBC_DEBIT',
    bank_account: encrypted(account),
    real_name: encrypted('张三'),
  }
}

const toMerchant = ({ out_refund_no }: Pick<Refund, 'out_refund_no'>): Fields => ({
  out_refund_no,
  type: 'MERCHANT_BANK_CARD',
})

/** A refund of 888 fen whose payer's wallet was closed on the way. */
async function abnormal(caller: Caller = MERCHANT): Promise<Refund> {
  const paid = await paidOrder(shared, undefined, {}, caller)
  const accepted = await giveBack(refundOf(paid), caller)
  await freeze(platform, paid.paid_by)
  clock.advance(5 * MINUTE)
  await runDue()
  return refundNow(accepted.out_refund_no, caller)
}

/** Calls that name a serial are made with the platform's certificate. */
function redirect(refund: Pick<Refund, 'refund_id'>, body: Fields, serial: string | null, caller = MERCHANT) {
  const headers: Record<string, string> = serial === null ? {} : { 'Wechatpay-Serial': serial }
  const target = `/v3/refund/domestic/refunds/${refund.refund_id}/apply-abnormal-refund`
  return call({ method: 'POST', target, body: { ...caller.partner, ...body }, headers }, caller.mchid)
}

const SERIAL = merchant(MERCHANT.mchid).platform_serial

for (const [mode, caller] of MODES) {
  for (const [name, bodyOf, text, accountOf] of [
    ["the user's debit card", toUser, '工商银行借记卡0403', () => BANK_CLEARING],
    ["the merchant's bank account", toMerchant, '商户结算银行账户', bankOf],
  ] as const) {
    test(`${mode}: to ${name}, where it arrives a day later`, async () => {
      const refund = await abnormal(caller)
      assert.equal(refund.status, 'ABNORMAL')
      const account = accountOf(caller.partner.sub_mchid ?? caller.mchid)
      const before = await balance(db, account)
      const reply = await redirect(refund, bodyOf(refund), SERIAL, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      const sent = reply.json<Refund>()
      assert.deepEqual(sent, {
        ...refund,
        ...{ status: 'PROCESSING', channel: 'OTHER_BANKCARD', user_received_account: text },
      })
      clock.advance(DAY - 1)
      await runDue()
      assert.deepEqual(await refundNow(refund.out_refund_no, caller), sent)
      clock.advance(1)
      await runDue()
      const arrived = await refundNow(refund.out_refund_no, caller)
      assert.deepEqual([arrived.status, arrived.user_received_account], ['SUCCESS', text])
      assert.equal(await balance(db, account), before + 888)
      // Requested again, it is answered and not done again.
      const again = await redirect(refund, bodyOf(refund), SERIAL, caller)
      assert.deepEqual(again.json(), arrived)
      await assertBooksBalance(platform)
    })
  }
}

test('the same again is the same; elsewhere it cannot go any more', async () => {
  const refund = await abnormal()
  const first = await redirect(refund, toUser(refund), SERIAL)
  const second = await redirect(refund, toUser(refund), SERIAL)
  assert.deepEqual(second.json(), first.json())
  refused(await redirect(refund, toUser(refund, '6222620000000000404'), SERIAL), 'REFUND_NOT_ABNORMAL')
  refused(await redirect(refund, toMerchant(refund), SERIAL), 'REFUND_NOT_ABNORMAL')
})

test('a refund that never was abnormal is not changed', async () => {
  const refund = await giveBack(refundOf(await paidOrder(shared)))
  refused(await redirectRefund(refund.refund_id, toMerchant(refund)), 'REFUND_NOT_ABNORMAL')
  clock.advance(5 * MINUTE)
  await runDue()
  refused(await redirectRefund(refund.refund_id, toMerchant(refund)), 'REFUND_NOT_ABNORMAL')
})

test('both numbers must be those of one refund of the caller', async () => {
  const refund = await abnormal()
  const other = await abnormal()
  const ofSub = await abnormal(PARTNER)
  refused(await redirectRefund('50000000382019052709732678859', toMerchant(refund)), 'REFUND_UNKNOWN')
  refused(await redirectRefund(ofSub.refund_id, toMerchant(ofSub)), 'REFUND_UNKNOWN')
  refused(await redirectRefund(refund.refund_id, toMerchant(refund), PARTNER), 'REFUND_UNKNOWN')
  refused(await redirectRefund(refund.refund_id, toMerchant(other)), 'REFUND_NUMBERS_DIFFER')
  clock.nextSecond()
  const as = (sub_mchid: string) => ({ mchid: PARTNER.mchid, partner: { sub_mchid } })
  refused(await redirectRefund(ofSub.refund_id, toMerchant(ofSub), as('1900000110')), 'REFUND_UNKNOWN')
  refused(await redirectRefund(ofSub.refund_id, toMerchant(ofSub), as('1900009999')), 'MCH_NOT_EXISTS')
  const direct = { ...toMerchant(refund), sub_mchid: '1900000109' }
  refused(await redirectRefund(refund.refund_id, direct), 'SUB_MCHID_NOT_ALLOWED')
})

test('a provider whose sub-merchant was taken away cannot send its money anywhere, but sees the refund', async () => {
  const refund = await abnormal(PARTNER)
  const pair = [PARTNER.mchid, PARTNER.partner.sub_mchid ?? ''] as const
  await db.transaction(tx => unbindSubMerchant(tx, ...pair))
  refused(await redirectRefund(refund.refund_id, toMerchant(refund), PARTNER), 'NO_REFUND_RIGHT')
  assert.equal((await refundNow(refund.out_refund_no, PARTNER)).status, 'ABNORMAL')
  await db.transaction(tx => bindSubMerchant(tx, ...pair))
  assert.equal((await redirectRefund(refund.refund_id, toMerchant(refund), PARTNER)).statusCode, 200)
})

test("the user's card needs its bank, number and holder, and a debit card of one of the fifteen banks", async () => {
  const refund = await abnormal()
  for (const field of ['bank_type', 'bank_account', 'real_name']) {
    const reply = await redirect(refund, { ...toUser(refund), [field]: undefined }, SERIAL)
    refusedField(reply, `/${field}`, '', '退款至用户银行卡时，此字段为必填项')
  }
  const credit = await redirect(refund, { ...toUser(refund), bank_type: 'ICBC_CREDIT' }, SERIAL)
  refusedField(credit, '/bank_type', 'ICBC_CREDIT')
  const noNumber = encrypted('hello')
  clock.nextSecond()
  const reply = await redirect(refund, { ...toUser(refund), bank_account: noNumber }, SERIAL)
  refusedField(reply, '/bank_account', noNumber.slice(0, 256), '收款银行卡号必须为数字')
  refusedField(await redirect(refund, { ...toUser(refund), type: 'WALLET' }, SERIAL), '/type', 'WALLET')
})

test('card number and holder are encrypted to a key that the request names; none is needed without them', async () => {
  const refund = await abnormal()
  refused(await redirect(refund, toUser(refund), null), 'WECHATPAY_SERIAL_MISSING')
  refused(await redirect(refund, toUser(refund), 'ABCDEF'), 'WECHATPAY_SERIAL_WRONG')
  const foreign = encryptField('张三', createPublicKey(merchant(MERCHANT.mchid).certificate))
  for (const field of ['bank_account', 'real_name']) {
    const send = (text: string) => redirect(refund, { ...toUser(refund), [field]: text }, SERIAL)
    refused(await send('in the clear'), 'CIPHERTEXT_EXPECTED')
    refused(await send(foreign), 'DECRYPTION_FAILED')
  }
  clock.nextSecond()
  assert.equal((await refundNow(refund.out_refund_no)).status, 'ABNORMAL')
  assert.equal((await redirect(refund, toMerchant(refund), null)).statusCode, 200)
})

test('of the card no more is kept than its last four digits', async () => {
  const refund = await abnormal()
  await redirect(refund, toUser(refund), SERIAL)
  const row = await db.get('SELECT * FROM refunds WHERE refund_id = $1', refund.refund_id)
  assert.doesNotMatch(JSON.stringify(row), /62226200|张三/)
})

test('refused calls have no limit of their own here; all calls have one', async t => {
  const limited = await chargesUnderTest(t, { clock: clockByHand() })
  const body = { out_refund_no: 'R', type: 'MERCHANT_BANK_CARD' }
  const replies = await Promise.all(Array.from({ length: 151 }, () => limited.redirectRefund('42', body)))
  const [last, ...others] = replies.sort((one, other) => other.statusCode - one.statusCode)
  if (last) refused(last, 'FREQUENCY_LIMITED')
  for (const reply of others) refused(reply, 'REFUND_UNKNOWN')
})

test('a fault of the platform is a SYSTEM_ERROR that shows nothing', async t => {
  const closed = await chargesWithoutStore(t)
  const reply = await closed.redirectRefund('42', { out_refund_no: 'R', type: 'MERCHANT_BANK_CARD' })
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
