import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import express from 'express'
import Fastify from 'fastify'
import {
  createWebhookReceiver,
  merchantClient,
  type Notice,
  type NoticeHandler,
  NoticeRefused,
} from '../../src/sdk/index.ts'
import { type TestPlatform, webhookSink } from '../../src/testing/index.ts'
import { platformUnderTest } from '../platform.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf } from './car-park.ts'
import { sharedPlatform } from './shared-platform.ts'
import { listen, SERVERS, type WebhookServer } from './webhook-servers.ts'

const thePlatform = sharedPlatform()

const neverHandled: NoticeHandler = () => assert.fail('A notice was handled that is none')

/** Parks and charges a car, with its notices going to a URL; the deduction and the delivery are done on return. */
async function parkACar(platform: TestPlatform, url: string): Promise<string> {
  const { parking } = merchantClient(optionsOf(platform, DIRECT))
  const charge = chargeRequest(await parking.createParking(entryRequest(url)), url)
  await parking.createTransaction(charge)
  await platform.runDue()
  return charge.out_trade_no
}

/** What the platform has on record of its deliveries to a URL. */
function attempts(
  { platform }: TestPlatform,
  url: string,
): Promise<{ reply_status: number; reply_body: string }[]> {
  return platform.db.all(
    `SELECT a.reply_status, a.reply_body FROM notice_attempts a JOIN notices n ON n.id = a.notice_id
      WHERE n.notify_url = $1 ORDER BY a.attempt`,
    url,
  )
}

/** A real notice with its headers, taken from the wire. */
async function realNotice(t: TestContext, platform: TestPlatform) {
  const sink = await webhookSink()
  t.after(sink.close)
  await parkACar(platform, sink.url)
  return sink.next()
}

async function started(t: TestContext, server: Promise<WebhookServer>): Promise<string> {
  const { url, close } = await server
  t.after(close)
  return url
}

for (const [name, start] of Object.entries(SERVERS)) {
  test(`${name}: a real notice arrives verified and typed, and is acknowledged`, async t => {
    const platform = thePlatform()
    const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
    const notices: Notice[] = []
    const url = await started(
      t,
      start(webhooks, notice => notices.push(notice)),
    )

    const out_trade_no = await parkACar(platform, url)
    assert.equal(notices.length, 1)
    const [notice] = notices
    assert.ok(notice?.event_type === 'TRANSACTION.SUCCESS')
    assert.equal(notice.resource.out_trade_no, out_trade_no)
    assert.equal(notice.resource.trade_state, 'SUCCESS')
    assert.equal(notice.resource.amount.total, 888)
    assert.equal(notice.summary, '支付成功')
    assert.deepEqual(await attempts(platform, url), [{ reply_status: 204, reply_body: '' }])
  })

  test(`${name}: a handler that throws is answered with 500 and tells the outside nothing`, async t => {
    const platform = thePlatform()
    const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
    const errors: unknown[] = []
    const failure = new Error('The database password is wrong')
    const handle = async () => Promise.reject(failure)
    const url = await started(t, start(webhooks, handle, { onError: error => errors.push(error) }))

    await parkACar(platform, url)
    assert.deepEqual(await attempts(platform, url), [
      { reply_status: 500, reply_body: '{"code":"FAIL","message":"The receiver has failed"}' },
    ])
    assert.deepEqual(errors, [failure])
  })

  test(`${name}: a notice that was changed is answered with 401 and not handled`, async t => {
    const platform = thePlatform()
    const { headers, body } = await realNotice(t, platform)
    const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
    const errors: unknown[] = []
    const url = await started(t, start(webhooks, neverHandled, { onError: error => errors.push(error) }))

    const { host: _, 'content-length': __, connection: ___, ...signed } = headers as Record<string, string>
    const changed = body.replace('支付成功', '支付失败')
    const answer = await fetch(url, { method: 'POST', headers: signed, body: changed })
    assert.equal(answer.status, 401)
    const failure = (await answer.json()) as { code: string; message: string }
    assert.equal(failure.code, 'FAIL')
    assert.match(failure.message, /raw bytes/)
    assert.ok(errors[0] instanceof NoticeRefused)
    assert.equal((await fetch(url, { method: 'POST', headers: signed, body: '{}' })).status, 401)
    assert.equal((await fetch(url, { method: 'POST' })).status, 401)
  })
}

test('after express.json the handler says what to do, and answers 500 so that nothing is lost', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const errors: unknown[] = []
  const app = express()
  app.use(express.json())
  app.post('/notify', webhooks.expressHandler(neverHandled, { onError: error => errors.push(error) }))
  const url = await started(t, listen(createServer(app)))

  await parkACar(platform, url)
  const [attempt] = await attempts(platform, url)
  assert.equal(attempt?.reply_status, 500)
  assert.match(attempt?.reply_body ?? '', /put express\.raw.*before express\.json/)
  assert.ok(errors[0] instanceof NoticeRefused)
  assert.equal(errors[0].reason, 'body_parsed')
})

test('what an Express 4 parser of another type has left as the body does not hide the bytes', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const notices: Notice[] = []
  const app = express()
  app.use((request, _response, next) => {
    request.body = {}
    next()
  })
  app.post(
    '/notify',
    webhooks.expressHandler(notice => notices.push(notice)),
  )
  const url = await started(t, listen(createServer(app)))
  await parkACar(platform, url)
  assert.equal(notices.length, 1)
})

test("Fastify's other routes keep their JSON parser, and a body above the limit has the platform's form", async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const app = Fastify()
  t.after(() => app.close())
  app.post('/other', async request => request.body)
  app.register(webhooks.fastifyPlugin(neverHandled, { onError: () => {} }), { prefix: '/notify' })

  const other = await app.inject({ method: 'POST', url: '/other', payload: { parsed: true } })
  assert.deepEqual(other.json(), { parsed: true })
  const payload = Buffer.alloc(256 * 1024 + 1)
  const headers = { 'content-type': 'application/json' }
  const tooLarge = await app.inject({ method: 'POST', url: '/notify', payload, headers })
  assert.equal(tooLarge.statusCode, 413)
  assert.equal(tooLarge.json().code, 'FAIL')
})

test('a body above the limit is answered with 413 as soon as the limit is passed, and its rest is not read', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const handler = webhooks.nodeHandler(neverHandled, { onError: () => {} })
  const { port } = new URL(await started(t, listen(createServer(handler))))

  const socket = connect(Number(port), '127.0.0.1')
  socket.write('POST /notify HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n')
  socket.write(Buffer.alloc(256 * 1024 + 1))
  let answer = ''
  for await (const chunk of socket) answer += chunk
  assert.match(answer, /^HTTP\/1\.1 413 .*Connection: close.*"code":"FAIL"/s)
})

test('anything but a POST is answered with 405', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const url = await started(t, listen(createServer(webhooks.nodeHandler(neverHandled))))
  assert.equal((await fetch(url)).status, 405)
  assert.equal((await webhooks.fetchHandler(neverHandled)(new Request('http://a/'))).status, 405)
})

test('a receiver of a client without certificates downloads them for its first notice', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const { webhooks } = merchantClient({ ...optionsOf(platform, DIRECT), trust: { certificates: [] } })
  const { headers, body } = await realNotice(t, platform)
  assert.equal((await webhooks.readNotice(body, headers)).event_type, 'TRANSACTION.SUCCESS')
})

test('a notice that needs certificates which cannot be had is answered with 503, to come again', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const { headers, body } = await realNotice(t, platform)
  const nowhere = { baseUrl: 'http://127.0.0.1:9', retries: 0, trust: { certificates: [] } }
  const { webhooks } = merchantClient({ ...optionsOf(platform, DIRECT), ...nowhere })
  await assert.rejects(webhooks.readNotice(body, headers), { reason: 'keys_unavailable', status: 503 })
})

test('a receiver without a client reads notices signed with either kind of key that it was given', async t => {
  for (const trust of ['CERTIFICATE', 'PUBLIC_KEY'] as const) {
    const platform = await platformUnderTest(t, { trust })
    const { apiv3Key, trust: both } = optionsOf(platform, DIRECT, 'both')
    const { headers, body } = await realNotice(t, platform)
    const notice = await createWebhookReceiver({ apiv3Key, trust: both }).readNotice(body, headers)
    assert.equal(notice.event_type, 'TRANSACTION.SUCCESS')
  }
})

test('the echo comes back as a notice whose encrypted half opens with the merchant key', async t => {
  const platform = thePlatform()
  const { security, sensitive, webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const sink = await webhookSink()
  t.after(sink.close)
  const encrypted_echo_message = await sensitive.encrypt('secret')
  await security.securityEcho({ echo_message: 'open', encrypted_echo_message, notify_url: sink.url })
  await platform.runDue()
  const { body, headers } = await sink.next()
  const notice = await webhooks.readNotice(body, headers)
  assert.ok(notice.event_type === 'SECURITY_ECHO.SUCCESS')
  assert.equal(notice.resource.echo_message, 'open')
  assert.equal(sensitive.decrypt(notice.resource.encrypted_echo_message ?? ''), 'secret')
})
