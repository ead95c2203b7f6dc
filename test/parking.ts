import assert from 'node:assert/strict'
import type { LightMyRequestResponse } from 'fastify'
import type { Refund } from '../src/products/common/refunds/contract.ts'
import type { Transaction } from '../src/products/industry/parking/contract.ts'
import { type PlatformUnderTest, withQuery } from './platform.ts'
import {
  APPID,
  type Caller,
  type Fields,
  freshNo,
  MERCHANT,
  NOBODY_LISTENS,
  type SandboxUnderTest,
  type Scope,
  sandboxUnderTest,
  sandboxWithoutStore,
} from './sandbox.ts'

export * from './sandbox.ts'

// What the tests of the parking product have in common: the documents' samples, the two modes, the four calls.

export const START_TIME = '2017-08-26T10:43:39+08:00'
export const END_TIME = '2017-08-26T11:43:39+08:00'

/** Fields of a charge that differ from the documents' one; those of the inner objects are put into them. */
export type ChargeFields = Fields & { parking_info?: Fields; amount?: Fields }

/** A car that has driven in: what was sent and what was answered. */
export interface Stay {
  request: Fields & { plate_number: string; plate_color: string; parking_name: string; start_time: string }
  id: string
}

/** The calls of parking and of refunds on a platform whose business time stands still. */
export interface ParkingUnderTest extends SandboxUnderTest {
  find(fields: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  create(fields: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  charge(fields: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  query(outTradeNo: string, caller?: Caller, more?: Fields): Promise<LightMyRequestResponse>
  /** Makes an entry of a fresh plate, or of the one that is given, and expects a success. */
  park(fields?: Fields, caller?: Caller): Promise<Stay>
  /** Charges a stay and expects the charge to be accepted. */
  accept(stay: Stay, fields?: ChargeFields, caller?: Caller): Promise<Transaction>
  /** Queries an order and expects it to be found. */
  order(outTradeNo: string, caller?: Caller): Promise<Transaction>
  refund(fields: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  queryRefund(outRefundNo: string, caller?: Caller): Promise<LightMyRequestResponse>
  /** Says where an abnormal refund goes. */
  redirectRefund(refundId: string, fields: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  /** Applies for a refund and expects it to be accepted. */
  giveBack(fields: Fields, caller?: Caller): Promise<Refund>
  /** Queries a refund and expects it to be found. */
  refundNow(outRefundNo: string, caller?: Caller): Promise<Refund>
}

/** Starts a platform at the documents' time. Due work is done only by `runDue` unless `workers` says otherwise. */
export async function parkingUnderTest(
  t: Scope,
  options?: Parameters<typeof sandboxUnderTest>[1],
): Promise<ParkingUnderTest> {
  const running = await sandboxUnderTest(t, options)
  return { ...running, ...parkingCalls(running.call) }
}

const REFUNDS = '/v3/refund/domestic/refunds'

/** The calls, by way of a function that signs and sends. */
export function parkingCalls(
  call: PlatformUnderTest['call'],
): Omit<ParkingUnderTest, keyof SandboxUnderTest> {
  const get = (path: string, fields: Fields, { mchid, partner }: Caller) =>
    call({ method: 'GET', target: targetOf(path, { ...partner, ...fields }) }, mchid)
  const post = (target: string, fields: Fields, { mchid, partner }: Caller) =>
    call({ method: 'POST', target, body: { ...partner, ...fields } }, mchid)
  const create = (fields: Fields, caller = MERCHANT) => post('/v3/vehicle/parking/parkings', fields, caller)
  const charge = (fields: Fields, caller = MERCHANT) =>
    post('/v3/vehicle/transactions/parking', fields, caller)
  const query = (outTradeNo: string, caller = MERCHANT, more: Fields = {}) =>
    get(`/v3/vehicle/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}`, more, caller)
  const refund = (fields: Fields, caller = MERCHANT) => post(REFUNDS, fields, caller)
  const queryRefund = (outRefundNo: string, caller = MERCHANT) =>
    get(`${REFUNDS}/${encodeURIComponent(outRefundNo)}`, {}, caller)
  return {
    refund,
    queryRefund,
    redirectRefund: (refundId, fields, caller = MERCHANT) =>
      post(`${REFUNDS}/${refundId}/apply-abnormal-refund`, fields, caller),
    async giveBack(fields, caller = MERCHANT) {
      const reply = await refund(fields, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json<Refund>()
    },
    async refundNow(outRefundNo, caller = MERCHANT) {
      const reply = await queryRefund(outRefundNo, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json<Refund>()
    },
    find: (fields, caller = MERCHANT) => get('/v3/vehicle/parking/services/find', fields, caller),
    create,
    charge,
    query,
    async park(fields = {}, caller = MERCHANT) {
      const request = { ...entry(), ...fields }
      const reply = await create(request, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return { request: request as Stay['request'], id: reply.json<{ id: string }>().id }
    },
    async accept(stay, fields = {}, caller = MERCHANT) {
      const reply = await charge(chargeOf(stay, fields), caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json<Transaction>()
    },
    async order(outTradeNo, caller = MERCHANT) {
      const reply = await query(outTradeNo, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json<Transaction>()
    },
  }
}

function targetOf(path: string, fields: Fields): string {
  const sent = Object.entries(fields).filter(([, value]) => value !== undefined)
  return sent.length === 0 ? path : withQuery(path, Object.fromEntries(sent.map(([k, v]) => [k, String(v)])))
}

let lastFleetPlate = 0

/** A normal plate with money of its own that no other test of the file has used, as long as there are some. */
export function freshPlate(): string {
  const plate = `粤B${20_000 + (lastFleetPlate % 200)}`
  lastFleetPlate += 1
  return plate
}

/** The body of the documents' entry, with a plate, a number and a `notify_url` of its own. */
export function entry(more: Fields = {}): Fields {
  return {
    out_parking_no: freshNo('P'),
    plate_number: freshPlate(),
    plate_color: 'BLUE',
    notify_url: NOBODY_LISTENS,
    start_time: START_TIME,
    parking_name: '欢乐海岸停车场',
    free_duration: 3600,
    ...more,
  }
}

/** The body of the documents' charge for a stay, with a number and a `notify_url` of its own. */
export function chargeOf({ id, request }: Stay, more: ChargeFields = {}): Fields & { out_trade_no: string } {
  const { plate_number, plate_color, start_time, parking_name } = request
  const { parking_info, amount, ...rest } = more
  return {
    appid: APPID,
    description: '停车场扣费',
    attach: '深圳分店',
    out_trade_no: freshNo('T'),
    trade_scene: 'PARKING',
    goods_tag: 'WXG',
    notify_url: NOBODY_LISTENS,
    profit_sharing: 'Y',
    amount: { total: 888, currency: 'CNY', ...amount },
    parking_info: {
      parking_id: id,
      plate_number,
      plate_color,
      start_time,
      end_time: END_TIME,
      parking_name,
      charging_duration: 3600,
      device_id: '12313',
      ...parking_info,
    },
    ...rest,
  }
}

/** The calls on a platform whose store was closed under it. */
export async function parkingWithoutStore(t: Scope): Promise<ParkingUnderTest> {
  const running = await sandboxWithoutStore(t)
  return { ...running, ...parkingCalls(running.call) }
}
