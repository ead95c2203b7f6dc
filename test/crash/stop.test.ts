import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { readCredentials, signedRequest } from '../../src/testing/index.ts'
import { chargeOf, entry, type Fields, type Stay } from '../parking.ts'
import { runCommand, type ServedPlatform, servePlatform } from '../served-platform.ts'
import { placeFor } from './place.ts'

// How a platform ends on a signal, and who else may have its folder.

const CREATE = { method: 'POST', target: '/v3/vehicle/parking/parkings' } as const
const CHARGE = { method: 'POST', target: '/v3/vehicle/transactions/parking' } as const

async function park(served: ServedPlatform, fields: Fields = {}): Promise<Stay> {
  const request = entry({ start_time: '2026-01-01T08:00:00+08:00', ...fields })
  const reply = await served.call({ ...CREATE, body: request })
  assert.equal(reply.status, 200, reply.body)
  return { id: JSON.parse(reply.body).id, request } as Stay
}

/** The exit is a minute ago, whatever the machine's clock says. */
function leaving(): { parking_info: Fields } {
  return { parking_info: { end_time: new Date(Date.now() - 60_000).toISOString() } }
}

/** Resolves when nobody takes connections there any more. */
async function untilClosed(baseUrl: string): Promise<void> {
  const { hostname, port } = new URL(baseUrl)
  for (;;) {
    const socket = connect(Number(port), hostname)
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (!open) return
  }
}

test('SIGTERM lets a request under way end well, takes no other, and ends with 0', async t => {
  const place = await placeFor(t)
  const served = await servePlatform(t, place.folder, place.words)
  const merchant = readCredentials(place.folder, '1230000109')
  const body = entry()
  const signed = signedRequest(merchant, { ...CREATE, body })
  // A client that would keep its connection for other requests.
  const agent = new Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const request = httpRequest(`${served.baseUrl}${signed.target}`, {
    method: signed.method,
    agent,
    headers: { ...signed.headers, 'Content-Length': signed.body.length, Expect: '100-continue' },
  })
  const answered = once(request, 'response')
  // The platform has the headers and waits for the body.
  const continued = once(request, 'continue')
  request.flushHeaders()
  await continued

  served.child.kill('SIGTERM')
  await untilClosed(served.baseUrl)
  request.end(signed.body)
  const [response] = await answered
  assert.deepEqual([response.statusCode, response.headers.connection], [200, 'close'])
  let text = ''
  for await (const chunk of response) text += chunk
  const { id } = JSON.parse(text)
  const { code, stderr } = await served.ended
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })

  const again = await servePlatform(t, place.folder, place.words)
  const repeated = await again.call({ ...CREATE, body })
  assert.equal(JSON.parse(repeated.body).id, id)
  await again.stop('SIGTERM')
})

test('SIGTERM waits for a notice that is on its way, and its acknowledgement is on record', async t => {
  const place = await placeFor(t)
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>()
  const receiver = createServer((_request, response) => arrive(() => response.writeHead(204).end()))
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  t.after(() => receiver.close())
  const notify_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`

  const served = await servePlatform(t, place.folder, place.words)
  const charge = chargeOf(await park(served), { notify_url, ...leaving() })
  const reply = await served.call({ ...CHARGE, body: charge })
  assert.equal(reply.status, 200, reply.body)
  const acknowledge = await arrived
  served.child.kill('SIGTERM')
  await untilClosed(served.baseUrl)
  acknowledge()
  const { code, stderr } = await served.ended
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })

  const db = await place.open()
  t.after(() => db.close())
  assert.deepEqual(await db.all('SELECT state, attempts FROM notices'), [{ state: 'DELIVERED', attempts: 1 }])
})

test('a charge that is acknowledged just before SIGTERM is settled by the next process', async t => {
  const place = await placeFor(t)
  const served = await servePlatform(t, place.folder, [...place.words, '--deduction-ladder', '2s'])
  const charge = chargeOf(await park(served), leaving())
  await served.call({ ...CHARGE, body: charge })
  assert.equal((await served.stop('SIGTERM')).code, 0)

  const next = await servePlatform(t, place.folder, place.words)
  const target = `/v3/vehicle/transactions/out-trade-no/${charge.out_trade_no}`
  const stateNow = async () => JSON.parse((await next.call({ method: 'GET', target })).body).trade_state
  let state = await stateNow()
  while (state === 'ACCEPTED') state = await stateNow()
  assert.equal(state, 'SUCCESS')
  await next.stop('SIGTERM')
})

test('a second process on the same data folder is refused with a clear message; the first one goes on', async t => {
  const place = await placeFor(t)
  const first = await servePlatform(t, place.folder, place.words)
  const second = await runCommand(t, ['serve', '--data', place.folder, '--port', '0', ...place.words])
  assert.deepEqual({ code: second.code, stdout: second.stdout }, { code: 1, stdout: '' })
  assert.equal(
    second.stderr,
    `error: The data folder ${place.folder} is in use by another process. Stop it first, or choose another folder.\n`,
  )
  await park(first)
  await first.stop('SIGTERM')
  // The folder is free again, also after a kill.
  const third = await servePlatform(t, place.folder, place.words)
  await third.stop('SIGKILL')
  const fourth = await servePlatform(t, place.folder, place.words)
  assert.equal((await fourth.stop('SIGTERM')).code, 0)
})
