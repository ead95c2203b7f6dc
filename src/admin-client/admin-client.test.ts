import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { AdminClient, AdminError, httpRequestOf } from './admin-client.ts'

const running = await platformUnderTest({ after })
const admin = new AdminClient(running.admin)

async function refused(call: Promise<unknown>): Promise<AdminError> {
  const error = await call.then(
    () => undefined,
    cause => cause,
  )
  assert.ok(error instanceof AdminError, String(error))
  return error
}

test('a request travels by path, query and body as it is declared, whatever characters it has', async () => {
  const payer_id = '安娜 a%2F?&b'
  assert.deepEqual(httpRequestOf('putPayer', { payer_id, score: 650, advance_limit: undefined }), {
    method: 'PUT',
    target: '/admin/v1/payers/%E5%AE%89%E5%A8%9C%20a%252F%3F%26b',
    body: '{"score":650}',
  })
  const { score } = await admin.call('putPayer', { payer_id: '安娜', score: 650 })
  assert.equal(score, 650)
  assert.equal((await admin.call('getPayer', { payer_id: '安娜' })).score, 650)
  const { data, next } = await admin.call('listPayers', { limit: 1, after: undefined })
  assert.equal(data.length, 1)
  const [second] = (await admin.call('listPayers', { limit: 1, after: next })).data
  assert.notEqual(second?.payer_id, data[0]?.payer_id)
  assert.deepEqual(await admin.call('deleteReminder', { reminder_id: 'nothing' }), { reminder_id: 'nothing' })
})

test('a refusal is one error with its status, its kind and the fields that are wrong', async () => {
  const unknown = await refused(admin.call('getPayer', { payer_id: 'nobody' }))
  assert.deepEqual([unknown.status, unknown.code, unknown.field], [404, 'NOT_FOUND', undefined])
  assert.match(unknown.message, /nobody/)
  const wrong = await refused(admin.call('putPayer', { payer_id: 'x', score: -1, advance_limit: 0.5 }))
  assert.deepEqual([wrong.status, wrong.code, wrong.field], [400, 'INVALID_REQUEST', 'score'])
  assert.deepEqual(
    wrong.fields.map(({ field }) => field),
    ['score', 'advance_limit'],
  )
  const stranger = new AdminClient({ ...running.admin, token: 'wrong' })
  const denied = await refused(stranger.call('getClock', {}))
  assert.deepEqual([denied.status, denied.code], [401, 'UNAUTHORIZED'])
})

test('what is no administration, no answer, and a call that was ended are errors of the same kind', async t => {
  const server = createServer((request, reply) => {
    if (request.url?.endsWith('/reminders')) return request.socket.destroy()
    return reply.writeHead(request.url?.endsWith('/clock') ? 502 : 200).end('<html>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const other = new AdminClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: '',
  })
  const gateway = await refused(other.call('getClock', {}))
  assert.deepEqual([gateway.status, gateway.code, gateway.message], [502, 'UNKNOWN', '<html>'])
  assert.equal((await refused(other.call('listFaults', {}))).code, 'UNKNOWN')
  const lost = await refused(other.call('listReminders', {}))
  assert.deepEqual([lost.status, lost.code], [undefined, 'NO_ANSWER'])
  const ended = await refused(admin.call('getClock', {}, { signal: AbortSignal.abort() }))
  assert.equal(ended.code, 'NO_ANSWER')
})
