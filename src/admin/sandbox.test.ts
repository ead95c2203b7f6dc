import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeCalls, chargesUnderTest } from '../../test/charges.ts'
import { type PlatformUnderTest, platformUnderTest, type Scope } from '../../test/platform.ts'
import { allTables } from '../../test/schema.ts'
import { products } from '../products/index.ts'
import { permissionsOf } from '../products/product.ts'

/** A platform on the store's own clock, which stands still from now on. */
async function frozenPlatform(t: Scope) {
  const running = await platformUnderTest(t)
  const admin = adminCalls(running)
  await admin.put('/clock', { mode: 'FROZEN' })
  const calls = chargeCalls(running.call, () => running.platform.clock.now())
  return { ...running, ...calls, admin, charge: () => calls.accept() }
}

/** Everything in the tables of the sandbox, as text. */
async function contentOf({ platform: { db } }: Pick<PlatformUnderTest, 'platform'>): Promise<string> {
  const tables = []
  for (const { name, key } of allTables.filter(({ isKept }) => !isKept)) {
    tables.push([name, await db.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`)])
  }
  return JSON.stringify(tables)
}

test('every table is declared by the room that it belongs to', async t => {
  const { platform } = await platformUnderTest(t)
  const rows = await platform.db.all<{ name: string }>(
    platform.db.engine === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  )
  const known = ['schema_migrations', ...allTables.map(({ name }) => name)]
  assert.deepEqual(rows.map(({ name }) => name).sort(), known.sort())
})

test('a restored snapshot is the sandbox as it was: every row, business time, and what is due', async t => {
  const running = await frozenPlatform(t)
  const { admin } = running
  const settled = await running.charge()
  await admin.put('/due-work')
  const waiting = await running.charge()
  const before = await contentOf(running)
  const { business_time } = (await admin.get('/clock')).body
  const taken = await admin.put('/sandbox/snapshots/noon')
  assert.equal(taken.body.business_time, business_time)

  await admin.put('/clock/moves/day', { step_ms: 86_400_000 })
  await admin.put('/payers/anna')
  await running.charge()
  assert.equal((await running.order(waiting.out_trade_no)).trade_state, 'SUCCESS')

  const restored = await admin.put('/sandbox/snapshots/noon/restorations/1')
  assert.deepEqual([restored.body.snapshot, restored.body.business_time], ['noon', business_time])
  assert.equal(await contentOf(running), before)
  assert.equal((await admin.get('/clock')).body.business_time, business_time)
  assert.equal((await running.order(settled.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal((await running.order(waiting.out_trade_no)).trade_state, 'ACCEPTED')
  admin.refused(await admin.get('/payers/anna'), 'NOT_FOUND')
  await admin.put('/due-work')
  assert.equal((await running.order(waiting.out_trade_no)).trade_state, 'SUCCESS')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('a refund that was on its way when the snapshot was taken arrives when it is restored, and a reset has none', async t => {
  const running = await frozenPlatform(t)
  const { admin } = running
  const { out_trade_no } = await running.charge()
  await admin.put('/due-work')
  await admin.put('/merchants/1230000109', { auto_withdrawal: true, refund_without_funds: 'WAIT' })
  const amount = { refund: 888, total: 888, currency: 'CNY' }
  const body = { out_trade_no, out_refund_no: 'R1', amount }
  const reply = await running.call({ method: 'POST', target: '/v3/refund/domestic/refunds', body })
  assert.equal(reply.statusCode, 200, reply.body)
  const before = await contentOf(running)
  await admin.put('/sandbox/snapshots/refunding')
  const statusOf = async () => (await admin.get('/merchants/1230000109/refunds/R1')).body.status
  await admin.put('/sandbox/resets/1')
  admin.refused(await admin.get('/merchants/1230000109/refunds/R1'), 'NOT_FOUND')
  const { auto_withdrawal, refund_without_funds } = (await admin.get('/merchants/1230000109')).body
  assert.deepEqual([auto_withdrawal, refund_without_funds], [false, 'REFUSE'])
  await admin.put('/sandbox/snapshots/refunding/restorations/1')
  assert.equal(await contentOf(running), before)
  assert.equal(await statusOf(), 'PROCESSING')
  await admin.put('/clock/moves/minutes', { step_ms: 300_000 })
  assert.equal(await statusOf(), 'SUCCESS')
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})

test('business time that ran goes on from the instant of the snapshot, and the store says the same', async t => {
  const { admin, platform } = await frozenPlatform(t)
  await admin.put('/clock/moves/day', { step_ms: 86_400_000 })
  await admin.put('/clock', { mode: 'REAL' })
  const taken = Date.parse((await admin.put('/sandbox/snapshots/one')).body.business_time)
  await admin.put('/clock/moves/week', { step_ms: 7 * 86_400_000 })
  await admin.put('/sandbox/snapshots/one/restorations/1')
  const ahead = (time: number) => assert.ok(time >= taken && time < taken + 60_000, String(time - taken))
  ahead(platform.clock.now())
  const row = await platform.db.get<{ offset_ms: number }>('SELECT offset_ms FROM business_clock')
  ahead(platform.clock.wallNow() + (row?.offset_ms ?? 0))
})

test('a restoration is done once for each id, a snapshot taken once for each name', async t => {
  const { admin, folder } = await frozenPlatform(t)
  const taken = await admin.put('/sandbox/snapshots/one')
  await admin.put('/payers/anna')
  assert.deepEqual((await admin.put('/sandbox/snapshots/one')).body, taken.body)
  assert.deepEqual((await admin.get('/sandbox/snapshots')).body.data, [taken.body])
  assert.equal(statSync(join(folder, 'snapshots', 'one.jsonl')).mode & 0o077, 0)

  const done = await admin.put('/sandbox/snapshots/one/restorations/1')
  await admin.put('/payers/anna')
  assert.equal(done.body.repeated, false)
  const again = await admin.put('/sandbox/snapshots/one/restorations/1')
  assert.deepEqual(again.body, { ...done.body, repeated: true })
  assert.equal((await admin.get('/payers/anna')).status, 200)
  const several = await Promise.all(
    [2, 3, 2].map(id => admin.put(`/sandbox/snapshots/one/restorations/${id}`)),
  )
  for (const { status } of several) assert.equal(status, 200)
  admin.refused(await admin.get('/payers/anna'), 'NOT_FOUND')

  await admin.delete('/sandbox/snapshots/one')
  assert.deepEqual((await admin.delete('/sandbox/snapshots/one')).body, { name: 'one' })
  admin.refused(await admin.get('/sandbox/snapshots/one'), 'NOT_FOUND')
  admin.refused(await admin.put('/sandbox/snapshots/one/restorations/9'), 'NOT_FOUND')
})

test('a move that was under way when a snapshot was taken does not come back with it', async t => {
  const { admin, platform } = await frozenPlatform(t)
  const now = platform.clock.now()
  const unfinished = 'INSERT INTO clock_moves (move_id, from_time, to_time) VALUES ($1, $2, $3)'
  await platform.db.run(unfinished, 'under-way', now, now + 30 * 86_400_000)
  await admin.put('/sandbox/snapshots/one')
  await admin.put('/sandbox/snapshots/one/restorations/1')
  const { body } = await admin.put('/clock/moves/next', { step_ms: 1_000 })
  assert.equal(Date.parse(body.to_time) - Date.parse(body.from_time), 1_000)
  admin.refused(await admin.get('/clock/moves/under-way'), 'NOT_FOUND')
})

test('a snapshot that is taken anew under a name has restorations of its own', async t => {
  const { admin } = await frozenPlatform(t)
  await admin.put('/sandbox/snapshots/base')
  await admin.put('/sandbox/snapshots/base/restorations/1')
  await admin.delete('/sandbox/snapshots/base')
  admin.refused(await admin.put('/sandbox/snapshots/base/restorations/1'), 'NOT_FOUND')
  await admin.put('/payers/anna')
  await admin.put('/sandbox/snapshots/base')
  await admin.put('/payers/bert')
  const { body } = await admin.put('/sandbox/snapshots/base/restorations/1')
  assert.equal(body.repeated, false)
  assert.equal((await admin.get('/payers/anna')).status, 200)
  admin.refused(await admin.get('/payers/bert'), 'NOT_FOUND')
})

test('a snapshot whose file is damaged is refused and can be replaced, and nothing is changed', async t => {
  const running = await frozenPlatform(t)
  const { admin, folder } = running
  await admin.put('/sandbox/snapshots/one')
  const path = join(folder, 'snapshots', 'one.jsonl')
  const whole = readFileSync(path, 'utf8')
  const lines = whole.split('\n')
  const before = await contentOf(running)
  const restore = () => admin.put('/sandbox/snapshots/one/restorations/1')
  for (const damaged of [
    whole.slice(0, -100),
    whole.slice(0, whole.length / 2),
    lines.slice(0, -2).join('\n'),
    `${lines[0]}\n`,
    whole.replace('粤B10001', '粤B10002'),
    `${whole}more\n`,
  ]) {
    writeFileSync(path, damaged)
    admin.refused(await restore(), 'CONFLICT', /damaged.*take a new one/)
  }
  for (const damaged of ['no snapshot\n', 'null\n', '{}\n', '']) {
    writeFileSync(path, damaged)
    admin.refused(await restore(), 'CONFLICT', /damaged/)
    admin.refused(await admin.get('/sandbox/snapshots/one'), 'CONFLICT', /damaged/)
    admin.refused(await admin.put('/sandbox/snapshots/one'), 'CONFLICT', /damaged/)
    assert.deepEqual((await admin.get('/sandbox/snapshots')).body.data, [])
  }
  assert.equal(await contentOf(running), before)
  await admin.delete('/sandbox/snapshots/one')
  await admin.put('/sandbox/snapshots/one')
  assert.equal((await restore()).status, 200)
  assert.equal(await contentOf(running), before)
  admin.refused(await admin.get('/sandbox/snapshots/none'), 'NOT_FOUND')
  admin.refused(await admin.put('/sandbox/snapshots/none/restorations/1'), 'NOT_FOUND')
  admin.assertAllMet('getSnapshot', 'putSnapshot', 'putRestoration')
})

test('a name leads out of the folder nowhere, and a file of another version or sandbox is not restored', async t => {
  const { admin, folder, platform } = await frozenPlatform(t)
  for (const name of ['..', '.', '%2e%2e', '..%2fone', 'a.b', '%00', 'a%20b', 'x'.repeat(65), '-a']) {
    const reply = await admin.put(`/sandbox/snapshots/${name}/restorations/1`)
    assert.ok(reply.status === 400 || (reply.status === 404 && !reply.operation), `${name} ${reply.status}`)
  }
  await admin.put('/sandbox/snapshots/one')
  const path = join(folder, 'snapshots', 'one.jsonl')
  const [first = '', ...rows] = readFileSync(path, 'utf8').split('\n')
  const put = (header: object) => writeFileSync(path, [JSON.stringify(header), ...rows].join('\n'))
  const restore = () => admin.put('/sandbox/snapshots/one/restorations/1')
  put({ ...JSON.parse(first), migrations: 'another' })
  admin.refused(await restore(), 'CONFLICT', /another version/)
  put({ ...JSON.parse(first), root: 'another' })
  admin.refused(await restore(), 'CONFLICT', /another sandbox/)
  assert.ok(await platform.db.get('SELECT payer_id FROM payers LIMIT 1'))
})

test('a snapshot of many rows is read and written in pages', async t => {
  const running = await frozenPlatform(t)
  await running.platform.db.transaction(async tx => {
    for (let row = 0; row < 1_203; row += 1)
      await tx.run('INSERT INTO app_bindings (appid, mchid) VALUES ($1, $2)', `wx${row}`, '1230000109')
  })
  const before = await contentOf(running)
  await running.admin.put('/sandbox/snapshots/many')
  await running.admin.put('/sandbox/resets/1')
  assert.notEqual(await contentOf(running), before)
  await running.admin.put('/sandbox/snapshots/many/restorations/1')
  assert.equal(await contentOf(running), before)
})

test('a reset is the sandbox of the first start, and what merchants hold stays valid', async t => {
  const running = await frozenPlatform(t)
  const { admin } = running
  const first = running.merchant('1230000109')
  await running.charge()
  await admin.put('/merchants/1230000109', {
    apiv3_key: '',
    permissions: [],
    trust_state: 'PUBLIC_KEY',
  })
  await admin.put('/merchants/1231000001', { kind: 'direct' })
  const added = running.merchant('1231000001')
  await admin.put('/clock/moves/day', { step_ms: 86_400_000 })

  const reset = await admin.put('/sandbox/resets/1')
  assert.equal(reset.body.snapshot, '')
  const shown = (await admin.get('/merchants/1230000109')).body
  assert.deepEqual(
    [shown.permissions, shown.has_apiv3_key, shown.trust_state],
    [[...permissionsOf(products)], true, 'SWITCHING'],
  )
  const clock = (await admin.get('/clock')).body
  assert.deepEqual([clock.mode, clock.offset_ms], ['REAL', 0])
  assert.deepEqual((await admin.get('/orders?product=parking')).body.data, [])
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
  await admin.put('/clock', { mode: 'FROZEN' })
  await running.charge()
  const now = running.merchant('1230000109')
  assert.equal(now.serial_no, first.serial_no)
  assert.ok(now.apiv3_key !== '' && now.public_key_id === first.public_key_id)

  admin.refused(await admin.get('/merchants/1231000001'), 'NOT_FOUND')
  await admin.put('/merchants/1231000001', { kind: 'direct' })
  assert.deepEqual(running.merchant('1231000001'), added, 'A merchant that comes back has the keys it had')

  assert.equal(reset.body.repeated, false)
  assert.deepEqual((await admin.put('/sandbox/resets/1')).body, { ...reset.body, repeated: true })
  assert.equal((await admin.get('/merchants/1231000001')).status, 200)
  await admin.put('/sandbox/resets/2')
  admin.refused(await admin.get('/merchants/1231000001'), 'NOT_FOUND')
})

test('a reset forgets certificates that were added, and the first one is valid and in the folder again', async t => {
  const running = await frozenPlatform(t)
  const { admin } = running
  const own = '/merchants/1230000109'
  const { serial_no } = running.merchant('1230000109')
  await admin.put(`${own}/certificates/second`, { use_in_folder: true })
  await admin.put(`${own}/certificates/first`, { revoked: true })
  for (const reset of ['1', '2']) {
    await admin.put(`/sandbox/resets/${reset}`)
    const { certificates } = (await admin.get(own)).body
    assert.deepEqual(
      certificates.map(({ certificate_id, status }: Record<string, string>) => [certificate_id, status]),
      [['first', 'VALID']],
    )
    assert.equal(running.merchant('1230000109').serial_no, serial_no)
    await admin.put('/clock', { mode: 'FROZEN' })
    await running.charge()
    assert.equal((await admin.put(`${own}/certificates/second`, { use_in_folder: true })).status, 200)
  }
})

test('the sandbox is changed while no due work is in hand, and what is due afterwards is done', async t => {
  const events: string[] = []
  const begun = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const running = await chargesUnderTest(t, {
    async send() {
      begun.resolve()
      await release.promise
      events.push('sent')
      return { status: 204, reply: '', failure: '' }
    },
  })
  const admin = adminCalls(running)
  await running.accept()
  const working = admin.put('/due-work')
  await begun.promise
  const reset = admin.put('/sandbox/resets/1').then(() => events.push('reset'))
  // The reset would be done long before these are answered, if it did not wait.
  for (let call = 0; call < 50; call += 1) await admin.get('/payers?limit=100')
  assert.deepEqual(events, [])
  release.resolve()
  await Promise.all([working, reset])
  assert.deepEqual(events, ['sent', 'reset'])
  await running.accept()
  assert.equal((await admin.put('/due-work')).body.done.notices, 1)
})

test('where the clock was given at start, a reset leaves business time as it is', async t => {
  const running = await chargesUnderTest(t)
  const admin = adminCalls(running)
  const before = (await admin.get('/clock')).body.business_time
  const reset = await admin.put('/sandbox/resets/1')
  assert.equal(reset.body.business_time, before)
  await running.accept()
  await running.runDue()
})
