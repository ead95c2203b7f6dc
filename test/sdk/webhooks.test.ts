import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { bodyParser } from '@koa/bodyparser'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import {
  AnswerNotWritten,
  createWebhookReceiver,
  merchantClient,
  type Notice,
  type NoticeHandler,
  NoticeRefused,
  type WebhookReceiver,
} from '../../src/sdk/index.ts'
import { type TestPlatform, webhookSink } from '../../src/testing/index.ts'
import { platformUnderTest } from '../platform.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf } from './car-park.ts'
import { sharedPlatform } from './shared-platform.ts'
import { listen, nest, SERVERS, type WebhookServer } from './webhook-servers.ts'

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

  test(`${name}: a handler that throws is answered with 500 and shows nothing of the cause`, async t => {
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

type Report = (error: unknown) => void

/** Reads a request to its end, as a logger or a parser does that leaves nothing behind. */
async function swallow(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

/** Servers that have read the body before the handler sees it. */
const ALREADY_READ: Record<string, (webhooks: WebhookReceiver, onError: Report) => Promise<WebhookServer>> = {
  'node:http after something that reads the body': async (webhooks, onError) => {
    const answer = webhooks.nodeHandler(neverHandled, { onError })
    return listen(
      createServer(async (request, response) => {
        await swallow(request)
        answer(request, response)
      }),
    )
  },
  'node:http after something that has begun to': async (webhooks, onError) => {
    const answer = webhooks.nodeHandler(neverHandled, { onError })
    return listen(createServer((request, response) => request.once('data', () => answer(request, response))))
  },
  'Express after express.json': async (webhooks, onError) => {
    const app = express().use(express.json())
    app.post('/notify', webhooks.expressHandler(neverHandled, { onError }))
    return listen(createServer(app))
  },
  'Express after a parser that keeps nothing': async (webhooks, onError) => {
    const app = express().use(async (request, _response, next) => {
      await swallow(request)
      next()
    })
    app.post('/notify', webhooks.expressHandler(neverHandled, { onError }))
    return listen(createServer(app))
  },
  'Koa after a body parser': async (webhooks, onError) => {
    const answer = webhooks.nodeHandler(neverHandled, { onError })
    const app = new Koa().use(bodyParser()).use(context => {
      context.respond = false
      answer(context.req, context.res)
    })
    return listen(createServer(app.callback()))
  },
  'Nest without rawBody': (webhooks, onError) =>
    nest(webhooks.expressHandler(neverHandled, { onError }), false),
  "Fastify's request.raw after its JSON parser": async (webhooks, onError) => {
    const answer = webhooks.nodeHandler(neverHandled, { onError })
    const app = Fastify()
    app.post('/notify', (request, reply) => {
      reply.hijack()
      answer(request.raw, reply.raw)
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `${url}/notify`, close: () => app.close() }
  },
  "Fastify's plugin after a hook that reads the body": async (webhooks, onError) => {
    const app = Fastify()
    app.addHook('onRequest', request => swallow(request.raw))
    app.register(webhooks.fastifyPlugin(neverHandled, { onError }), { prefix: '/notify' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `${url}/notify`, close: () => app.close() }
  },
}

for (const [name, start] of Object.entries(ALREADY_READ)) {
  test(`${name}: the answer is 500 at once, so that nothing is lost, and says what to do`, async t => {
    const platform = thePlatform()
    const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
    const errors: unknown[] = []
    const url = await started(
      t,
      start(webhooks, error => errors.push(error)),
    )
    await parkACar(platform, url)
    const [attempt] = await attempts(platform, url)
    assert.equal(attempt?.reply_status, 500)
    assert.match(attempt?.reply_body ?? '', /"FAIL".*put express\.raw.*before express\.json.*Koa.*Nest/)
    assert.equal(errors.length, 1)
    assert.ok(errors[0] instanceof NoticeRefused)
    assert.equal(errors[0].reason, 'body_parsed')
  })
}

test('a Request whose body was read before is answered with 500 at once; a clone of it can still be read', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const { headers, body } = await realNotice(t, platform)
  const { host: _, 'content-length': __, connection: ___, ...signed } = headers as Record<string, string>
  const fresh = () => new Request('http://a/notify', { method: 'POST', headers: signed, body })
  for (const read of [
    (request: Request) => request.json(),
    (request: Request) => request.text(),
    (request: Request) => request.arrayBuffer(),
    // Somebody else is about to read it.
    async (request: Request) => request.body?.getReader(),
  ]) {
    const errors: unknown[] = []
    const answer = webhooks.fetchHandler(neverHandled, { onError: error => errors.push(error) })
    const request = fresh()
    await read(request)
    const response = await answer(request)
    assert.equal(response.status, 500)
    assert.ok(errors[0] instanceof NoticeRefused)
    assert.equal(errors[0].reason, 'body_parsed')
    assert.match(errors[0].message, /read before.*clone\(\)/)
  }
  const request = fresh()
  await request.clone().json()
  assert.equal((await webhooks.fetchHandler(() => {})(request)).status, 204)
})

test('a body of which somebody wants texts is still its bytes', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  for (const encoding of ['utf8', 'latin1', 'hex'] as const) {
    const notices: Notice[] = []
    const answer = webhooks.nodeHandler(notice => notices.push(notice))
    const server = createServer((request, response) => answer(request.setEncoding(encoding), response))
    await parkACar(platform, await started(t, listen(server)))
    assert.equal(notices.length, 1, encoding)
  }
})

const STREAMED = Object.entries(SERVERS).filter(([name]) => name !== 'fetch handlers')

for (const [name, start] of STREAMED) {
  test(`${name}: an answer for which the sender did not wait is reported`, async t => {
    const { headers, body } = await realNotice(t, thePlatform())
    const { webhooks } = merchantClient(optionsOf(thePlatform(), DIRECT))
    const gone = Promise.withResolvers<void>()
    const reported = Promise.withResolvers<unknown>()
    // The sender goes away while the handler is at work, and the server has seen it when the handler returns.
    const handle: NoticeHandler = () => {
      socket.destroy()
      return gone.promise
    }
    const url = await started(t, start(webhooks, handle, { onError: reported.resolve }))
    const watch = (message: unknown) => {
      const { request } = message as { request: IncomingMessage }
      request.socket.once('close', () => setImmediate(gone.resolve))
    }
    subscribe('http.server.request.start', watch)
    t.after(() => unsubscribe('http.server.request.start', watch))

    const socket = connect(Number(new URL(url).port), new URL(url).hostname)
    const { host: _, connection: __, ...signed } = headers as Record<string, string>
    const lines = Object.entries(signed).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`POST /notify HTTP/1.1\r\nHost: a\r\n${lines.join('')}\r\n${body}`)
    const error = await reported.promise
    assert.ok(error instanceof AnswerNotWritten, String(error))
    assert.equal(error.status, 204)
    assert.match(error.message, /was handled, but the answer 204 could not be written/)
  })
}

test('an answer that something else was faster with is reported, as in Koa without respond = false', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const reported = Promise.withResolvers<unknown>()
  const answer = webhooks.nodeHandler(() => {}, { onError: reported.resolve })
  const app = new Koa().use(context => answer(context.req, context.res))
  const url = await started(t, listen(createServer(app.callback())))
  await parkACar(platform, url)
  const error = await reported.promise
  assert.ok(error instanceof AnswerNotWritten)
  assert.match(error.message, /something else has answered 404 already \(in Koa set ctx\.respond = false\)/)
})

test('a Request that was given up is reported', async t => {
  const platform = thePlatform()
  const { webhooks } = merchantClient(optionsOf(platform, DIRECT))
  const { headers, body } = await realNotice(t, platform)
  const sender = new AbortController()
  const errors: unknown[] = []
  const answer = webhooks.fetchHandler(() => sender.abort(), { onError: error => errors.push(error) })
  const { host: _, 'content-length': __, connection: ___, ...signed } = headers as Record<string, string>
  const init = { method: 'POST', headers: signed, body, signal: sender.signal }
  assert.equal((await answer(new Request('http://a/notify', init))).status, 204)
  assert.ok(errors[0] instanceof AnswerNotWritten)
})

test('what is no handler is found when it is given', () => {
  const { webhooks } = merchantClient(optionsOf(thePlatform(), DIRECT))
  for (const make of [
    webhooks.nodeHandler,
    webhooks.expressHandler,
    webhooks.fetchHandler,
    webhooks.fastifyPlugin,
  ] as ((handle: unknown, options?: unknown) => unknown)[]) {
    assert.throws(() => make(undefined), { name: 'TypeError', message: /^handle must be a function/ })
    assert.throws(() => make(() => {}, { onError: 'log' }), { message: /^onError must be a function/ })
    assert.throws(() => make(() => {}, { onerror: () => {} }), {
      message: /^onerror is no option: write onError/,
    })
  }
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
