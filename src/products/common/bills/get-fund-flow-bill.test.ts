import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { BILL_DATE, billsUnderTest, FUND_FLOW, READY } from '../../../../test/bills.ts'
import { withQuery } from '../../../../test/platform.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import {
  assertSystemError,
  MODES,
  PARTNER,
  refusalsOf,
  sandboxWithoutStore,
} from '../../../../test/sandbox.ts'
import { conforms } from '../../../contract/validate.ts'
import { getFundFlowBill } from './contract.ts'

const { pay, apply, bill, clock } = await billsUnderTest({ after })
for (const [, caller] of MODES) await pay({}, caller)
clock.moveTo('2017-08-27T09:59:59.999+08:00')
const tooEarly = await apply(FUND_FLOW)
clock.moveTo(READY)

const { refused, refusedField, assertAllMet } = refusalsOf(getFundFlowBill, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  BILL_DATE_WRONG: [400, 'INVALID_REQUEST', '参数错误，请检查bill_date'],
  STATEMENT_CREATING: [400, 'STATEMENT_CREATING', '账单生成中'],
  NO_STATEMENT_EXIST: [400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

test('the basic account is meant when none is named', async () => {
  const reply = await apply(FUND_FLOW)
  assert.equal(conforms(getFundFlowBill.merchant.reply, reply.json()), undefined)
  assert.equal(await bill(FUND_FLOW), await bill(FUND_FLOW, { account_type: 'BASIC' }))
})

test('an account on which nothing moved has no bill', async () => {
  refused(await apply(FUND_FLOW, { account_type: 'OPERATION' }), 'NO_STATEMENT_EXIST')
  refused(await apply(FUND_FLOW, { bill_date: '2017-08-25' }), 'NO_STATEMENT_EXIST')
})

test('a provider has its own accounts and not those of its sub-merchants, which have collected', async () => {
  for (const account_type of ['BASIC', 'FEES'])
    refused(await apply(FUND_FLOW, { account_type }, PARTNER), 'NO_STATEMENT_EXIST')
})

test('a day that is not over, or cannot be, has no bill, and yesterday has one from ten in the morning', async () => {
  refused(tooEarly, 'STATEMENT_CREATING')
  for (const bill_date of ['2017-08-27', '2017-02-30', '2017-05-26'])
    refusedField(await apply(FUND_FLOW, { bill_date }), 'bill_date', bill_date, undefined, 'BILL_DATE_WRONG')
})

test('a field that is missing or cannot be is refused by its name', async () => {
  for (const [field, value] of [
    ['bill_date', undefined],
    ['bill_date', '2017/08/26'],
    ['account_type', 'DEPOSIT'],
    ['tar_type', 'ZIP'],
  ] as const) {
    refusedField(await apply(FUND_FLOW, { [field]: value }), field, value ?? '')
  }
})

test('a merchant may call three times a second', async t => {
  const { call } = await billsUnderTest(t, { clock: clockByHand() })
  const target = withQuery(FUND_FLOW, { bill_date: BILL_DATE })
  const replies = await Promise.all(Array.from({ length: 8 }, () => call({ method: 'GET', target })))
  const limited = replies.filter(reply => reply.statusCode === 429)
  assert.equal(limited.length, 5)
  for (const reply of limited) refused(reply, 'FREQUENCY_LIMITED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing', async t => {
  const { call } = await sandboxWithoutStore(t)
  assertSystemError(await call({ method: 'GET', target: withQuery(FUND_FLOW, { bill_date: BILL_DATE }) }))
  const broken = await billsUnderTest(t)
  broken.clock.moveTo(READY)
  await broken.platform.db.run('ALTER TABLE bills RENAME TO lost_bills')
  refused(await broken.apply(FUND_FLOW), 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
