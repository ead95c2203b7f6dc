import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { afterEach, test } from 'node:test'
import { Agent, type RequestInit, fetch as undiciFetch } from 'undici'
import { type AttemptReport, type ClientOptions, mayOpenGate, merchantClient } from '../../src/sdk/index.ts'
import type { TestFault } from '../../src/testing/index.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf, plateRequest } from './car-park.ts'
import { sharedPlatform } from './shared-platform.ts'
import { SERVERS } from './webhook-servers.ts'

// The SDK on the days that hurt, as the platform's own faults make them.

const thePlatform = sharedPlatform({ backup: true, tls: true })

afterEach(async () => {
  const { platform, faults } = thePlatform()
  const rules = await platform.db.all<{ fault_id: string }>('SELECT fault_id FROM faults')
  for (const { fault_id } of rules) await faults.remove(fault_id)
})

/** A client of the main access point whose attempts are written down, with an entry that can be charged. */
async function clientWithEntry(more: Partial<ClientOptions> = {}) {
  const platform = thePlatform()
  const attempts: AttemptReport[] = []
  const onAttempt = (report: AttemptReport) => void attempts.push(report)
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), ...more, onAttempt })
  const charge = chargeRequest(await parking.createParking(entryRequest()))
  attempts.length = 0
  const ordersOfStay = () =>
    platform.platform.db.all<{ out_trade_no: string }>(
      'SELECT out_trade_no FROM parking_charges WHERE parking_id = $1',
      charge.parking_info.parking_id,
    )
  return { platform, parking, charge, attempts, ordersOfStay }
}

test('when api is down the SDK asks api2, and comes back to the call with the same numbers', async () => {
  const { platform, parking, charge, attempts, ordersOfStay } = await clientWithEntry({
    fallbackUrl: thePlatform().backupUrl ?? '',
  })
  await platform.faults.put({ kind: 'HOST_DOWN', host: 'api' })
  assert.ok(mayOpenGate(await parking.createTransaction(charge)))
  assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  assert.deepEqual(
    attempts.map(({ host, status }) => [host === platform.backupUrl, status]),
    // Only the first call pays for finding out.
    [
      [false, undefined],
      [true, 200],
      [true, 200],
    ],
  )
  assert.deepEqual(await ordersOfStay(), [{ out_trade_no: charge.out_trade_no }])
})

for (const kind of [
  'REPLY_LOST',
  'REPLY_TRUNCATED',
  'CONNECTION_RESET',
  'ERROR_BEFORE_COMMIT',
  'ERROR_AFTER_COMMIT',
] as const) {
  test(`${kind} once: the repeated charge succeeds, and there is one order`, async () => {
    const { platform, parking, charge, attempts, ordersOfStay } = await clientWithEntry()
    await platform.faults.put({ kind, call: 'parking.createTransaction', count: 1 })
    assert.ok(mayOpenGate(await parking.createTransaction(charge)))
    assert.equal(attempts.length, 2)
    assert.deepEqual(await ordersOfStay(), [{ out_trade_no: charge.out_trade_no }])
  })
}

for (const [kind, name] of [
  ['REPLY_LOST', 'NetworkError'],
  ['REPLY_TRUNCATED', 'NetworkError'],
  ['ERROR_AFTER_COMMIT', 'SystemError'],
  ['REPLY_WRONG_SIGNATURE', 'ReplyForged'],
  ['REPLY_PROBE', 'ReplyForged'],
] as const) {
  test(`${kind} always: the outcome is unknown, and the query finds the one order`, async () => {
    const { platform, parking, charge, ordersOfStay } = await clientWithEntry()
    await platform.faults.put({ kind, call: 'parking.createTransaction' })
    await assert.rejects(parking.createTransaction(charge), { name, whatToDo: /queryTransaction/ })
    assert.equal(
      (await parking.queryTransaction({ out_trade_no: charge.out_trade_no })).trade_state,
      'ACCEPTED',
    )
    assert.deepEqual(await ordersOfStay(), [{ out_trade_no: charge.out_trade_no }])
  })
}

test('a reply that does not come in time is repeated', async () => {
  const { platform, parking, charge, attempts } = await clientWithEntry({ timeoutMs: 3_000 })
  await platform.faults.put({
    kind: 'LATENCY',
    delay_ms: 30_000,
    call: 'parking.createTransaction',
    count: 1,
  })
  assert.ok(mayOpenGate(await parking.createTransaction(charge)))
  assert.deepEqual(
    attempts.map(({ status }) => status),
    [undefined, 200],
  )
})

test('a charge over a limit is reported, and nothing is done', async () => {
  const { platform, parking, charge, ordersOfStay } = await clientWithEntry()
  await platform.faults.put({ kind: 'RATE_LIMITED', call: 'parking.createTransaction' } satisfies TestFault)
  await assert.rejects(parking.createTransaction(charge), { name: 'RateLimited' })
  assert.deepEqual(await ordersOfStay(), [])
})

test('the real names over TLS, for a client that is led here and trusts only the private CA', async t => {
  const platform = thePlatform()
  const { url = '', ca = '' } = platform.tls ?? {}
  const lookup: LookupFunction = (_name, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4)
  const fetchBy = (connect: object) => {
    const dispatcher = new Agent({ connect: { lookup, ...connect } })
    t.after(() => dispatcher.close())
    return ((target: string, init: RequestInit) =>
      undiciFetch(target, { ...init, dispatcher })) as unknown as typeof fetch
  }
  const { port } = new URL(url)
  const hosts = {
    baseUrl: `https://api.mch.weixin.qq.com:${port}`,
    fallbackUrl: `https://api2.mch.weixin.qq.com:${port}`,
  }
  await platform.faults.put({ kind: 'HOST_DOWN', host: 'api', count: 1 })
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), ...hosts, fetch: fetchBy({ ca }) })
  assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  const distrusting = merchantClient({ ...optionsOf(platform, DIRECT), ...hosts, fetch: fetchBy({}) })
  await assert.rejects(distrusting.parking.queryPlateService(plateRequest), {
    name: 'NotSent',
    whatToDo: /NODE_EXTRA_CA_CERTS/,
  })
})

test('the receiver refuses a probe, and takes the genuine notice that follows', async t => {
  const platform = thePlatform()
  const { parking, webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const taken: string[] = []
  const server = await SERVERS['node:http']?.(webhooks, ({ id }) => taken.push(id))
  assert.ok(server)
  t.after(server.close)
  // The notices of the tests before this one.
  await platform.runDue()
  await platform.faults.put({ kind: 'NOTICE_PROBE', count: 1 })
  await parking.createTransaction(chargeRequest(await parking.createParking(entryRequest()), server.url))
  await platform.runDue()
  assert.deepEqual(taken, [])
  const { db } = platform.platform
  const [first] = await db.all<{ id: string; reply_status: number; failure: string }>(
    `SELECT n.id, reply_status, failure FROM notice_attempts a JOIN notices n ON n.id = a.notice_id WHERE notify_url = $1`,
    server.url,
  )
  assert.equal(first?.reply_status, 401)
  assert.match(first.failure, /NOTICE_PROBE/)
  await db.run('UPDATE notices SET due_at = 0 WHERE id = $1', first.id)
  await platform.runDue()
  assert.deepEqual(taken, [first.id])
})
