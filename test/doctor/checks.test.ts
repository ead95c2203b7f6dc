import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { quietMs } from '../../src/doctor/check-run.ts'
import { CHECKS } from '../../src/doctor/checks.ts'
import type { DoctorOptions } from '../../src/doctor/run-doctor.ts'
import { adminClient } from '../admin.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT } from '../sdk/car-park.ts'
import { changeable as changeableOf, examine as examineOn, resultOf } from './examine.ts'
import { type Defects, startMerchant } from './merchant.ts'

// Each check is made of a merchant that does everything right but for one thing.

const running = await platformUnderTest({ after }, { workers: true, backup: true })
const admin = adminClient(running)

/** A defect with which the check fails, and what is said of it. */
const DEFECTS: Record<string, [defects: Defects, found: RegExp]> = {
  stay: [{ neverOpens: true }, /gate stays closed for a car that can be charged.*createParking 200/],
  'answer-time': [{ answersNothing: true }, /no answer: No reply within 5000 ms/],
  booked: [{ booksYuan: true }, /800 fen was acknowledged, and the books say PAID, 8 fen paid/],
  'wrong-signature': [{ takes: ['mismatch'] }, /signature is wrong was taken.*HTTP 204/],
  'altered-body': [{ takes: ['mismatch'] }, /body was altered was taken.*HTTP 204/],
  unsigned: [{ takes: ['headers_missing'] }, /without Wechatpay-\* headers was taken/],
  'old-notice': [{ takes: ['clock'] }, /signed ten minutes ago was taken/],
  probe: [{ takes: ['probe'] }, /probe.* was taken/],
  're-send': [{ takesEachIdOnce: true }, /followed a probe was not acknowledged: HTTP 409/],
  doubled: [{ addsPayments: true }, /reported four times, and the books say PAID, 3200 fen paid/],
  'late-payment': [{ forgetsRefunds: true }, /800 fen paid, 300 fen refunded; now .* 0 fen refunded/],
  'late-entrance-state': [{ lastStateWins: true }, /first notice came again after the second/],
  'wrong-amount': [{ ignoresAmounts: true }, /reported as paid with 1 fen .*HTTP 204.* PAID, 1 fen paid/],
  'unknown-order': [{ booksUnknownOrders: true }, /never made was reported .*PAID, 800 fen paid/],
  'unknown-event': [
    { refusesUnknownEvents: true },
    /event that no program knows was not acknowledged: HTTP 400/,
  ],
  'blocked-plate': [{ opensForBlocked: true }, /BLOCKED.*the gate has opened/],
  'refused-charge': [{ opensAfterRefusal: true }, /refused with HTTP 400, and the gate has opened/],
  'rate-limited': [{ opensWhenLimited: true }, /HTTP 429, and the gate has opened/],
  'platform-down': [{ opensWhenDown: true }, /HTTP 500, and nothing was charged, and the gate has opened/],
  'forged-reply': [{ believesReplies: true }, /wrong signature, and the gate has opened without a query/],
  'probed-reply': [{ believesReplies: true }, /probe, and the gate has opened without a query/],
  'reply-lost': [{ neverAsksAgain: true }, /reply was lost; the gate stays closed, although the order/],
  'outcome-unknown': [{ neverAsksAgain: true }, /every reply was HTTP 500; the gate stays closed, although/],
  'number-kept': [{ newNumbers: true }, /HTTP 500, and the next ones had other numbers/],
  'refund-reply-lost': [{ newRefundNumbers: true }, /reply was lost, and it was asked for again under other/],
  'refund-failed': [{ newRefundNumbers: true }, /HTTP 500, and it was asked for again under other numbers/],
  'refund-doubled': [{ addsRefunds: true }, /reported twice, and the books say PAID, 800 fen paid, 600 fen/],
  'certificate-rotation': [
    { pinsCertificate: true },
    /next platform certificate: .*not acknowledged: HTTP 401/,
  ],
  'public-key-switch': [{ certificatesOnly: true }, /under way.*: .*not acknowledged: HTTP 401/],
  'backup-host': [{ noBackup: true }, /backup was not, and the gate stays closed/],
}

const examine = (gate: string, options: Partial<DoctorOptions> = {}) => examineOn(running, gate, options)
const changeable = () => changeableOf(admin)

test('a merchant without a defect passes every check, and the sandbox is put back', async t => {
  const before = await changeable()
  const report = await examine(await startMerchant(t, running))
  assert.deepEqual(
    report.checks.filter(({ result }) => result !== 'PASSED'),
    [],
  )
  assert.deepEqual([report.passed, report.failed, report.skipped], [CHECKS.length, 0, 0])
  assert.deepEqual(
    report.checks.map(({ id }) => id),
    CHECKS.map(({ id }) => id),
  )
  // The end of a certificate is the one thing that is never put back.
  assert.equal(report.left_behind.length, 2)
  assert.match(report.left_behind[1] ?? '', /^the platform certificate [0-9A-F]{40}, which ends on/)
  assert.deepEqual(await changeable(), before)
})

test('every check has a defect that fails it', () => {
  assert.deepEqual(
    CHECKS.map(({ id }) => id),
    Object.keys(DEFECTS),
  )
})

for (const { id, needs, remedy } of CHECKS) {
  const [defects, found] = DEFECTS[id] ?? [{}, /never/]
  test(`${id}: a merchant that ${Object.keys(defects)} fails, and what was changed is put back`, async t => {
    const before = await changeable()
    const { checks } = await examine(await startMerchant(t, running, defects), { only: [id] })
    const result = resultOf(checks, id)
    assert.equal(result?.result, 'FAILED', JSON.stringify(checks))
    assert.ok(result.result === 'FAILED')
    assert.match(result.found, found)
    assert.equal(result.what_to_do, remedy)
    if (needs) assert.equal(resultOf(checks, needs)?.result, 'PASSED')
    assert.deepEqual(await changeable(), before)
  })
}

test('a gate that opens when nobody can be reached is found, by whatever nobody can be reached', async t => {
  const gate = await startMerchant(t, running, { opensUnreachable: true, noBackup: true })
  const { checks } = await examine(gate, { only: ['platform-down', 'backup-host'] })
  const found = checks.map(check => (check.result === 'FAILED' ? check.found : check.result))
  assert.equal(found[0], 'PASSED')
  assert.match(found[1] ?? '', /connection of every charge was reset, and nothing .*the gate has opened/)
  assert.match(found[2] ?? '', /first access point was down, the gate has opened, and nothing was charged/)
})

test('books that lag behind their answers are waited for: what is right passes, what is wrong does not', async t => {
  const only = ['doubled', 'wrong-amount', 'unknown-order', 'late-payment']
  const right = await examine(await startMerchant(t, running, { booksAfterMs: 250 }), { only })
  assert.equal(right.failed, 0, JSON.stringify(right.checks))
  const defects = { addsPayments: true, ignoresAmounts: true, booksUnknownOrders: true, forgetsRefunds: true }
  const gate = await startMerchant(t, running, { ...defects, booksAfterMs: 250 })
  const { checks } = await examine(gate, { only })
  const failed = checks.filter(({ result }) => result === 'FAILED').map(({ id }) => id)
  assert.deepEqual(failed.toSorted(), only.toSorted())
})

test('a gate adapter that never answers is reported, and nothing waits for it for ever', async t => {
  const gate = await startMerchant(t, running, { neverAnswersOrders: true })
  await assert.rejects(examine(gate, { only: ['stay'], limitMs: 300 }), {
    name: 'CannotRun',
    message: /has not answered GET \/orders\/doctor-is-there within 0.3 s/,
  })
})

test('a check that stands on one that fails says so and is not made', async t => {
  const { checks, passed, failed } = await examine(await startMerchant(t, running, { neverOpens: true }))
  assert.deepEqual([passed, failed], [0, 1])
  const reasons = new Map(checks.map(check => [check.id, 'reason' in check && check.reason]))
  assert.equal(reasons.get('answer-time'), 'It says nothing while `stay` does not pass.')
  assert.equal(reasons.get('booked'), 'It says nothing while `answer-time` does not pass.')
})

test('a merchant that has switched to the public key is not examined for certificates', async t => {
  await admin.put(`/merchants/${DIRECT}`, { trust_state: 'PUBLIC_KEY' })
  const gate = await startMerchant(t, running)
  const { checks } = await examine(gate, { only: ['certificate-rotation', 'public-key-switch'] })
  await admin.put(`/merchants/${DIRECT}`, { trust_state: 'SWITCHING', notice_key_share: 0 })
  for (const id of ['certificate-rotation', 'public-key-switch']) {
    const result = resultOf(checks, id)
    assert.ok(result?.result === 'SKIPPED')
    assert.match(result.reason, /has switched to the public key/)
  }
})

test('the backup host is not checked unless that is asked for', async t => {
  const gate = await startMerchant(t, running)
  const { checks } = await examine(gate, { only: ['backup-host'], backupHost: false })
  assert.deepEqual(
    checks.map(({ result }) => result),
    ['PASSED', 'SKIPPED'],
  )
})

test('a program that hangs fails within the time limit, and what was changed is put back', async t => {
  const before = await changeable()
  const gate = await startMerchant(t, running, { leaves: 0 })
  const { checks } = await examine(gate, { only: ['stay'], limitMs: 2_000 })
  const [result] = checks
  assert.ok(result?.result === 'FAILED')
  assert.equal(result.found, 'The check has not ended within 2 s.')
  assert.deepEqual(await changeable(), before)
})

test('a run that is ended in the middle of a check puts back what that has changed', async t => {
  const before = await changeable()
  const ended = new AbortController()
  const gate = await startMerchant(t, running, { leaves: 0 })
  const examined = examine(gate, { only: ['reply-lost'], signal: ended.signal })
  const plates = () => admin.get<{ data: unknown[] }>('/plates?payer_id=doctor')
  while ((await plates()).data.length === 0) await new Promise(setImmediate)
  ended.abort()
  const { checks } = await examined
  assert.deepEqual(
    checks.map(({ result }) => result),
    ['SKIPPED', 'SKIPPED'],
  )
  assert.deepEqual(await changeable(), before)
})

test('a wrong booking is waited for as books are slow, and never longer than they may lag', () => {
  assert.deepEqual([10, 400, 8_000].map(quietMs), [150, 800, 3_000])
})
