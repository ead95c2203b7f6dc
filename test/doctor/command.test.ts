import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { CHECKS } from '../../src/doctor/checks.ts'
import type { DoctorReport } from '../../src/doctor/run-doctor.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { runCommand, startCommand } from '../served-platform.ts'
import { changeable } from './examine.ts'
import { startMerchant } from './merchant.ts'

const running = await platformUnderTest({ after }, { workers: true })
/** Nobody listens here. */
const NOWHERE = 'http://127.0.0.1:9/gate'

const doctor = (t: TestContext, ...words: string[]) =>
  runCommand(t, ['doctor', '--data', running.folder, ...words])

/** The command could not run, and its one line says what to do. */
async function couldNotRun(t: TestContext, words: string[], why: RegExp): Promise<void> {
  const { code, stdout, stderr } = await runCommand(t, ['doctor', ...words])
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
  assert.match(stderr, why)
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr)
}

/** A gate adapter that answers everything with the same. */
async function constantAdapter(t: TestContext, status: number, body: string): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(body))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>(resolve => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A web server that has no gate adapter at this path. */
async function pathsAdapter(t: TestContext, statusOf: (request: IncomingMessage) => number): Promise<string> {
  const server = createServer((request, response) =>
    response.writeHead(statusOf(request)).end('no such path'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>(resolve => server.close(() => resolve())))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('when the program ends, one check has failed by it and the others are skipped', async t => {
  const server = createServer((_request, response) => {
    response.writeHead(404, { Connection: 'close' }).end()
    server.close()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const gate = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { code, stdout } = await doctor(t, '--gate', gate, '--json')
  const { failed, skipped, checks } = JSON.parse(stdout) as DoctorReport
  assert.deepEqual([code, failed, skipped], [1, 1, CHECKS.length - 1])
  const [stay, next] = checks
  assert.match(JSON.stringify(stay), /"stay".*"FAILED".*Nobody answers.*start it again/)
  assert.match(JSON.stringify(next), /"SKIPPED".*has stopped answering/)
})

test('a number that never calls is refused', t =>
  couldNotRun(
    t,
    ['--data', running.folder, '--gate', NOWHERE, '--mchid', '1900000109'],
    /1900000109 is a sub-merchant and never calls/,
  ))

test('a merchant whose notices are paused gets none, so it is not examined', async t => {
  const admin = adminClient(running)
  await admin.put('/merchants/1230000109', { notices_paused: true })
  t.after(() => admin.put('/merchants/1230000109', { notices_paused: false }))
  await couldNotRun(
    t,
    ['--data', running.folder, '--gate', NOWHERE],
    /notices of 1230000109 are paused.*PUT \/merchants\/1230000109 \{"notices_paused": false\}/,
  )
})

test('without a gate adapter, a platform or its token the command ends with 2 and says what to do', async t => {
  const data = ['--data', running.folder]
  await couldNotRun(
    t,
    [...data, '--gate', NOWHERE],
    /Nobody answers at the gate adapter .*Start the merchant's program/,
  )
  await couldNotRun(t, [...data], /name the adapter of the merchant's program with --gate or --shop/)
  await couldNotRun(
    t,
    ['--data', '/nowhere', '--gate', NOWHERE],
    /admin\.json cannot be read\. Start the platform/,
  )
  const admin = ['--admin-url', 'http://127.0.0.1:9', '--admin-token', 'secret', '--gate', NOWHERE]
  await couldNotRun(
    t,
    admin,
    /administration does not answer at http:\/\/127\.0\.0\.1:9: \S.*\. Start the platform/,
  )
  await couldNotRun(t, [...admin.slice(0, 2), '--gate', NOWHERE], /Give both --admin-url and --admin-token/)
  const wrong = ['--admin-url', running.admin.url, '--admin-token', 'wrong', '--gate', NOWHERE]
  await couldNotRun(t, wrong, /with 401: Send `Authorization: Bearer <token>`/)
  await couldNotRun(
    t,
    [...data, '--gate', NOWHERE, '--mchid', '1999999999'],
    /404: There is no merchant number 1999999999/,
  )
  await couldNotRun(
    t,
    [...data, '--gate', NOWHERE, '--only', 'probe,nope'],
    /There is no check nope; there are stay, /,
  )
  await couldNotRun(t, [...data, '--gate', NOWHERE, '--time-limit', '0'], /whole number from 1 to 3600/)
})

test('the table has a line for each check, says what was found and what to do, and ends with a summary', async t => {
  const gate = await startMerchant(t, running, { takes: ['probe'] })
  const { code, stdout, stderr } = await doctor(t, '--gate', gate, '--only', 'probe,backup-host')
  assert.deepEqual({ code, stderr }, { code: 1, stderr: '' })
  const remedy = CHECKS.find(({ id }) => id === 'probe')?.remedy
  assert.deepEqual(stdout.replaceAll(/\d+\.\d s/g, '0.0 s').split('\n'), [
    'PASSED   stay                    0.0 s  A car that can be charged leaves · 停车扣费受理后抬杆',
    'PASSED   answer-time             0.0 s  Notices are answered within 5 s · 5 秒内应答通知',
    'PASSED   booked                  0.0 s  A payment that is reported is booked · 支付成功通知入账',
    'FAILED   probe                   0.0 s  A probe is refused · 签名探测流量',
    '         Found: A probe, whose signature begins with WECHATPAY/SIGNTEST/, was taken: it was answered with HTTP 204.',
    `         To do: ${remedy}`,
    'SKIPPED  backup-host             0.0 s  The backup access point is used · 主域名不可用',
    '         Give --backup-host if the program has a second access point.',
    '',
    '3 passed, 1 failed, 1 skipped in 0.0 s.',
    'Left behind: payers whose names begin with doctor, and the entries, orders and refunds.',
    '',
  ])
})

test('the report is the same as JSON, and nothing else is on standard output', async t => {
  const gate = await startMerchant(t, running, { takes: ['probe'] })
  const { url, token } = running.admin
  const address = ['--admin-url', url, '--admin-token', token]
  const { code, stdout } = await runCommand(t, [
    'doctor',
    ...address,
    '--json',
    '--gate',
    gate,
    '--only',
    'probe',
  ])
  const report = JSON.parse(stdout) as DoctorReport
  assert.equal(code, 1)
  const { checks, start_time, duration_ms, left_behind, ...rest } = report
  assert.deepEqual(rest, {
    mchid: '1230000109',
    gate,
    passed: 3,
    failed: 1,
    errors: 0,
    skipped: 0,
    put_back: [],
  })
  assert.match(start_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/)
  assert.ok(Number.isInteger(duration_ms) && left_behind.length === 1)
  const failed = checks.at(-1)
  assert.deepEqual(Object.keys(failed ?? {}).toSorted(), [
    ...['duration_ms', 'found', 'id', 'result', 'title', 'title_zh', 'what_to_do'],
  ])
})

test('an adapter whose answers are not understood fails the check, and the finding says what it must answer', async t => {
  for (const [status, body, found] of [
    [
      200,
      '{"gate": "open"}',
      /GET \/orders\/doctor-is-there is not understood: state is one of UNPAID, PAID/,
    ],
    [500, 'broken', /answered GET \/orders\/doctor-is-there with HTTP 500: broken/],
    [200, '[]', /the answer is a JSON object, and it was "\[\]"/],
  ] as const) {
    const gate = await constantAdapter(t, status, body)
    await couldNotRun(t, ['--data', running.folder, '--gate', gate], found)
  }
})

test('a gate whose path is wrong is said at once, whatever its server answers there, and no check is listed', async t => {
  const admin = adminClient(running)
  const before = await changeable(admin)
  for (const status of [404, 405]) {
    // Only the lookup of an order may be a 404 for another reason.
    const gate = await pathsAdapter(t, request => (request.url?.includes('/orders/') ? 404 : status))
    await couldNotRun(
      t,
      ['--data', running.folder, '--gate', `${gate}/gates`],
      new RegExp(
        `^error: There is no gate adapter at ${gate}/gates: POST /enter was answered with HTTP ${status} .no such path.\\. Name .* --gate`,
      ),
    )
  }
  assert.deepEqual(await changeable(admin), before)
  await couldNotRun(
    t,
    ['--data', running.folder, '--gate', '127.0.0.1:3000/gate'],
    /It must be a URL, such as http:/,
  )
})

test('an interrupt ends the run with 2, and nothing stays changed', async t => {
  const gate = await startMerchant(t, running, { leaves: 0 })
  const command = startCommand(t, [
    ...['doctor', '--data', running.folder, '--gate', gate, '--only', 'reply-lost'],
  ])
  const admin = adminClient(running)
  const plates = async () => (await admin.get<{ data: unknown[] }>('/plates?payer_id=doctor')).data.length
  while ((await plates()) === 0) await new Promise(setImmediate)
  command.child.kill('SIGINT')
  const { code, stdout } = await command.ended
  assert.equal(code, 2)
  assert.match(stdout, /^SKIPPED {2}stay .*\n {9}The run was ended\.\nSKIPPED {2}reply-lost/)
  assert.equal(await plates(), 0)
})
