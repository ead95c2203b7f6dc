import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartOptions, WebhookSink } from '../../src/testing/index.ts'
import { type AdminClient, adminClient } from '../admin.ts'
import { envelopeOf, opened, sinkFor, verifiedSerial } from '../notices.ts'
import {
  type Caller,
  type ChargeFields,
  type Fields,
  MERCHANT,
  type ParkingUnderTest,
  parkingUnderTest,
  type Stay,
} from '../parking.ts'

/** A notice that a merchant got: verified, opened, and shortened to what a scenario looks at. */
export interface ReceivedNotice {
  event_type: string
  resource: Record<string, unknown>
}

/** A payer of a scenario. */
export interface Payer {
  payer_id: string
  plate_number: string
}

/** One platform, one merchant's receiver, and the payers and banks around them, driven only by public calls. */
export interface Scenario extends Omit<ParkingUnderTest, 'admin' | 'payer'> {
  admin: AdminClient
  sink: WebhookSink
  /** Makes a payer with a blue plate that is in service, unless `opened` is false. */
  payer(more?: {
    wallet?: number
    score?: number
    advance_limit?: number
    cards?: { bank_type: string; behaviour?: string; available?: number }[]
    opened?: boolean
  }): Promise<Payer>
  plate(payer: Payer, service_state: 'NORMAL' | 'PAUSE'): Promise<void>
  removePlate(payer: Payer): Promise<void>
  /** Lets business time go on, and everything that falls due meanwhile happen. */
  pass(time: { hours?: number; minutes?: number; seconds?: number }): Promise<void>
  /** Parks, charges 888 fen and lets the charge be settled; answers its number. */
  chargeOf(payer: Payer, more?: ChargeFields, caller?: Caller): Promise<string>
  /** Parks with notices to the receiver. */
  parkFor(payer: Payer, more?: Fields, caller?: Caller): Promise<Stay>
  /** What came since the last call of this. */
  received(caller?: Caller): ReceivedNotice[]
}

let last = 0

/** Runs a scenario. Its name is its row in docs/scenarios.md. */
export function scenario(
  name: string,
  play: (s: Scenario) => Promise<void>,
  options: Pick<StartOptions, 'rules'> = {},
): void {
  test(name, async t => {
    const running = await parkingUnderTest(t, options)
    const sink = await sinkFor(t)
    const admin = adminClient(running)
    await play({ ...running, ...partsOf(running, admin, sink), admin, sink })
    assert.deepEqual(await admin.get('/ledger/audit'), { faults: [] })
  })
}

function partsOf(
  running: ParkingUnderTest,
  admin: AdminClient,
  sink: WebhookSink,
): Omit<Scenario, Exclude<keyof ParkingUnderTest, 'payer'> | 'admin' | 'sink'> {
  const { park, accept, runDue, merchant } = running
  const plateOf = ({ plate_number }: Payer) => `/plates/${plate_number}/BLUE`
  const parkFor: Scenario['parkFor'] = ({ plate_number }, more = {}, caller = MERCHANT) =>
    park({ plate_number, notify_url: sink.url, ...more }, caller)
  let taken = 0
  return {
    parkFor,
    async payer(more = {}) {
      last += 1
      const made = { payer_id: `payer-${last}`, plate_number: `粤C${10_000 + last}` }
      const { wallet = 0, cards = [], opened = true, ...settings } = more
      await admin.put(`/payers/${made.payer_id}`, settings)
      if (wallet > 0) await admin.put(`/payers/${made.payer_id}/top-ups/first`, { amount: wallet })
      for (const [index, card] of cards.entries()) {
        const script = { position: index + 1, available: 1_000_000, behaviour: 'APPROVE', ...card }
        await admin.put(`/payers/${made.payer_id}/cards/${made.payer_id}-card-${index + 1}`, script)
      }
      if (opened) await admin.put(plateOf(made), { payer_id: made.payer_id })
      return made
    },
    async plate(payer, service_state) {
      await admin.put(plateOf(payer), { payer_id: payer.payer_id, service_state })
      await runDue()
    },
    async removePlate(payer) {
      await admin.delete(plateOf(payer))
      await runDue()
    },
    async pass({ hours = 0, minutes = 0, seconds = 0 }) {
      last += 1
      const step_ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000
      await admin.put(`/clock/moves/scenario-${last}`, { step_ms })
    },
    async chargeOf(payer, more = {}, caller = MERCHANT) {
      const stay = await parkFor(payer, {}, caller)
      const { out_trade_no } = await accept(
        stay,
        { notify_url: sink.url, profit_sharing: 'N', ...more },
        caller,
      )
      await runDue()
      return out_trade_no
    },
    received(caller = MERCHANT) {
      const fresh = sink.received.slice(taken)
      taken = sink.received.length
      return fresh.map(callback => {
        const keys = merchant(caller.mchid)
        verifiedSerial(callback, keys)
        return { event_type: envelopeOf(callback).event_type, resource: opened(callback, keys.apiv3_key) }
      })
    },
  }
}

/** The given fields of something; those that it does not have are left out. */
export function only(value: object, ...fields: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => fields.includes(name)))
}

/** The reply is a refusal with this status, code and text. */
export function assertRefused(
  reply: { statusCode: number; json(): unknown },
  status: number,
  code: string,
  message: string,
): void {
  const { detail: _, ...body } = reply.json() as Record<string, unknown>
  assert.deepEqual({ status: reply.statusCode, ...body }, { status, code, message })
}
