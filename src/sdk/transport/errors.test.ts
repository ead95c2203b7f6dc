import assert from 'node:assert/strict'
import { test } from 'node:test'
import { products } from '../../products/index.ts'
import type { ErrorDetail } from '../../protocol/errors.ts'
import { general } from '../../protocol/general-errors.ts'
import { ChargeRefused, NoStatement, NotEnough, RefundImpossible, StatementCreating } from '../refusals.ts'
import {
  InvalidRequest,
  NoAuthority,
  NotFound,
  NumberUsed,
  OutcomeUnknown,
  ParameterError,
  RateLimited,
  ReplyForged,
  SignatureRefused,
  SystemError,
  WechatPayError,
} from './errors.ts'
import type { OperationName } from './operations.ts'
import { errorOf, refusedAfterSilence } from './refusal.ts'

const facts = { op: 'parking.createTransaction', text: 'text', verified: true } as const

const SCENARIOS: [
  status: number,
  code: string | undefined,
  type: typeof WechatPayError,
  op?: OperationName,
][] = [
  [401, 'SIGN_ERROR', SignatureRefused],
  [401, undefined, SignatureRefused],
  [400, 'PARAM_ERROR', ParameterError],
  [400, 'INVALID_REQUEST', InvalidRequest],
  [400, 'NO_STATEMENT_EXIST', NoStatement, 'bills.getTradeBill'],
  [400, 'STATEMENT_CREATING', StatementCreating, 'bills.getFundFlowBill'],
  [403, 'NO_AUTH', NoAuthority],
  [400, 'ALREADY_EXISTS', NumberUsed],
  [403, 'NOT_ENOUGH', ChargeRefused],
  [403, 'RULE_LIMIT', ChargeRefused],
  [403, 'TRADE_OVERDUE', RefundImpossible, 'refunds.createRefund'],
  [403, 'USER_ACCOUNT_ABNORMAL', RefundImpossible, 'refunds.createRefund'],
  [403, 'ANOTHER_CODE', WechatPayError],
  // What a call is never refused with has no meaning there.
  [403, 'NOT_ENOUGH', WechatPayError, 'parking.createParking'],
  [404, 'NOT_FOUND', NotFound],
  [404, 'RESOURCE_NOT_EXISTS', NotFound],
  [404, 'MCH_NOT_EXISTS', NotFound],
  [429, 'RATELIMIT_EXCEEDED', RateLimited],
  [429, 'FREQUENCY_LIMITED', RateLimited],
  [500, 'SYSTEM_ERROR', SystemError],
  [502, undefined, SystemError],
  [503, 'SERVICE_UNAVAILABLE', SystemError],
  [202, undefined, OutcomeUnknown],
  [302, undefined, OutcomeUnknown],
]

for (const [status, code, type, op = facts.op] of SCENARIOS) {
  test(`HTTP ${status} ${code ?? 'without a code'} to ${op} is a ${type.name}`, () => {
    const error = errorOf({ ...facts, op, status, code })
    assert.equal(error.constructor, type)
    assert.equal(error.name, type.name)
    assert.equal(error.status, status)
    assert.equal(error.code, code)
    assert.notEqual(error.whatToDo, '')
  })
}

test('every error that the platform can answer has a class of its own kind', () => {
  for (const { operation } of products.flatMap(({ endpoints }) => endpoints)) {
    const op = operation.id as OperationName
    for (const { name, status, code } of [...Object.values(general), ...operation.errors])
      assert.notEqual(errorOf({ ...facts, op, status, code }).constructor, WechatPayError, `${op} ${name}`)
  }
})

test('a 404 or 405 without a code does not read as "no such order"', () => {
  for (const status of [404, 405]) {
    const error = errorOf({ ...facts, op: 'parking.queryTransaction', status, code: undefined })
    assert.equal(error.constructor, WechatPayError)
    assert.match(error.whatToDo, /baseUrl/)
  }
})

test('a message names what only the detail names: parameters that are not defined, or a field', () => {
  const refused = (detail: ErrorDetail) =>
    errorOf({ ...facts, status: 400, code: 'PARAM_ERROR', detail }).message
  assert.match(refused({ location: null, value: ['/body/a', '/body/b'] }), / text \(\/body\/a,\/body\/b\)$/)
  assert.match(refused({ field: '/appid', location: 'body', value: '' }), / text \(\/appid\)$/)
  assert.match(refused({ location: 'body', value: 3 }), / text$/)
})

test('an unknown outcome says how to find out, by the call', () => {
  const errorOn = (op: OperationName) => errorOf({ ...facts, op, status: 500, code: 'SYSTEM_ERROR' })
  assert.match(errorOn('parking.createTransaction').whatToDo, /queryTransaction/)
  assert.match(errorOn('parking.createParking').whatToDo, /same out_parking_no/)
})

test('a refusal after silence is no refusal but an unknown outcome, with the refusal as its cause', () => {
  const refusal = errorOf({ ...facts, status: 400, code: 'INVALID_REQUEST', requestId: 'A-1' })
  const error = refusedAfterSilence(refusal)
  assert.ok(error instanceof OutcomeUnknown)
  assert.ok(!(error instanceof ReplyForged))
  assert.equal(error.cause, refusal)
  assert.equal(error.requestId, 'A-1')
  assert.match(error.whatToDo, /queryTransaction/)
})

test('too little money is the merchant’s where a refund is asked for', () => {
  const error = errorOf({ ...facts, op: 'refunds.createRefund', status: 403, code: 'NOT_ENOUGH' })
  assert.equal(error.constructor, NotEnough)
})

test('a refusal of a refund says what to do about refunds', () => {
  const errorOn = (status: number, code: string, op: OperationName = 'refunds.createRefund') =>
    errorOf({ ...facts, op, status, code }).whatToDo
  assert.match(
    errorOn(404, 'RESOURCE_NOT_EXISTS'),
    /no such order, it is of another sub_mchid, or it was not paid/,
  )
  assert.match(errorOn(404, 'RESOURCE_NOT_EXISTS', 'refunds.queryByOutRefundNo'), /same out_refund_no again/)
  assert.match(errorOn(404, 'RESOURCE_NOT_EXISTS', 'certificates.listCertificates'), /certificates/)
  assert.match(errorOn(429, 'FREQUENCY_LIMITED'), /queryByOutRefundNo/)
  assert.match(errorOn(429, 'FREQUENCY_LIMITED', 'parking.createTransaction'), /queryTransaction/)
  assert.match(errorOn(500, 'SYSTEM_ERROR'), /queryByOutRefundNo with the same out_refund_no/)
  assert.match(errorOn(403, 'NOT_ENOUGH'), /same out_refund_no/)
  // What a call has to say of a status gives way to what the code says.
  assert.match(errorOn(400, 'PARAM_ERROR'), /^Do not repeat\. Correct the field/)
  assert.match(errorOn(400, 'INVALID_REQUEST'), /Nothing was refunded/)
})

test('the message of a refusal has the Request-ID, when there is one', () => {
  const refused = (requestId?: string) => errorOf({ ...facts, status: 401, code: 'SIGN_ERROR', requestId })
  assert.equal(
    refused('08F9').message,
    'parking.createTransaction was answered with HTTP 401 SIGN_ERROR text (Request-ID 08F9)',
  )
  assert.equal(refused().message, 'parking.createTransaction was answered with HTTP 401 SIGN_ERROR text')
})

test('a bill that is not ready says from when it is, in the time of the business', () => {
  const error = (request?: object) =>
    errorOf({ ...facts, op: 'bills.getTradeBill', status: 400, code: 'STATEMENT_CREATING', request })
  const readyFrom = (request?: object) => (error(request) as StatementCreating).readyFrom
  assert.equal(readyFrom({ bill_date: '2026-06-01' }), '2026-06-02T10:00:00+08:00')
  assert.equal(readyFrom({ bill_date: '2028-02-28' }), '2028-02-29T10:00:00+08:00')
  assert.equal(readyFrom({ bill_date: '2026-02-31' }), undefined)
  assert.equal(readyFrom(), undefined)
})
