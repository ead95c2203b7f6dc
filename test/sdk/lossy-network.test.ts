import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AttemptReport, type ClientOptions, mayOpenGate, merchantClient } from '../../src/sdk/index.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf, plateRequest } from './car-park.ts'
import { manInTheMiddle, unsigned, withText } from './man-in-the-middle.ts'
import { sharedPlatform } from './shared-platform.ts'

const thePlatform = sharedPlatform()

const SYSTEM_ERROR = { code: 'SYSTEM_ERROR', message: '系统繁忙，请稍后重试' }

/** A client whose requests pass a proxy, with an entry that can be charged. */
async function clientBehindProxy(t: TestContext, more: Partial<ClientOptions> = {}) {
  const platform = thePlatform()
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const direct = merchantClient(optionsOf(platform, DIRECT))
  const charge = chargeRequest(await direct.parking.createParking(entryRequest()))
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), baseUrl: middle.url, ...more })
  return { platform, middle, parking, charge }
}

/** Nobody listens at so low a port, and unlike some others `fetch` does not refuse it by itself. */
const NOBODY = 'http://127.0.0.1:2'

/** The same request, signed anew: same bytes, another nonce. */
function assertRepeated(
  seen: { target: string; body: string; headers: { authorization?: string } }[],
  times: number,
) {
  assert.equal(seen.length, times)
  assert.equal(new Set(seen.map(({ target, body }) => `${target}\n${body}`)).size, 1)
  assert.equal(new Set(seen.map(({ headers }) => headers.authorization)).size, times)
}

for (const [name, action] of [
  ['a connection that is reset', 'reset'],
  ['HTTP 500', unsigned(500, SYSTEM_ERROR)],
  ['HTTP 502 from a gateway', unsigned(502)],
  ['HTTP 503', unsigned(503, { code: 'SERVICE_UNAVAILABLE', message: '' })],
] as const) {
  test(`after ${name} a charge is sent again with the same bytes and a fresh signature, and accepted once`, async t => {
    const { middle, parking, charge } = await clientBehindProxy(t)
    middle.plan(action, action)
    assert.ok(mayOpenGate(await parking.createTransaction(charge)))
    assertRepeated(middle.seen, 3)
  })
}

test('a charge whose reply is lost is sent again and answered from the one order that it made', async t => {
  const { platform, middle, parking, charge } = await clientBehindProxy(t)
  middle.plan('lose_reply', 'lose_reply')
  assert.ok(mayOpenGate(await parking.createTransaction(charge)))
  assertRepeated(middle.seen, 3)
  const { parking_id } = charge.parking_info
  const ofEntry = 'SELECT out_trade_no FROM parking_charges WHERE parking_id = $1'
  const orders = await platform.platform.db.all(ofEntry, parking_id)
  assert.deepEqual(orders, [{ out_trade_no: charge.out_trade_no }])
})

test('a reply that does not come within the time limit is not waited for', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t, { timeoutMs: 3_000 })
  middle.plan('hang')
  assert.ok(mayOpenGate(await parking.createTransaction(charge)))
  assertRepeated(middle.seen, 2)
})

test('when nothing answers the outcome is unknown, after exactly as many attempts as were asked for', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t, { retries: 1, timeoutMs: 1_000 })
  middle.plan('hang', 'hang')
  await assert.rejects(parking.createTransaction(charge), {
    name: 'NetworkError',
    status: undefined,
    message: /no reply from http:.* longer than 1000 ms/,
    whatToDo: /Keep the gate closed and call queryTransaction/,
  })
  assert.equal(middle.seen.length, 2)
})

test('when every attempt is answered with 500 the outcome is unknown', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  middle.plan(...[1, 2, 3].map(() => unsigned(500, SYSTEM_ERROR)))
  await assert.rejects(parking.createTransaction(charge), { name: 'SystemError', code: 'SYSTEM_ERROR' })
  assert.equal(middle.seen.length, 3)
})

test('a refusal after a lost reply is not taken for the outcome of the charge', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  middle.plan('lose_reply', unsigned(400, { code: 'INVALID_REQUEST', message: '场景信息和停车入场ID不匹配' }))
  await assert.rejects(parking.createTransaction(charge), {
    name: 'OutcomeUnknown',
    code: 'INVALID_REQUEST',
    whatToDo: /queryTransaction/,
  })
  const { out_trade_no } = charge
  assert.equal((await parking.queryTransaction({ out_trade_no })).trade_state, 'ACCEPTED')
})

test('a refusal by the second host is one when there was no connection to the first', async t => {
  const { platform, charge } = await clientBehindProxy(t)
  const hosts = { baseUrl: NOBODY, fallbackUrl: platform.baseUrl }
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), ...hosts })
  const unknown = { ...charge, parking_info: { ...charge.parking_info, parking_id: 'unknown' } }
  await assert.rejects(parking.createTransaction(unknown), { name: 'InvalidRequest' })
})

test('a refusal is final: it is not sent again', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  const { amount, ...withoutAmount } = charge
  await assert.rejects(parking.createTransaction(withoutAmount as typeof charge), {
    name: 'ParameterError',
    verified: false,
  })
  assert.equal(amount.total, 888)
  assert.equal(middle.seen.length, 1)
})

test('a rate limit is waited for by a query and reported by a charge', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  const limited = unsigned(429, { code: 'RATELIMIT_EXCEEDED', message: '达到调用速率限制' })
  middle.plan(limited, 'pass', limited)
  assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  assert.equal(middle.seen.length, 2)
  await assert.rejects(parking.createTransaction(charge), {
    name: 'RateLimited',
    whatToDo: /queryTransaction/,
  })
  assert.equal(middle.seen.length, 3)
})

test('after HTTP 202 the call is repeated until there is a result', async t => {
  const { middle, parking } = await clientBehindProxy(t)
  middle.plan(reply => ({ ...reply, status: 202 }))
  assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  assertRepeated(middle.seen, 2)
})

test('when the host cannot be reached the other one is called, and first from then on', async () => {
  const platform = thePlatform()
  const reports: AttemptReport[] = []
  const { parking } = merchantClient({
    ...optionsOf(platform, DIRECT),
    baseUrl: NOBODY,
    fallbackUrl: platform.baseUrl,
    onAttempt: report => reports.push(report),
  })
  await parking.queryPlateService(plateRequest)
  await parking.queryPlateService(plateRequest)
  assert.deepEqual(
    reports.map(({ host, attempt, status }) => [host === platform.baseUrl, attempt, status]),
    [
      [false, 1, undefined],
      [true, 2, 200],
      [true, 1, 200],
    ],
  )
  assert.match(reports[0]?.error?.message ?? '', /ECONNREFUSED/)
})

test('a host that is reset in the middle of a charge is left for the other one, with the same numbers', async t => {
  const { platform, middle, charge } = await clientBehindProxy(t)
  const other = await manInTheMiddle(platform.baseUrl)
  t.after(other.close)
  const hosts = { baseUrl: middle.url, fallbackUrl: other.url }
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), ...hosts })
  middle.plan('lose_reply')
  assert.ok(mayOpenGate(await parking.createTransaction(charge)))
  assertRepeated([...middle.seen, ...other.seen], 2)
  assert.equal(other.seen.length, 1)
})

test('a redirection is not followed, and neither a success nor a refusal', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  const redirection = unsigned(302)
  middle.plan({
    ...redirection,
    headers: { ...redirection.headers, location: `${middle.url}/v3/certificates` },
  })
  await assert.rejects(parking.createTransaction(charge), { name: 'OutcomeUnknown', status: 302 })
  assert.equal(middle.seen.length, 1)
})

test('an empty 404 is no missing order', async t => {
  const { middle, parking } = await clientBehindProxy(t)
  middle.plan(unsigned(404))
  await assert.rejects(parking.queryTransaction({ out_trade_no: '1' }), {
    name: 'WechatPayError',
    whatToDo: /baseUrl/,
  })
})

test('a reply without end is not read to its end', async t => {
  const { middle, parking } = await clientBehindProxy(t, { retries: 0 })
  middle.plan(withText('{', `{"padding":"${'x'.repeat(1024 * 1024)}",`))
  await assert.rejects(parking.queryPlateService(plateRequest), {
    name: 'NetworkError',
    message: /larger than 1048576/,
  })
})
