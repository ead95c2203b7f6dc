import assert from 'node:assert/strict'
import type { LightMyRequestResponse } from 'fastify'
import type { Transaction } from '../src/products/industry/parking/contract.ts'
import { formatTime } from '../src/protocol/time.ts'
import { chargeOf, entry, type ParkingUnderTest, parkingCalls, type Stay } from './parking.ts'
import type { TestPayer } from './payers.ts'
import type { PlatformUnderTest } from './platform.ts'
import {
  type Caller,
  type Fields,
  MERCHANT,
  type SandboxUnderTest,
  type Scope,
  sandboxUnderTest,
  sandboxWithoutStore,
} from './sandbox.ts'

// Orders for tests that are about something else: refunds, bills, notices, money, the administration. Which product makes
// them is known only here.

/** An order as its query answers it. */
export type Order = Transaction

/** What decides who pays. */
export type Pays = Pick<TestPayer, 'plate_number'>

/** Payers of the sandbox, by what they are there for. */
export const SANDBOX_PAYERS = {
  withoutMoney: { plate_number: '粤B10006' },
  advanced: { plate_number: '粤B10009' },
  withCoupon: { plate_number: '粤B10011' },
} as const satisfies Record<string, Pays>

/** Fields of a charge that differ from the usual one, and who pays: somebody of the sandbox with money unless said. */
export type ChargeFields = Fields & { amount?: Fields; payer?: Pays }

type Refunds = Pick<ParkingUnderTest, 'refund' | 'queryRefund' | 'redirectRefund' | 'giveBack' | 'refundNow'>

export interface ChargeCalls extends Refunds {
  /** Makes a charge of 888 fen with profit sharing unless said. */
  charge(fields?: ChargeFields, caller?: Caller): Promise<LightMyRequestResponse>
  /** The same, and expects it to be accepted. */
  accept(fields?: ChargeFields, caller?: Caller): Promise<Order>
  query(outTradeNo: string, caller?: Caller, more?: Fields): Promise<LightMyRequestResponse>
  /** Queries an order and expects it to be found. */
  order(outTradeNo: string, caller?: Caller): Promise<Order>
}

export interface ChargesUnderTest extends SandboxUnderTest, ChargeCalls {}

/** Starts a platform at the documents' time. Due work is done only by `runDue` unless `workers` says otherwise. */
export async function chargesUnderTest(
  t: Scope,
  options?: Parameters<typeof sandboxUnderTest>[1],
): Promise<ChargesUnderTest> {
  const running = await sandboxUnderTest(t, options)
  return { ...running, ...chargeCalls(running.call) }
}

/** The calls, by way of a function that signs and sends. `now` is business time in milliseconds; that of the documents unless said. */
export function chargeCalls(call: PlatformUnderTest['call'], now?: () => number): ChargeCalls {
  const parking = parkingCalls(call)
  const { query, order, refund, queryRefund, redirectRefund, giveBack, refundNow } = parking
  const charge: ChargeCalls['charge'] = async ({ payer, ...fields } = {}, caller = MERCHANT) => {
    const begun = now && { start_time: formatTime(now() - HOUR) }
    const ended = now && { end_time: formatTime(now() - MINUTE) }
    const request = {
      ...entry(),
      ...begun,
      ...(payer && { plate_number: payer.plate_number }),
    } as Stay['request']
    const entered = await parking.create(request, caller)
    if (entered.statusCode !== 200) return entered
    const stay = { request, id: entered.json<{ id: string }>().id }
    return parking.charge(chargeOf(stay, { ...fields, ...(ended && { parking_info: ended }) }), caller)
  }
  return {
    ...{ query, order, refund, queryRefund, redirectRefund, giveBack, refundNow },
    charge,
    async accept(fields, caller) {
      const reply = await charge(fields, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json<Order>()
    },
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** The calls on a platform whose store was closed under it. */
export async function chargesWithoutStore(t: Scope): Promise<ChargesUnderTest> {
  const running = await sandboxWithoutStore(t)
  return { ...running, ...chargeCalls(running.call) }
}
