import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '../protocol/errors.ts'
import {
  errorOf,
  InvalidRequest,
  NoAuthority,
  NotFound,
  NumberUsed,
  OutcomeUnknown,
  ParameterError,
  RateLimited,
  ReplyForged,
  refusedAfterSilence,
  SignatureRefused,
  SystemError,
  WechatPayError,
} from './errors.ts'

const facts = { op: 'createTransaction', text: 'text', verified: true } as const

const SCENARIOS: [status: number, code: string | undefined, type: typeof WechatPayError][] = [
  [401, 'SIGN_ERROR', SignatureRefused],
  [401, undefined, SignatureRefused],
  [400, 'PARAM_ERROR', ParameterError],
  [400, 'INVALID_REQUEST', InvalidRequest],
  [403, 'NO_AUTH', NoAuthority],
  [403, 'OUT_TRADE_NO_USED', NumberUsed],
  [403, 'RULE_LIMIT', WechatPayError],
  [404, 'NOT_FOUND', NotFound],
  [404, 'RESOURCE_NOT_EXISTS', NotFound],
  [429, 'RATELIMIT_EXCEEDED', RateLimited],
  [429, 'FREQUENCY_LIMITED', RateLimited],
  [500, 'SYSTEM_ERROR', SystemError],
  [502, undefined, SystemError],
  [503, 'SERVICE_UNAVAILABLE', SystemError],
  [202, undefined, OutcomeUnknown],
  [302, undefined, OutcomeUnknown],
]

for (const [status, code, type] of SCENARIOS) {
  test(`HTTP ${status} ${code ?? 'without a code'} is a ${type.name}`, () => {
    const error = errorOf({ ...facts, status, code })
    assert.equal(error.constructor, type)
    assert.equal(error.name, type.name)
    assert.equal(error.status, status)
    assert.equal(error.code, code)
    assert.notEqual(error.whatToDo, '')
  })
}

test('every error that the platform can answer has a class of its own kind', () => {
  for (const [name, { status, code }] of Object.entries(ERRORS)) {
    assert.notEqual(errorOf({ ...facts, status, code }).constructor, WechatPayError, name)
  }
})

test('a 404 or 405 without a code does not read as "no such order"', () => {
  for (const status of [404, 405]) {
    const error = errorOf({ ...facts, op: 'queryTransaction', status, code: undefined })
    assert.equal(error.constructor, WechatPayError)
    assert.match(error.whatToDo, /baseUrl/)
  }
})

test('an unknown outcome tells how to find out, by the call', () => {
  const told = (op: 'createTransaction' | 'createParking') =>
    errorOf({ ...facts, op, status: 500, code: 'SYSTEM_ERROR' })
  assert.match(told('createTransaction').whatToDo, /queryTransaction/)
  assert.match(told('createParking').whatToDo, /same out_parking_no/)
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
