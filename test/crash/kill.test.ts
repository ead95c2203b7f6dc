import assert from 'node:assert/strict'
import { createDecipheriv } from 'node:crypto'
import { test } from 'node:test'
import { auditLedger } from '../../src/ledger/audit.ts'
import { fleetPlates } from '../../src/products/industry/parking/seed-plates.ts'
import type { Database } from '../../src/store/database.ts'
import { readCredentials, webhookSink } from '../../src/testing/index.ts'
import { type Caller, chargeOf, entry, type Fields, MERCHANT, PARTNER, type Stay } from '../parking.ts'
import { type ServedPlatform, servePlatform } from '../served-platform.ts'
import { type Place, placeFor } from './place.ts'

// Nothing that was acknowledged is lost and nothing is charged twice, wherever a process is killed.

/** A stay of each plate after the other; all plates at once, as far as there are lanes. */
const STAYS_PER_PLATE = 5
const LANES = 40
/** The process is killed when so many charges are acknowledged, of a thousand. */
const KILLS = [200, 500, 800]

interface Charge {
  caller: Caller
  plate: string
  amount: number
  create: Fields
  charge?: ReturnType<typeof chargeOf>
  acknowledged: boolean
}

const beijing = (ms: number) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`

/** Five stays for each plate of the fleet, each with an amount of its own. */
function plannedCharges(notify_url: string): Charge[][] {
  const start_time = beijing(Date.now() - 2 * 3_600_000)
  return fleetPlates().map(({ plate_number }, index) =>
    Array.from({ length: STAYS_PER_PLATE }, (_, stay) => ({
      caller: index % 2 === 0 ? MERCHANT : PARTNER,
      plate: plate_number,
      amount: 100 + index * STAYS_PER_PLATE + stay,
      create: entry({ plate_number, notify_url, start_time }),
      acknowledged: false,
    })),
  )
}

/** Makes the entry and the charge, or repeats them with the same numbers. Throws when the process is gone. */
async function make(served: ServedPlatform, planned: Charge, notify_url: string): Promise<void> {
  const { mchid, partner } = planned.caller
  const create = await served.call(
    { method: 'POST', target: '/v3/vehicle/parking/parkings', body: { ...partner, ...planned.create } },
    mchid,
  )
  assert.equal(create.status, 200, create.body)
  const stay = { id: JSON.parse(create.body).id, request: planned.create } as Stay
  planned.charge ??= chargeOf(stay, {
    notify_url,
    amount: { total: planned.amount },
    parking_info: { end_time: beijing(Date.now() - 60_000) },
  })
  assert.equal((planned.charge.parking_info as Fields).parking_id, stay.id)
  const charge = await served.call(
    { method: 'POST', target: '/v3/vehicle/transactions/parking', body: { ...partner, ...planned.charge } },
    mchid,
  )
  assert.equal(charge.status, 200, charge.body)
  planned.acknowledged = true
}

/** True for the failure of a call whose process was killed; what the tests assert is no such failure. */
function isLost(error: unknown): boolean {
  // The second when some of the reply had come already.
  return error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message)
}

/** Makes what is not acknowledged yet, until all is or the process is killed at `killAt` acknowledgements. */
async function drive(
  served: ServedPlatform,
  plates: readonly Charge[][],
  notify_url: string,
  killAt: number,
): Promise<void> {
  let acknowledged = plates.flat().filter(charge => charge.acknowledged).length
  const waiting = [...plates]
  const lane = async () => {
    for (let plate = waiting.shift(); plate; plate = waiting.shift()) {
      for (const planned of plate) {
        if (planned.acknowledged) continue
        await make(served, planned, notify_url)
        acknowledged += 1
        if (acknowledged === killAt) served.child.kill('SIGKILL')
      }
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane))
  const failures = lanes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason] : []))
  assert.deepEqual(
    failures.filter(error => !isLost(error)),
    [],
  )
  if (killAt === Number.POSITIVE_INFINITY) assert.deepEqual(failures, [])
}

/** Every charge that was acknowledged is there, with its amount. */
async function assertFound(served: ServedPlatform, charges: readonly Charge[]): Promise<void> {
  const waiting = charges.filter(charge => charge.acknowledged)
  const lane = async () => {
    for (let charge = waiting.shift(); charge; charge = waiting.shift()) await findOne(served, charge)
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

async function findOne(served: ServedPlatform, { caller, charge, amount }: Charge): Promise<void> {
  const query = caller.partner.sub_mchid ? `?sub_mchid=${caller.partner.sub_mchid}` : ''
  const target = `/v3/vehicle/transactions/out-trade-no/${charge?.out_trade_no}${query}`
  const reply = await served.call({ method: 'GET', target }, caller.mchid)
  assert.equal(reply.status, 200, `${charge?.out_trade_no} was acknowledged and is lost`)
  const order = JSON.parse(reply.body)
  assert.equal(order.amount.total, amount)
  assert.ok(['ACCEPTED', 'SUCCESS'].includes(order.trade_state), reply.body)
}

async function assertBooks(db: Database, charges: readonly Charge[]): Promise<void> {
  const expected = charges.map(({ caller, charge, amount, plate }) => ({
    subject: `order/${caller.mchid}/${charge?.out_trade_no}`,
    debit_account: `payer/payer-of-${plate}/wallet`,
    // The charges of this test share their profits, so the money is held.
    credit_account: `merchant/${caller.partner.sub_mchid ?? caller.mchid}/held`,
    amount,
  }))
  const bySubject = (one: { subject: string }, other: { subject: string }) =>
    one.subject < other.subject ? -1 : 1
  const transfers = await db.all<{ subject: string }>(
    `SELECT subject, debit_account, credit_account, amount FROM ledger_transfers WHERE kind = 'charge'`,
  )
  assert.deepEqual(transfers.sort(bySubject), expected.sort(bySubject))
  assert.deepEqual(await auditLedger(db), [])
  for (const { plate_number, wallet } of fleetPlates()) {
    const account = `payer/payer-of-${plate_number}/wallet`
    const paid = expected.filter(({ debit_account }) => debit_account === account)
    const { balance } = (await db.get<{ balance: number }>(
      'SELECT balance FROM ledger_accounts WHERE account = $1',
      account,
    )) ?? { balance: undefined }
    assert.equal(balance, wallet - paid.reduce((sum, { amount }) => sum + amount, 0), account)
  }
}

test('a thousand charges with three kills in between: none lost, none twice, every notice arrives', async t => {
  const place: Place = await placeFor(t)
  const sink = await webhookSink()
  t.after(() => sink.close())
  const plates = plannedCharges(sink.url)
  const charges = plates.flat()
  assert.equal(charges.length, 1_000)

  for (const killAt of KILLS) {
    const served = await servePlatform(t, place.folder, place.words)
    await assertFound(served, charges)
    await drive(served, plates, sink.url, killAt)
    const { signal } = await served.ended
    assert.equal(signal, 'SIGKILL')
    const done = charges.filter(charge => charge.acknowledged).length
    assert.ok(done >= killAt && done < 1_000, `${done} were acknowledged`)
  }

  const served = await servePlatform(t, place.folder, place.words)
  await assertFound(served, charges)
  await drive(served, plates, sink.url, Number.POSITIVE_INFINITY)
  await assertFound(served, charges)

  const apiv3Keys = [MERCHANT, PARTNER].map(({ mchid }) => readCredentials(place.folder, mchid).apiv3_key)
  const unheard = new Set(charges.map(({ charge }) => charge?.out_trade_no))
  while (unheard.size > 0) unheard.delete(orderOf((await sink.next()).body, apiv3Keys))

  const { code, stderr } = await served.stop('SIGTERM')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })

  const db = await place.open()
  try {
    await assertBooks(db, charges)
    const count = async (sql: string) => (await db.get<{ count: number }>(sql))?.count
    assert.equal(await count('SELECT COUNT(*) AS count FROM parkings'), 1_000)
    assert.equal(await count(`SELECT COUNT(*) AS count FROM orders WHERE trade_state = 'SUCCESS'`), 1_000)
    assert.equal(await count('SELECT COUNT(*) AS count FROM parking_charges'), 1_000)
    assert.equal(await count('SELECT COUNT(*) AS count FROM notices'), 1_000)
  } finally {
    await db.close()
  }
})

/** The number of the order that a notice is about, whichever of the merchants it is sealed for. */
function orderOf(body: string, apiv3Keys: readonly string[]): string {
  const { ciphertext, nonce, associated_data } = JSON.parse(body).resource
  const bytes = Buffer.from(ciphertext, 'base64')
  for (const key of apiv3Keys) {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      .setAAD(Buffer.from(associated_data))
      .setAuthTag(bytes.subarray(-16))
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
      return JSON.parse(text.toString('utf8')).out_trade_no
    } catch {
      // It is sealed for the other one.
    }
  }
  throw new Error('The notice is sealed for nobody that we know')
}
