import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { LightMyRequestResponse } from 'fastify'
import type { Operation } from '../src/contract/operation.ts'
import type { Refund } from '../src/products/common/refunds/contract.ts'
import type { Transaction } from '../src/products/industry/parking/contract.ts'
import type { ErrorDetail } from '../src/protocol/errors.ts'
import { general } from '../src/protocol/general-errors.ts'
import { createTestStore } from '../src/store/testing.ts'
import { type StartOptions, type VirtualClock, virtualClock } from '../src/testing/index.ts'
import { type PlatformUnderTest, platformUnderTest, withQuery } from './platform.ts'

// What the tests of the parking product have in common: the documents' samples, the two modes, the four calls.

/** The instant of the documents' samples: the car of their charge has left a minute and a half before. */
export const NOW = '2017-08-26T11:45:00+08:00'
export const START_TIME = '2017-08-26T10:43:39+08:00'
export const END_TIME = '2017-08-26T11:43:39+08:00'

/** A place where nobody listens: notices to it fail at once, and nothing leaves the machine. */
export const NOBODY_LISTENS = 'http://127.0.0.1:9/wxpay'

export const APPID = 'wxcbda96de0b165486'
export const SUB_APPID = 'wxd678efh567hg6787'

/** Somebody who calls, with what the mode adds to each request. */
export interface Caller {
  mchid: string
  partner: { sub_mchid?: string }
}

export const MERCHANT: Caller = { mchid: '1230000109', partner: {} }
export const PARTNER: Caller = { mchid: '1230000100', partner: { sub_mchid: '1900000109' } }
/** Both modes with their names, for tests that hold in each. */
export const MODES: readonly [name: string, caller: Caller][] = [
  ['merchant mode', MERCHANT],
  ['partner mode', PARTNER],
]

/** Fields of a request; those that are `undefined` are not sent. */
export type Fields = Record<string, unknown>

/** Fields of a charge that differ from the documents' one; those of the inner objects are put into them. */
export type ChargeFields = Fields & { parking_info?: Fields; amount?: Fields }

/** A car that has driven in: what was asked and what was answered. */
export interface Stay {
  request: Fields & { plate_number: string; plate_color: string; parking_name: string; start_time: string }
  id: string
}

/** The calls of parking and of refunds on a platform whose business time stands still. */
export interface ParkingUnderTest extends PlatformUnderTest {
  clock: VirtualClock
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

/** What ends things: the context of a test, or the hooks of a whole file. */
export interface Scope {
  after(end: () => Promise<void>): void
}

/** Starts a platform at the documents' time. Due work is done by `runDue` alone unless `workers` says otherwise. */
export async function parkingUnderTest(
  t: Scope,
  options: Omit<StartOptions, 'clock'> & { clock?: VirtualClock } = {},
): Promise<ParkingUnderTest> {
  const clock = options.clock ?? virtualClock(NOW)
  const running = await platformUnderTest(t as Pick<TestContext, 'after'>, { ...options, clock })
  return { ...running, clock, ...parkingCalls(running.call) }
}

const REFUNDS = '/v3/refund/domestic/refunds'

/** The calls, by way of a function that signs and sends. */
export function parkingCalls(
  call: PlatformUnderTest['call'],
): Omit<ParkingUnderTest, keyof PlatformUnderTest | 'clock'> {
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

let lastNumber = 0

/** A number that no other test of the file has used. */
export function freshNo(prefix = 'N'): string {
  lastNumber += 1
  return `${prefix}${String(lastNumber).padStart(6, '0')}`
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

/** Status, code and message of an error as the documents print them. */
export type Documented = Readonly<Record<string, readonly [status: number, code: string, message: string]>>

/** Checks refusals against what the documents print, and that every declared error of an operation was met. */
export function refusalsOf(operation: Operation, documented: Documented) {
  const met = new Set<string>()
  const refused = (reply: LightMyRequestResponse, name: string, detail?: ErrorDetail): void => {
    const [status, code, message] = documented[name] ?? []
    assert.deepEqual(
      { status: reply.statusCode, body: reply.json() },
      { status, body: detail ? { code, detail, message } : { code, message } },
    )
    met.add(name)
  }
  return {
    /** The reply is exactly this error. */
    refused,
    /**
     * The reply is a parameter error about this field. Where the call's page prints a message, the sentence is the issue of
     * the detail; otherwise it is the message, and the detail has the value or, where that is refused, its length.
     */
    refusedField(
      reply: LightMyRequestResponse,
      field: string,
      value: unknown,
      sentence?: string,
      name?: string,
    ): void {
      const { detail = {}, message = '' } = reply.json<{ detail?: ErrorDetail; message?: string }>()
      const location = locationOf(operation, field)
      const { error: printed = general.PARAM_ERROR, field: only } = operation.invalidParameter ?? {}
      // A member that is null is as good as absent.
      const sent = value ?? ''
      if (name !== undefined || (operation.invalidParameter && (only === undefined || only === field))) {
        assert.ok(detail.issue?.endsWith(sentence ?? ''), `Not the issue in ${reply.body}`)
        refused(reply, name ?? printed.name, { field, issue: detail.issue, location, value: sent })
        return
      }
      const source = location === 'url' ? 'uri_template' : location
      assert.ok(message.includes(`“/${source}/${field.replace(/^\//, '')}”`), message)
      assert.ok(message.endsWith(sentence ?? ''), message)
      const [, bytes] = /字节数 (\d+)/.exec(message) ?? []
      assert.deepEqual(
        { status: reply.statusCode, body: reply.json() },
        {
          status: 400,
          body: {
            code: 'PARAM_ERROR',
            detail: { location: source, value: bytes === undefined ? sent : Number(bytes) },
            message,
          },
        },
      )
      met.add('PARAM_ERROR')
    },
    /** Every error that the contract declares was met by a test of this file, and the documents have no other. */
    assertAllMet(): void {
      const declared = operation.errors.map(({ name }) => name).sort()
      assert.deepEqual([...met].sort(), declared)
      assert.deepEqual(Object.keys(documented).sort(), declared)
    },
  }
}

function locationOf({ method, path }: Operation, field: string): 'body' | 'query' | 'url' {
  if (method === 'POST') return 'body'
  return path.includes(`{${field}}`) ? 'url' : 'query'
}

/** A platform whose store was closed under it, as after a lost disk. Its merchants' keys are known. */
export async function platformWithoutStore(t: Scope): Promise<ParkingUnderTest> {
  const store = createTestStore()
  const running = await parkingUnderTest(t, { open: () => store.open() })
  t.after(() => store.remove())
  await running.platform.db.close()
  return running
}

/** What a fault of the platform's own looks like from outside, whatever its cause was. */
export function assertSystemError(reply: LightMyRequestResponse): void {
  assert.equal(reply.statusCode, 500)
  assert.equal(reply.body, '{"code":"SYSTEM_ERROR","message":"出现内部服务器错误"}')
  // The signature is random letters, which may spell anything.
  const { 'wechatpay-signature': _, ...headers } = reply.headers
  assert.doesNotMatch(JSON.stringify(headers), /database|sql|table|plates|transactions|\.ts|Error:/i)
}
