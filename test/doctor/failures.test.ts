import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import type { DoctorOptions, DoctorReport } from '../../src/doctor/run-doctor.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT } from '../sdk/car-park.ts'
import { type CommandProcess, runCommand, startCommand } from '../served-platform.ts'
import { adminProxy, changeable, examine, type Fate, resultOf } from './examine.ts'
import { startMerchant } from './merchant.ts'

// The platform fails in the middle of a run, or the run itself is killed.

const running = await platformUnderTest({ after }, { workers: true })
const admin = adminClient(running)

const STANDING = ['stay', 'answer-time', 'booked'] as const

/** Examines a merchant without a defect through an administration that lets calls fail. */
async function examineWith(t: TestContext, fateOf: (call: string) => Fate, options: Partial<DoctorOptions>) {
  const address = await adminProxy(t, running, fateOf)
  return examine(running, await startMerchant(t, running), { admin: address, ...options })
}

const resultsOf = ({ checks }: DoctorReport) =>
  Object.fromEntries(checks.map(({ id, result }) => [id, result]))

/** That a check ended in an error, with what was found. */
function assertError({ checks }: DoctorReport, id: string, found: RegExp, toDo: RegExp): void {
  const result = resultOf(checks, id)
  assert.ok(result?.result === 'ERROR', JSON.stringify(result))
  assert.match(result.found, found)
  assert.match(result.what_to_do, toDo)
}

test('a refused call is an error of its check, with the text of the refusal; the others are made', async t => {
  const before = await changeable(admin)
  const refusal = { status: 409, text: '{"detail": "There are 100 rules, which is the limit."}' }
  const report = await examineWith(t, call => (call.startsWith('PUT /faults/') ? refusal : 'passes'), {
    only: ['wrong-signature', 'altered-body', 'rate-limited'],
  })
  const standing = Object.fromEntries(STANDING.map(id => [id, 'PASSED']))
  assert.deepEqual(resultsOf(report), {
    ...standing,
    ...{ 'wrong-signature': 'ERROR', 'altered-body': 'PASSED', 'rate-limited': 'ERROR' },
  })
  assert.deepEqual([report.passed, report.failed, report.errors, report.skipped], [4, 0, 2, 0])
  assertError(report, 'rate-limited', /answered PUT \/faults\/doctor-.* with 409: There are 100/, /Fix what/)
  assert.deepEqual(await changeable(admin), before)
})

test('a fault of the platform says where to look, and a lost connection does not end the run', async t => {
  const fates: Fate[] = [{ status: 500, text: 'broken' }, 'lost']
  const report = await examineWith(
    t,
    call => (call.startsWith('PUT /faults/') ? (fates.shift() ?? 'passes') : 'passes'),
    { only: ['rate-limited', 'platform-down', 'forged-reply'] },
  )
  assertError(report, 'rate-limited', /with 500: broken/, /the platform's log/)
  assertError(
    report,
    'platform-down',
    /does not answer at http.*: PUT \/faults\/.*: \S/,
    /Start the platform/,
  )
  assert.equal(resultOf(report.checks, 'forged-reply')?.result, 'PASSED')
})

test('what cannot be put back after its check is put back by the next one', async t => {
  const before = await changeable(admin)
  let refusals = 2
  const report = await examineWith(
    t,
    call => {
      const isUndo = call.startsWith('DELETE /faults/') && refusals > 0
      if (isUndo) refusals -= 1
      return isUndo ? { status: 500, text: 'broken' } : 'passes'
    },
    { only: ['rate-limited', 'forged-reply'] },
  )
  assert.equal(report.failed, 0, JSON.stringify(report))
  assert.equal(report.left_behind.length, 1)
  assert.deepEqual(await changeable(admin), before)
})

test('what the platform refuses to put back is named as left behind, and the next run puts it back', async t => {
  const before = await changeable(admin)
  let changes = 0
  const report = await examineWith(
    t,
    call => {
      if (call.startsWith('PUT /merchants/')) changes += 1
      // The first three begin the switch, mix the signatures, and end it.
      return changes > 3 ? { status: 500, text: 'broken' } : 'passes'
    },
    { only: ['public-key-switch'] },
  )
  assert.equal(resultOf(report.checks, 'public-key-switch')?.result, 'PASSED')
  assert.match(
    report.left_behind.join(),
    /PUT \/merchants\/1230000109 .* left to the next run \(.*500: broken\)/,
  )
  const next = await examine(running, await startMerchant(t, running), { only: ['stay'] })
  assert.match(next.put_back.join(), /PUT \/merchants\/1230000109 \{"trust_state":/)
  assert.deepEqual(await changeable(admin), before)
})

test('a platform that is gone costs no report: what was found is in it, and the rest is skipped', async t => {
  let isGone = false
  const report = await examineWith(t, () => (isGone ? 'lost' : 'passes'), {
    onResult: ({ id }) => {
      isGone ||= id === 'wrong-signature'
    },
  })
  const results = resultsOf(report)
  for (const id of [...STANDING, 'wrong-signature']) assert.equal(results[id], 'PASSED')
  assert.deepEqual([report.passed, report.failed, report.errors], [4, 0, 1])
  assertError(report, 'altered-body', /does not answer at http/, /Start the platform/)
  assert.match(JSON.stringify(report.checks.at(-2)), /"SKIPPED".*administration does not answer/)
})

test('a platform that is there again is examined with again', async t => {
  const fates: Fate[] = ['lost', 'lost', 'lost']
  let isGone = false
  const report = await examineWith(t, () => (isGone ? (fates.shift() ?? 'passes') : 'passes'), {
    only: ['wrong-signature', 'altered-body', 'unsigned', 'rate-limited'],
    onResult: ({ id }) => {
      isGone ||= id === 'booked'
    },
  })
  // The three go to the check, to what it would put back, and to whether anybody is there.
  const { 'wrong-signature': first, 'rate-limited': last } = resultsOf(report)
  assert.deepEqual([first, last, report.failed], ['ERROR', 'PASSED', 0])
})

test('a program that fails because the platform is gone is not to blame', async t => {
  let isGone = false
  const address = await adminProxy(t, running, () => (isGone ? 'lost' : 'passes'))
  const server = createServer((request, response) => {
    isGone ||= request.method === 'POST'
    response.writeHead(request.method === 'POST' ? 500 : 404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => new Promise<void>(resolve => server.close(() => resolve())))
  const gate = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const report = await examine(running, gate, { admin: address, only: ['stay'] })
  assertError(report, 'stay', /administration does not answer/, /Start the platform/)
})

test('no check waits for work that is due to others: a notice whose receiver hangs holds up nothing', async t => {
  const report = await examineWith(t, call => (call === 'PUT /due-work' ? 'held' : 'passes'), {
    only: ['doubled', 'late-payment', 'late-entrance-state', 'wrong-amount'],
  })
  assert.deepEqual([report.passed, report.checks.length], [7, 7])
})

test('the command prints the report with what could not be made, and ends with 2', async t => {
  const address = await adminProxy(t, running, call =>
    call.startsWith('PUT /faults/') ? { status: 409, text: '{"detail": "There are 100 rules."}' } : 'passes',
  )
  const gate = await startMerchant(t, running)
  const words = ['doctor', '--admin-url', address.url, '--admin-token', address.token, '--gate', gate]
  const table = await runCommand(t, [...words, '--only', 'rate-limited'])
  assert.equal(table.code, 2)
  assert.match(table.stderr, /^error: some checks could not be made to their end.*\n$/)
  assert.match(
    table.stdout,
    /PASSED {3}stay .*\nERROR {4}rate-limited .*\n {9}Found: The platform's administration answered PUT .* with 409: There are 100 rules\.\n {9}To do: Fix .*\n\n1 passed, 0 failed, 1 could not be made, 0 skipped/,
  )
  const json = await runCommand(t, [...words, '--only', 'rate-limited', '--json'])
  assert.equal(json.code, 2)
  const report = JSON.parse(json.stdout) as DoctorReport
  assert.deepEqual([report.passed, report.errors], [1, 1])
})

/** Kills a run as soon as it has changed what is looked for. */
async function killWhen({ child, ended }: CommandProcess, hasChanged: () => Promise<boolean>): Promise<void> {
  while (!(await hasChanged()))
    assert.equal(child.exitCode, null, 'the run has ended before it changed anything')
  child.kill('SIGKILL')
  await ended
}

for (const only of ['certificate-rotation', 'public-key-switch']) {
  test(`what a run that was killed in ${only} has changed is put back by the next one, which says so`, async t => {
    const before = await changeable(admin)
    // Three cars leave in the checks that the fourth one's check stands on.
    const killed = startCommand(t, [
      ...['doctor', '--data', running.folder, '--only', only],
      ...['--gate', await startMerchant(t, running, { leaves: 3 })],
    ])
    const keys = async () => {
      const { trust_state, notice_key_share, rotation } = await admin.get(`/merchants/${DIRECT}`)
      return `${trust_state} ${notice_key_share} ${rotation}`
    }
    const untouched = await keys()
    await killWhen(killed, async () => (await keys()) !== untouched)
    assert.notEqual(await keys(), untouched)

    const gate = await startMerchant(t, running)
    const { code, stdout } = await runCommand(t, [
      ...['doctor', '--data', running.folder, '--gate', gate, '--only', 'stay'],
    ])
    assert.equal(code, 0, stdout)
    assert.match(
      stdout,
      /^Put back, because an earlier run was killed over it: .*PUT \/merchants\/1230000109/m,
    )
    assert.deepEqual(await changeable(admin), before)
  })
}

test('what the platform refuses to put back for an earlier run is left to a person, once', async t => {
  const changes = [
    { call: 'deleteFault', request: { fault_id: 'gone' } },
    { call: 'replayNotice', request: { id: 'nowhere', replay_id: 'x' } },
    { call: 'ofAnotherVersion', request: { id: 'x' } },
  ]
  await admin.put(`/reminders/doctor-${DIRECT}`, { text: JSON.stringify(changes) })
  const gate = await startMerchant(t, running)
  const { put_back, left_behind } = await examine(running, gate, { only: ['stay'] })
  assert.deepEqual(put_back, ['DELETE /faults/gone'])
  assert.match(
    left_behind.join(),
    /PUT \/notices\/nowhere\/replays\/x puts back, which is left to you \(.* with 404/,
  )
  assert.match(left_behind.join(), /ofAnotherVersion \{"id":"x"\} puts back, which is left to you/)
  assert.equal((await examine(running, gate, { only: ['stay'] })).left_behind.length, 1)
})

test('a run that cannot begin leaves what an earlier one has changed to the next, whose report says it', async t => {
  const undone = [{ call: 'deleteFault', request: { fault_id: 'gone' } }]
  await admin.put(`/reminders/doctor-${DIRECT}`, { text: JSON.stringify(undone) })
  await assert.rejects(examine(running, 'http://127.0.0.1:1/gate', { only: ['stay'] }), { name: 'CannotRun' })
  const { put_back } = await examine(running, await startMerchant(t, running), { only: ['stay'] })
  assert.deepEqual(put_back, ['DELETE /faults/gone'])
})

test('faults and plates of a run that was killed are taken away by the next one, and those of others stay', async t => {
  const before = await changeable(admin)
  await admin.put('/faults/others', { kind: 'LATENCY', delay_ms: 1, mchid: DIRECT })
  const killed = startCommand(t, [
    ...['doctor', '--data', running.folder, '--only', 'rate-limited'],
    ...['--gate', await startMerchant(t, running, { leaves: 1 })],
  ])
  const faults = async () => (await admin.get<{ data: unknown[] }>('/faults')).data.length
  await killWhen(killed, async () => (await faults()) > 1)
  const { put_back } = await examine(running, await startMerchant(t, running), { only: ['stay'] })
  assert.match(put_back.join(), /DELETE \/plates\/粤Z\d{5}\/BLUE.*DELETE \/faults\/doctor-1230000109-/)
  assert.equal(await faults(), 1)
  await admin.delete('/faults/others')
  assert.deepEqual(await changeable(admin), before)
})
