import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AdminClient, adminClient } from '../admin.ts'
import { envelopeOf, opened, sinkFor, verifiedSerial } from '../notices.ts'
import { type Caller, type Fields, MERCHANT, type PaymentsUnderTest, paymentsUnderTest } from '../payments.ts'
import type { ReceivedNotice } from './scenario.ts'

/** A merchant that sells by the basic payments, its receiver, and payers, driven only by public calls. */
export interface Shop extends Omit<PaymentsUnderTest, 'admin' | 'admin_' | 'notices'> {
  admin: AdminClient
  /** An order with notices to the receiver, and its code. */
  sell(fields?: Fields, caller?: Caller): Promise<{ out_trade_no: string; code_url: string }>
  /** The order as a query answers it. */
  found(outTradeNo: string, caller?: Caller): Promise<Fields>
  /** Lets business time go on, and everything that falls due meanwhile happen. */
  pass(time: { days?: number; hours?: number; minutes?: number; seconds?: number }): Promise<void>
  /** What came since the last call of this. */
  received(caller?: Caller): ReceivedNotice[]
  notify_url: string
}

let moves = 0

/** Runs a scenario. Its name is its row in docs/scenarios.md. */
export function scenario(name: string, play: (s: Shop) => Promise<void>): void {
  test(name, async t => {
    const running = await paymentsUnderTest(t)
    const sink = await sinkFor(t)
    const admin = adminClient(running)
    let taken = 0
    await play({
      ...running,
      admin,
      notify_url: sink.url,
      sell: (fields = {}, caller = MERCHANT) => running.order({ notify_url: sink.url, ...fields }, caller),
      async found(outTradeNo, caller = MERCHANT) {
        const reply = await running.query(outTradeNo, caller)
        assert.equal(reply.statusCode, 200, reply.body)
        return reply.json<Fields>()
      },
      async pass({ days = 0, hours = 0, minutes = 0, seconds = 0 }) {
        moves += 1
        const step_ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000
        await admin.put(`/clock/moves/shop-${moves}`, { step_ms })
      },
      received(caller = MERCHANT) {
        const fresh = sink.received.slice(taken)
        taken = sink.received.length
        return fresh.map(callback => {
          const keys = running.merchant(caller.mchid)
          verifiedSerial(callback, keys)
          return { event_type: envelopeOf(callback).event_type, resource: opened(callback, keys.apiv3_key) }
        })
      },
    })
    assert.deepEqual(await admin.get('/ledger/audit'), { faults: [] })
  })
}
