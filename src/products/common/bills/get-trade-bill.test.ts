import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Applied, BILL_DATE, billsUnderTest, READY, TRADE } from '../../../../test/bills.ts'
import { withQuery } from '../../../../test/platform.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import {
  assertSystemError,
  MERCHANT,
  MODES,
  PARTNER,
  refusalsOf,
  sandboxWithoutStore,
} from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { getTradeBill } from './contract.ts'

const running = await billsUnderTest({ after })
const { pay, apply, clock } = running
for (const [, caller] of MODES) await pay({}, caller)
const early = await apply(TRADE)
clock.moveTo('2017-08-27T09:59:59.999+08:00')
const tooEarly = await Promise.all(MODES.map(([, caller]) => apply(TRADE, {}, caller)))
clock.moveTo(READY)

const { refused, refusedField, assertAllMet } = refusalsOf(getTradeBill, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  BILL_DATE_WRONG: [400, 'INVALID_REQUEST', '参数错误，请检查bill_date'],
  BILL_SUB_MCHID_WRONG: [400, 'INVALID_REQUEST', '参数错误，请检查sub_mchid'],
  NO_BILL_RIGHT: [403, 'NO_AUTH', '权限异常'],
  STATEMENT_CREATING: [400, 'STATEMENT_CREATING', '账单生成中'],
  NO_STATEMENT_EXIST: [400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

for (const [mode, caller] of MODES) {
  test(`${mode}: the reply says the hash and where the file is, compressed or not`, async () => {
    for (const [fields, query] of [
      [{}, /^\?token=[\w-]+$/],
      [{ tar_type: 'GZIP' }, /^\?token=[\w-]+&tartype=gzip$/],
    ] as const) {
      const reply = await apply(TRADE, fields, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      assert.ok(reply.headers['wechatpay-signature'])
      assert.equal(conforms(getTradeBill.merchant.reply, reply.json()), undefined)
      const { hash_type, hash_value, download_url } = reply.json<Applied>()
      assert.equal(hash_type, 'SHA1')
      assert.match(hash_value, /^[0-9a-f]{40}$/)
      const { origin, pathname, search } = new URL(download_url)
      assert.equal(origin + pathname, `${running.platform.publicUrl}/v3/billdownload/file`)
      assert.match(search, query)
    }
  })

  test(`${mode}: a day that is not over, or cannot be, or is too long ago, has no bill`, async () => {
    for (const bill_date of [
      '2017-08-27',
      '2017-08-28',
      '2099-01-01',
      '2017-02-30',
      '2017-05-26',
      '2017-00-01',
    ])
      refusedField(
        await apply(TRADE, { bill_date }, caller),
        'bill_date',
        bill_date,
        undefined,
        'BILL_DATE_WRONG',
      )
    assert.equal((await apply(TRADE, { bill_date: '2017-05-27' }, caller)).json().code, 'NO_STATEMENT_EXIST')
  })

  test(`${mode}: a day without rows of the type has no bill, however often it is asked for`, async () => {
    for (let times = 0; times < 2; times += 1) {
      refused(await apply(TRADE, { bill_type: 'REFUND' }, caller), 'NO_STATEMENT_EXIST')
      refused(await apply(TRADE, { bill_date: '2017-08-25' }, caller), 'NO_STATEMENT_EXIST')
    }
  })

  test(`${mode}: a field that is missing or cannot be is refused by its name`, async () => {
    for (const [field, value] of [
      ['bill_date', undefined],
      ['bill_date', ''],
      ['bill_date', '20170826'],
      ['bill_date', '2017-8-26'],
      ['bill_date', '2017-08-26T00:00:00'],
      ['bill_type', 'RECHARGE_REFUND'],
      ['bill_type', 'all'],
      ['tar_type', 'gzip'],
    ] as const) {
      refusedField(await apply(TRADE, { [field]: value }, caller), field, value ?? '')
    }
  })
}

test('today has no bill, and yesterday has one from ten in the morning', () => {
  refusedField(early, 'bill_date', BILL_DATE, '账单日期必须早于当天', 'BILL_DATE_WRONG')
  for (const reply of tooEarly) refused(reply, 'STATEMENT_CREATING')
})

test('a number that is no sub-merchant is refused, and one that is not bound as well', async () => {
  for (const caller of [PARTNER, MERCHANT]) {
    for (const sub_mchid of ['1900000999', '1230000109', '1230000100'])
      refused(await apply(TRADE, { sub_mchid }, caller), 'BILL_SUB_MCHID_WRONG')
    refused(await apply(TRADE, { sub_mchid: '1900000112' }, caller), 'NO_BILL_RIGHT')
  }
  refused(await apply(TRADE, { sub_mchid: '1900000109' }, MERCHANT), 'NO_BILL_RIGHT')
  for (const [sub_mchid, value] of [
    ['', ''],
    ['1'.repeat(33), '1'.repeat(33)],
  ])
    refusedField(await apply(TRADE, { sub_mchid }, PARTNER), 'sub_mchid', value)
})

test('a sub-merchant without orders on that day has no bill', async () => {
  refused(await apply(TRADE, { sub_mchid: '1900000111' }, PARTNER), 'NO_STATEMENT_EXIST')
})

test('calls beyond the limit are refused', async t => {
  const { call } = await billsUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const target = withQuery(TRADE, { bill_date: BILL_DATE })
  const replies = await Promise.all([1, 2].map(() => call({ method: 'GET', target })))
  assert.deepEqual(replies.map(reply => reply.statusCode).sort(), [400, 429])
  for (const reply of replies) if (reply.statusCode === 429) refused(reply, 'FREQUENCY_LIMITED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing, and is over when the fault is', async t => {
  const { call } = await sandboxWithoutStore(t)
  assertSystemError(await call({ method: 'GET', target: withQuery(TRADE, { bill_date: BILL_DATE }) }))
  const broken = await billsUnderTest(t)
  await broken.pay()
  broken.clock.moveTo(READY)
  await broken.platform.db.run('ALTER TABLE bill_chunks RENAME TO lost_chunks')
  refused(await broken.apply(TRADE), 'SYSTEM_ERROR')
  await broken.platform.db.run('ALTER TABLE lost_chunks RENAME TO bill_chunks')
  assert.equal((await broken.apply(TRADE)).statusCode, 200)
})

test('every error that the contract declares is met above', assertAllMet)
