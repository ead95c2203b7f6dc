import assert from 'node:assert/strict'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { hasBody, type InMode, isSigned, nameOf, type Operation } from '../../src/contract/operation.ts'
import { conforms } from '../../src/contract/validate.ts'
import { UNPAID_ORDER } from '../../src/products/basic/payments/seed.ts'
import { products } from '../../src/products/index.ts'
import { endpointsOf } from '../../src/products/product.ts'
import { ApiError, type ErrorEntry, LANGUAGES } from '../../src/protocol/errors.ts'
import { general } from '../../src/protocol/general-errors.ts'
import { signedRequest, virtualClock } from '../../src/testing/index.ts'
import { chargeCalls } from '../charges.ts'
import {
  APPID,
  type Caller,
  chargeOf,
  entry,
  MERCHANT,
  NOW,
  PARTNER,
  parkingUnderTest,
  type Stay,
} from '../parking.ts'
import { prepayOf } from '../payments.ts'
import { DAY, freeze, HOUR, type PaidOrder, paidOrder, refundOf } from '../refunds.ts'
import { corrupt, flipped, jsonOf, type Mutation, membersOf, mutation, type Parts } from './mutations.ts'

const endpoints = endpointsOf(products)

/** Requests that are tried; each carries one to three mutations. */
const RUNS = 2_000

/** Each attempt has a second of wall time of its own, so that no limit of a second hides what would be answered. */
let attempts = 0
const clock = { ...virtualClock(NOW), wallNow: () => Date.now() + (attempts % 200) * 1_000 }
const running = await parkingUnderTest({ after }, { clock, rules: { refundInterval: 0 } })
const charges = { ...running, ...chargeCalls(running.call) }
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
after(() => agent.destroy())

const EARLY: ErrorEntry[] = [
  general.MISSING_ACCEPT_OR_USER_AGENT,
  general.HEADERS_TOO_LARGE,
  general.BODY_TOO_LARGE,
  general.AUTHORIZATION_MALFORMED,
  general.AUTHORIZATION_SCHEME,
  general.TIMESTAMP_SKEW,
  general.MERCHANT_UNKNOWN,
  general.SERIAL_UNKNOWN,
  general.SIGNATURE_MISMATCH,
  general.PROVIDER_IN_MERCHANT_MODE,
  general.MERCHANT_IN_PARTNER_MODE,
  general.UNDEFINED_FIELDS,
  general.NOT_UTF8,
]

const operations = endpoints.map(({ operation }) => operation)

/** A stay that each caller can charge; a new one takes its place when it was charged. */
const stays = new Map<Caller, Stay>()

async function stayOf(caller: Caller): Promise<Stay> {
  const stay = stays.get(caller) ?? (await running.park({}, caller))
  stays.set(caller, stay)
  return stay
}

/** What happened on the day before, for each caller: an abnormal refund that was sent elsewhere, and a bill to download. */
interface Yesterday {
  refund_id: string
  out_refund_no: string
  token: string
}
const BILL_DATE = NOW.slice(0, 10)
const CALLERS = [MERCHANT, PARTNER]
const yesterday = new Map<Caller, Yesterday>()
for (const caller of CALLERS) yesterday.set(caller, await abnormalRefund(caller))
clock.advance(DAY)
for (const caller of CALLERS) Object.assign(yesterday.get(caller) ?? {}, { token: await billToken(caller) })

async function abnormalRefund(caller: Caller): Promise<Yesterday> {
  const order = await paidOrder(charges, undefined, {}, caller)
  const refund = await running.giveBack(refundOf(order), caller)
  await freeze(running.platform, order.paid_by)
  clock.advance(HOUR)
  await running.runDue()
  const { refund_id, out_refund_no } = refund
  const redirected = await running.redirectRefund(
    refund_id,
    { out_refund_no, type: 'MERCHANT_BANK_CARD' },
    caller,
  )
  assert.equal(redirected.statusCode, 200, redirected.body)
  return { refund_id, out_refund_no, token: '' }
}

async function billToken({ mchid }: Caller): Promise<string> {
  const applied = await running.call(
    { method: 'GET', target: `/v3/bill/tradebill?bill_date=${BILL_DATE}` },
    mchid,
  )
  return new URL(applied.json<{ download_url: string }>().download_url).searchParams.get('token') ?? ''
}

/** An order that each caller can refund a fen of; a new one takes its place when it was refunded. */
const orders = new Map<Caller, PaidOrder>()

async function orderOf(caller: Caller): Promise<PaidOrder> {
  const order = orders.get(caller) ?? (await paidOrder(charges, undefined, {}, caller))
  orders.set(caller, order)
  return order
}

/** The fields of a request that would be answered with 200, or with a refusal of {@link REFUSED}, by the name of the call. */
const VALID: Readonly<Record<string, (caller: Caller, past: Yesterday) => object | Promise<object>>> = {
  createRefund: async caller => ({ ...caller.partner, ...refundOf(await orderOf(caller), 1) }),
  queryByOutRefundNo: ({ partner }, { out_refund_no }) => ({ ...partner, out_refund_no }),
  createAbnormalRefund: ({ partner }, { refund_id, out_refund_no }) => ({
    ...{ ...partner, refund_id, out_refund_no, type: 'MERCHANT_BANK_CARD' },
  }),
  getTradeBill: () => ({ bill_date: BILL_DATE }),
  getFundFlowBill: () => ({ bill_date: BILL_DATE }),
  getSubMerchantFundFlowBill: () => ({
    ...{ sub_mchid: PARTNER.partner.sub_mchid, bill_date: BILL_DATE },
    ...{ account_type: 'BASIC', algorithm: 'AEAD_AES_256_GCM' },
  }),
  downloadBill: (_caller, { token }) => ({ token }),
  createParking: ({ partner }) => ({ ...partner, ...entry() }),
  createTransaction: async caller => ({ ...caller.partner, ...chargeOf(await stayOf(caller)) }),
  queryTransaction: ({ partner }) => ({ ...partner, out_trade_no: 'T1' }),
  queryPlateService: ({ partner }) => ({
    ...{ ...partner, appid: APPID, plate_number: '粤B10001', plate_color: 'BLUE' },
    openid: 'oSandboxOwnerOfB100010000000',
  }),
  jsapiPrepay: caller => ({ ...prepayed('jsapi', caller), payer: payerIn(caller) }),
  miniProgramPrepay: caller => ({ ...prepayed('miniprogram', caller), payer: payerIn(caller) }),
  appPrepay: caller => prepayed('app', caller),
  h5Prepay: caller => prepayed('h5', caller),
  nativePrepay: caller => prepayed('native', caller),
  queryOrderById: caller => ({ ...numbersIn(caller), transaction_id: '4200000001201708260000000001' }),
  queryOrderByOutTradeNo: caller => ({ ...numbersIn(caller), out_trade_no: UNPAID_ORDER }),
  closeOrder: caller => ({ ...numbersIn(caller), out_trade_no: UNPAID_ORDER }),
  listCertificates: () => ({ algorithm_type: 'RSA' }),
  securityEcho: () => ({ echo_message: 'hi', notify_url: 'http://127.0.0.1:9/notify' }),
}

/** How the calls of basic payments name who calls and for whom. */
function numbersIn(caller: Caller): object {
  return caller === MERCHANT ? { mchid: caller.mchid } : { sp_mchid: caller.mchid, ...caller.partner }
}

function prepayed(kind: Parameters<typeof prepayOf>[0], caller: Caller): object {
  return { ...numbersIn(caller), ...prepayOf(kind, caller) }
}

function payerIn(caller: Caller): object {
  const openid = 'oSandboxOwnerOfB100010000000'
  return caller === MERCHANT ? { openid } : { sp_openid: openid }
}

async function validFields(operation: Operation, caller: Caller): Promise<object> {
  const make = VALID[nameOf(operation)]
  if (!make) throw new Error(`Say in VALID what a valid request of ${operation.id} is`)
  return make(caller, yesterday.get(caller) as Yesterday)
}

/** What a call is for a caller. */
function inModeOf(operation: Operation, { partner }: Caller): InMode {
  const inMode = operation[partner.sub_mchid === undefined ? 'merchant' : 'partner'] ?? operation.partner
  if (!inMode) throw new Error(`${operation.id} exists in no mode`)
  return inMode
}

async function validParts(operation: Operation, caller: Caller): Promise<Parts> {
  const fields = Object.entries(await validFields(operation, caller))
  const { path } = inModeOf(operation, caller)
  const isInPath = ([name]: [string, unknown]) => path.includes(`{${name}}`)
  const rest = Object.fromEntries(fields.filter(field => !isInPath(field)))
  const inQuery = !hasBody(operation.method)
  const query = Object.entries(rest).map(([name, value]): [string, string] => [
    name,
    encodeURIComponent(String(value)),
  ])
  return {
    method: operation.method,
    path: fields
      .filter(isInPath)
      .reduce((filled, [name, value]) => filled.replace(`{${name}}`, String(value)), path),
    query: inQuery ? query : [],
    body: inQuery ? undefined : membersOf(rest),
    headers: { 'Wechatpay-Serial': running.merchant(caller.mchid).platform_serial },
    flipBefore: undefined,
    flipAfter: undefined,
  }
}

interface Reply {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** Signs the parts as they are and sends them over a socket, because an injected request would be tidied up. */
async function send(parts: Parts, { mchid }: Caller): Promise<Reply & { tampered: boolean }> {
  const query = parts.query.map(([name, value]) => `${name}=${value}`).join('&')
  const target = query === '' ? parts.path : `${parts.path}?${query}`
  const signedBody = parts.body ? flipped(Buffer.from(jsonOf(parts.body)), parts.flipBefore) : Buffer.alloc(0)
  const sentBody = flipped(signedBody, parts.flipAfter)
  const { headers } = signedRequest(running.merchant(mchid), {
    method: parts.method as 'GET',
    target,
    body: signedBody,
    headers: parts.headers,
  })
  const { hostname, port } = new URL(running.baseUrl)
  const reply = await new Promise<Reply>((resolve, reject) => {
    const sent = {
      hostname,
      port,
      agent,
      method: parts.method,
      path: target,
      headers: { ...headers, 'Content-Length': sentBody.length },
    }
    httpRequest(sent, async response => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await text(response) })
    })
      .on('error', reject)
      .end(sentBody)
  })
  return { ...reply, tampered: !sentBody.equals(signedBody) }
}

function rows(): Promise<object | undefined> {
  return running.platform.db.get(
    `SELECT (SELECT COUNT(*) FROM parkings) AS parkings, (SELECT COUNT(*) FROM orders) AS transactions,
            (SELECT COUNT(*) FROM notices) AS notices, (SELECT COUNT(*) FROM refunds) AS refunds`,
  )
}

interface Refusal {
  code: string
  message: string
  detail?: object
}

function assertDocumented(
  { status, body }: Reply,
  { id: name, errors, signatureMismatch = general.SIGNATURE_MISMATCH }: Operation,
): void {
  const refusal = JSON.parse(body) as Refusal
  // The sentence of the gateway, with the place of the value and nothing else.
  const isSentence =
    status === 400 &&
    refusal.code === 'PARAM_ERROR' &&
    /[“/](uri_template|query|body)\//.test(refusal.message) &&
    Object.keys(refusal.detail ?? {}).every(key => ['location', 'value'].includes(key))
  const documented =
    isSentence ||
    [...EARLY, ...errors, signatureMismatch].some(error => {
      const known = new ApiError(error)
      return (
        known.status === status &&
        LANGUAGES.some(language => {
          const { code, message } = known.body(language)
          return code === refusal.code && message === refusal.message
        })
      )
    })
  assert.ok(documented, `${name} does not document ${status} ${body}`)
  assert.deepEqual(Object.keys(refusal), refusal.detail ? ['code', 'detail', 'message'] : ['code', 'message'])
  const known = ['detail', 'field', 'issue', 'location', 'sign_information', 'value']
  for (const key of Object.keys(refusal.detail ?? {})) assert.ok(known.includes(key), body)
}

interface Attempt {
  operation: Operation
  caller: Caller
  mutations: Mutation[]
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  operation: fc.constantFrom(...operations),
  caller: fc.constantFrom(MERCHANT, PARTNER),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
})

const statuses = new Map<string, number>()

async function tryOut({ operation, caller, mutations }: Attempt): Promise<void> {
  const parts = await validParts(operation, caller)
  for (const change of mutations) corrupt(parts, change)
  attempts += 1
  const before = await rows()
  const reply = await send(parts, caller)
  const outcome = `${nameOf(operation)} ${reply.status}`
  statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1)

  assert.ok(reply.status < 500, `${outcome}: ${reply.body}`)
  if (reply.status < 300) {
    assert.ok(!reply.tampered, 'A body that was changed on its way was taken')
    if (operation.id === 'parking.createTransaction') stays.delete(caller)
    if (operation.id === 'refunds.createRefund') orders.delete(caller)
    const isJson = reply.body !== '' && isSigned(operation)
    if (isJson) assert.equal(conforms(inModeOf(operation, caller).reply, JSON.parse(reply.body)), undefined)
    return
  }
  assert.deepEqual(await rows(), before, `${outcome} has written something`)
  const rerouted = mutations.some(({ kind }) => kind === 'path' || kind === 'method')
  if (rerouted && (reply.status === 405 || (reply.status === 404 && reply.body === ''))) {
    assert.equal(reply.body, '')
    return
  }
  assertDocumented(reply, operation)
  const { code } = JSON.parse(reply.body) as Refusal
  const isEarly = code === 'SIGN_ERROR' || reply.headers['wechatpay-signature'] === undefined
  if (!isEarly) assert.equal(reply.headers['wechatpay-signature-type'], 'WECHATPAY2-SHA256-RSA2048')
}

/** What a valid request is refused for: no such order, no account of one's own, no sub-merchants. */
const REFUSED: Record<string, number> = {
  'miniProgramPrepay 1230000109': 403,
  'queryOrderById 1230000109': 404,
  'queryOrderById 1230000100': 404,
  'queryTransaction 1230000109': 404,
  'queryTransaction 1230000100': 404,
  'getFundFlowBill 1230000100': 400,
  'getSubMerchantFundFlowBill 1230000109': 403,
}

test('a valid request of every call is answered, so that a refusal is due to what was changed', async () => {
  for (const operation of operations) {
    for (const caller of CALLERS) {
      const reply = await send(await validParts(operation, caller), caller)
      const expected = REFUSED[`${nameOf(operation)} ${caller.mchid}`] ?? operation.success ?? 200
      assert.equal(reply.status, expected, `${operation.id}: ${reply.body}`)
      if (operation.id === 'parking.createTransaction') stays.delete(caller)
      if (operation.id === 'refunds.createRefund') orders.delete(caller)
    }
  }
})

test('no request, however it is corrupted, gets anything but a documented answer, and a refused one writes nothing', async () => {
  await fc.assert(fc.asyncProperty(attempt, tryOut), { numRuns: RUNS })
  for (const operation of operations) {
    const name = nameOf(operation)
    assert.ok(
      [...statuses.keys()].some(outcome => outcome === `${name} 400`),
      `${name} was never refused`,
    )
  }
})
