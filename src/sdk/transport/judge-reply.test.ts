import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ParameterError, ReplyForged, SystemError, type WechatPayError } from './errors.ts'
import { judgeReply, type VerifyReply } from './judge-reply.ts'

const genuine: VerifyReply = async () => undefined
const fake: VerifyReply = async () => ({ reason: 'mismatch', explanation: 'Wrong.' })

function judge(status: number, body: string, { isSigned = true, verify = genuine } = {}) {
  const headers: Record<string, string> = {
    'Request-ID': 'R-0',
    ...(isSigned && { 'Wechatpay-Signature': 's' }),
  }
  const reply = { status, header: (name: string) => headers[name], body: Buffer.from(body) }
  return judgeReply('parking.queryTransaction', { out_trade_no: 'T1' }, reply, verify)
}

async function errorOf(...reply: Parameters<typeof judge>): Promise<WechatPayError> {
  const judgement = await judge(...reply)
  assert.ok('error' in judgement)
  return judgement.error
}

const ERROR = '{"code":"PARAM_ERROR","detail":{"field":"out_trade_no"},"message":"参数错误"}'

test('a signed success that answers the request is given as it came', async () => {
  assert.deepEqual(await judge(200, '{"out_trade_no":"T1","new_field":1}'), {
    value: { out_trade_no: 'T1', new_field: 1 },
  })
})

test('a success is never believed with a wrong signature, and not without one', async () => {
  const asked: boolean[] = []
  const verify: VerifyReply = async ({ header }) => {
    asked.push(header('Wechatpay-Signature') !== undefined)
    return { reason: 'headers_missing', explanation: '' }
  }
  assert.ok((await errorOf(200, '{"out_trade_no":"T1"}', { isSigned: false, verify })) instanceof ReplyForged)
  assert.ok((await errorOf(200, '{"out_trade_no":"T1"}', { verify: fake })) instanceof ReplyForged)
  assert.ok((await errorOf(204, '', { verify: fake })) instanceof ReplyForged)
  assert.deepEqual(asked, [false])
})

test('a signed success that answers another request is forged', async () => {
  const error = await errorOf(200, '{"out_trade_no":"T2"}')
  assert.ok(error instanceof ReplyForged)
  assert.match(error.message, /answers another request: its out_trade_no/)
})

test('a signed success that is no JSON object is forged', async () => {
  for (const body of ['', '<html>', '"T1"', 'null'])
    assert.ok((await errorOf(200, body)) instanceof ReplyForged)
  assert.ok((await errorOf(204, '')) instanceof ReplyForged)
})

test('a refusal may be unsigned, and says whether it was verified', async () => {
  const unsigned = await errorOf(400, ERROR, { isSigned: false, verify: fake })
  assert.ok(unsigned instanceof ParameterError)
  assert.equal(unsigned.verified, false)
  assert.deepEqual(unsigned.detail, { field: 'out_trade_no' })
  assert.equal(unsigned.requestId, 'R-0')
  assert.equal((await errorOf(400, ERROR)).verified, true)
})

test('a refusal with a wrong signature is forged', async () => {
  assert.ok((await errorOf(400, ERROR, { verify: fake })) instanceof ReplyForged)
})

test('a reply whose signature does not fit says what has probably happened to it', async () => {
  const verify: VerifyReply = async () => ({
    ...{ reason: 'mismatch', likelyCause: 'body_rewritten', explanation: 'It was written again.' },
  })
  for (const status of [200, 403]) {
    const error = await errorOf(status, ERROR, { verify })
    assert.ok(error instanceof ReplyForged)
    assert.equal(error.likelyCause, 'body_rewritten')
    assert.match(error.message, /cannot be believed\. It was written again\./)
  }
  const missing = await errorOf(200, '{"out_trade_no":"T2"}')
  assert.ok(missing instanceof ReplyForged && missing.likelyCause === undefined)
})

test('where no repetition helps, a forged reply says what to fix, and a charge what may have become of it', async () => {
  for (const [fault, fixed] of [
    [{ reason: 'unknown_serial', explanation: '' }, /set trust/],
    [{ reason: 'mismatch', likelyCause: 'wrong_key', explanation: '' }, /set trust/],
    [{ reason: 'foreign_scheme', explanation: '' }, /suite: shangmi/],
    [{ reason: 'clock', explanation: '' }, /clock/],
  ] as const) {
    const { whatToDo } = await errorOf(200, '{"out_trade_no":"T1"}', { verify: async () => fault })
    assert.match(whatToDo, fixed)
    assert.doesNotMatch(whatToDo, /ask again/)
    const reply = { status: 200, header: () => undefined, body: Buffer.from('{}') }
    const judgement = await judgeReply('parking.createTransaction', {}, reply, async () => fault)
    assert.ok('error' in judgement)
    assert.match(judgement.error.whatToDo, /Keep the gate closed and call queryTransaction/)
    assert.match(judgement.error.whatToDo, fixed)
  }
  assert.match((await errorOf(200, ERROR, { verify: fake })).whatToDo, /ask again/)
})

test('an error page of something in between does not break the reading', async () => {
  const error = await errorOf(502, `<html>\n<h1>Bad Gateway</h1>${'x'.repeat(500)}`, { isSigned: false })
  assert.ok(error instanceof SystemError)
  assert.equal(error.code, undefined)
  assert.match(error.message, /<html> <h1>Bad Gateway/)
  assert.ok(error.message.length < 250)
})
