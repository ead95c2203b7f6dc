import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { after, test } from 'node:test'
import {
  BILL_DATE,
  billsUnderTest,
  READY,
  readBill,
  type SealedBill,
  SUB_FUND_FLOW,
} from '../../../../test/bills.ts'
import { withQuery } from '../../../../test/platform.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import {
  assertSystemError,
  type Fields,
  MERCHANT,
  PARTNER,
  refusalsOf,
  sandboxWithoutStore,
} from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { decryptField } from '../../../protocol/sensitive-field.ts'
import { getSubMerchantFundFlowBill } from './contract.ts'

const running = await billsUnderTest({ after })
const { pay, subMerchantBill, download, clock } = running
const order = await pay({}, PARTNER)
const ASKED = { sub_mchid: '1900000109', account_type: 'BASIC', algorithm: 'AEAD_AES_256_GCM' }
const apply = (fields: Fields = {}, caller = PARTNER) =>
  running.apply(SUB_FUND_FLOW, { ...ASKED, ...fields }, caller)
clock.moveTo('2017-08-27T09:59:59.999+08:00')
const tooEarly = await apply()
clock.moveTo(READY)

const { refused, refusedField, assertAllMet } = refusalsOf(getSubMerchantFundFlowBill, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  BILL_DATE_WRONG: [400, 'INVALID_REQUEST', '参数错误，请检查bill_date'],
  BILL_SUB_MCHID_WRONG: [400, 'INVALID_REQUEST', '参数错误，请检查sub_mchid'],
  NO_BILL_RIGHT: [403, 'NO_AUTH', '权限异常'],
  STATEMENT_CREATING: [400, 'STATEMENT_CREATING', '账单生成中'],
  NO_STATEMENT_EXIST: [400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

test("a provider opens its sub-merchant's bill with the key of its own certificate, compressed or not", async () => {
  const plain = await subMerchantBill()
  assert.equal(await subMerchantBill({ tar_type: 'GZIP' }), plain)
  assert.deepEqual(
    readBill(plain).rows.map(row => [row.微信支付业务单号, row.业务类型, row['账户结余(元)']]),
    [
      [order.transaction_id, '交易', '8.88'],
      [order.transaction_id, '扣除交易手续费', '8.83'],
    ],
  )
  assert.equal(readBill(await subMerchantBill({ account_type: 'FEES' })).rows.length, 1)
})

test('each application has a key and a nonce of its own, and nobody else can open the file', async () => {
  const one = (await apply()).json<{ download_bill_list: [SealedBill] }>()
  const other = (await apply()).json<{ download_bill_list: [SealedBill] }>()
  assert.equal(conforms(getSubMerchantFundFlowBill.merchant.reply, one), undefined)
  const key = createPrivateKey(running.merchant(PARTNER.mchid).private_key)
  const [first, second] = [one.download_bill_list[0], other.download_bill_list[0]]
  const keys = [first, second].map(({ encrypt_key }) => decryptField(encrypt_key, key))
  for (const text of keys) assert.match(text, /^[A-Za-z0-9]{32}$/)
  for (const { nonce } of [first, second]) assert.match(nonce, /^[A-Za-z0-9]{12}$/)
  assert.notEqual(keys[0], keys[1])
  assert.notEqual(first.nonce, second.nonce)
  assert.equal(first.hash_value, second.hash_value)
  const file = await download(first.download_url, PARTNER.mchid)
  assert.ok(!file.rawPayload.includes('记账时间'))
  assert.equal(file.headers['content-length'], String(file.rawPayload.length))
  const otherKey = createPrivateKey(running.merchant(MERCHANT.mchid).private_key)
  assert.throws(() => decryptField(first.encrypt_key, otherKey))
})

test('an account on which nothing moved has no bill', async () => {
  refused(await apply({ account_type: 'OPERATION' }), 'NO_STATEMENT_EXIST')
  refused(await apply({ sub_mchid: '1900000111' }), 'NO_STATEMENT_EXIST')
})

test("a number that is no sub-merchant is refused, and one that is not the caller's as well", async () => {
  for (const sub_mchid of ['1900000999', MERCHANT.mchid])
    refused(await apply({ sub_mchid }), 'BILL_SUB_MCHID_WRONG')
  refused(await apply({ sub_mchid: '1900000112' }), 'NO_BILL_RIGHT')
  refused(await apply({}, MERCHANT), 'NO_BILL_RIGHT')
})

test('a day that is not over, or cannot be, has no bill, and yesterday has one from ten in the morning', async () => {
  refused(tooEarly, 'STATEMENT_CREATING')
  for (const bill_date of ['2017-08-27', '2017-02-30', '2017-05-26'])
    refusedField(await apply({ bill_date }), 'bill_date', bill_date, undefined, 'BILL_DATE_WRONG')
})

test('a field that is missing or cannot be is refused by its name', async () => {
  for (const [field, value] of [
    ['sub_mchid', undefined],
    ['bill_date', undefined],
    ['account_type', undefined],
    ['account_type', 'ALL'],
    ['algorithm', undefined],
    ['algorithm', 'SM4_GCM'],
    ['tar_type', 'ZIP'],
  ] as const) {
    refusedField(await apply({ [field]: value }), field, value ?? '')
  }
})

test('a caller may call three times a second', async t => {
  const { call } = await billsUnderTest(t, { clock: clockByHand() })
  const target = withQuery(SUB_FUND_FLOW, { ...ASKED, bill_date: BILL_DATE })
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => call({ method: 'GET', target }, PARTNER.mchid)),
  )
  const limited = replies.filter(reply => reply.statusCode === 429)
  assert.equal(limited.length, 5)
  for (const reply of limited) refused(reply, 'FREQUENCY_LIMITED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing', async t => {
  const { call } = await sandboxWithoutStore(t)
  const target = withQuery(SUB_FUND_FLOW, { ...ASKED, bill_date: BILL_DATE })
  assertSystemError(await call({ method: 'GET', target }, PARTNER.mchid))
  const broken = await billsUnderTest(t)
  broken.clock.moveTo(READY)
  await broken.platform.db.run('ALTER TABLE bills RENAME TO lost_bills')
  refused(await broken.apply(SUB_FUND_FLOW, ASKED, PARTNER), 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
