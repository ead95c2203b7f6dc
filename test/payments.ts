import assert from 'node:assert/strict'
import { createSign } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import type { PaymentResult } from '../src/products/basic/payments/contract.ts'
import { type AdminCalls, type AdminReply, adminCalls } from './admin-calls.ts'
import { withQuery } from './platform.ts'
import {
  APPID,
  type Caller,
  type Fields,
  freshNo,
  MERCHANT,
  NOBODY_LISTENS,
  type SandboxUnderTest,
  type Scope,
  SUB_APPID,
  sandboxUnderTest,
  sandboxWithoutStore,
} from './sandbox.ts'

export { parkingCalls } from './parking.ts'
export * from './sandbox.ts'

// What tests of the basic payments have in common: the calls in both modes, and payers who pay.

export const KINDS = ['jsapi', 'app', 'h5', 'native'] as const
export type Kind = (typeof KINDS)[number]

export interface PaymentsUnderTest extends Omit<SandboxUnderTest, 'payer'> {
  admin_: AdminCalls
  /** Calls a prepay call with the fields of its mode. */
  prepay(kind: Kind | 'miniprogram', fields?: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  query(outTradeNo: string, caller?: Caller, more?: Fields): Promise<LightMyRequestResponse>
  queryById(transactionId: string, caller?: Caller): Promise<LightMyRequestResponse>
  close(outTradeNo: string, caller?: Caller, more?: Fields): Promise<LightMyRequestResponse>
  /** A code of an order that was just made, and its number. */
  order(fields?: Fields, caller?: Caller): Promise<{ out_trade_no: string; code_url: string }>
  /** Lets a payer do something, under a name of its own. */
  pay(payerId: string, payment: Fields): Promise<AdminReply>
  /** Makes a payer with so much in the wallet, and answers the openid under `APPID` and the number. */
  payer(wallet?: number): Promise<{ payer_id: string; openid: string; sub_openid: string }>
  /** What a merchant's page hands to WeChat for a prepay_id. */
  jsapi(prepayId: string, more?: SignedAs): Record<string, string>
  /** What an app hands over. */
  app_(prepayId: string, more?: SignedAs): Record<string, string>
  /** The notices of an order, as they were put into the outbox. */
  notices(outTradeNo: string, caller?: Caller): Promise<PaymentResult[]>
}

/** What is signed or handed over in another way than it should be. */
export interface SignedAs {
  mchid?: string
  appid?: string
  /** The text that is signed, made of the right one. */
  message?: (right: string) => string
  /** What becomes of the signature on its way. */
  signature?: (right: string) => string
  parameters?: Record<string, unknown>
}

const PATHS = { merchant: '/v3/pay/transactions', partner: '/v3/pay/partner/transactions' }
const modeOf = ({ partner }: Caller) => (partner.sub_mchid === undefined ? 'merchant' : 'partner')

/** Starts a platform at the documents' time. Due work is done only by `runDue`. */
export async function paymentsUnderTest(
  t: Scope,
  options?: Parameters<typeof sandboxUnderTest>[1],
): Promise<PaymentsUnderTest> {
  return paymentsOn(await sandboxUnderTest(t, options))
}

/** The same on a platform whose store was closed under it. */
export async function paymentsWithoutStore(t: Scope): Promise<PaymentsUnderTest> {
  return paymentsOn(await sandboxWithoutStore(t))
}

function paymentsOn(running: SandboxUnderTest): PaymentsUnderTest {
  const admin = adminCalls(running)
  const callers = (caller: Caller) =>
    modeOf(caller) === 'merchant'
      ? { mchid: caller.mchid }
      : { sp_mchid: caller.mchid, sub_mchid: caller.partner.sub_mchid }
  const post = (path: string, body: Fields, caller: Caller) =>
    running.call({ method: 'POST', target: `${PATHS[modeOf(caller)]}${path}`, body }, caller.mchid)
  const get = (path: string, caller: Caller, more: Fields = {}) => {
    const query = Object.entries({ ...callers(caller), ...more }).filter(([, value]) => value !== undefined)
    const fields = Object.fromEntries(query.map(([name, value]) => [name, String(value)]))
    return running.call(
      { method: 'GET', target: withQuery(`${PATHS[modeOf(caller)]}${path}`, fields) },
      caller.mchid,
    )
  }
  const prepay: PaymentsUnderTest['prepay'] = (kind, fields = {}, caller = MERCHANT) =>
    post(`/${kind}`, { ...prepayOf(kind, caller), ...callers(caller), ...fields }, caller)
  const signed = (
    text: string,
    { mchid = MERCHANT.mchid, message = right => right, signature = right => right }: SignedAs,
  ) =>
    signature(
      createSign('RSA-SHA256').update(message(text)).sign(running.merchant(mchid).private_key, 'base64'),
    )
  return {
    ...running,
    admin_: admin,
    prepay,
    query: (outTradeNo, caller = MERCHANT, more) => get(`/out-trade-no/${outTradeNo}`, caller, more),
    queryById: (transactionId, caller = MERCHANT) => get(`/id/${transactionId}`, caller),
    close: (outTradeNo, caller = MERCHANT, more = {}) =>
      post(`/out-trade-no/${outTradeNo}/close`, { ...callers(caller), ...more }, caller),
    async order(fields = {}, caller = MERCHANT) {
      const out_trade_no = freshNo('PAY')
      const reply = await prepay('native', { out_trade_no, ...fields }, caller)
      assert.equal(reply.statusCode, 200, reply.body)
      return { out_trade_no, ...reply.json<{ code_url: string }>() }
    },
    pay: (payerId, payment) => admin.put(`/payers/${payerId}/payments/${freshNo('pay')}`, payment),
    async payer(wallet = 100_000) {
      const payer_id = freshNo('payer')
      await admin.put(`/payers/${payer_id}`)
      if (wallet > 0) await admin.put(`/payers/${payer_id}/top-ups/first`, { amount: wallet })
      const openid = (appid: string) => admin.put(`/payers/${payer_id}/openids/${appid}`)
      return {
        payer_id,
        openid: (await openid(APPID)).body.openid,
        sub_openid: (await openid(SUB_APPID)).body.openid,
      }
    },
    jsapi(prepayId, more = {}) {
      const { appid = APPID } = more
      const [timeStamp, nonceStr] = ['1503719100', '593BEC0C930BF1AFEB40B4A08C8FB242']
      const paySign = signed(`${appid}\n${timeStamp}\n${nonceStr}\nprepay_id=${prepayId}\n`, more)
      return {
        ...{ appId: appid, timeStamp, nonceStr, package: `prepay_id=${prepayId}`, signType: 'RSA', paySign },
        ...more.parameters,
      }
    },
    app_(prepayId, more = {}) {
      const { appid = APPID, mchid = MERCHANT.mchid } = more
      const [timeStamp, nonceStr] = ['1503719100', '593BEC0C930BF1AFEB40B4A08C8FB242']
      const sign = signed(`${appid}\n${timeStamp}\n${nonceStr}\n${prepayId}\n`, more)
      return {
        ...{
          appId: appid,
          partnerId: mchid,
          prepayId,
          packageValue: 'Sign=WXPay',
          nonceStr,
          timeStamp,
          sign,
        },
        ...more.parameters,
      }
    },
    async notices(outTradeNo, caller = MERCHANT) {
      const rows = await running.platform.db.all<{ resource: string }>(
        'SELECT resource FROM notices WHERE subject = $1',
        `order/${caller.mchid}/${outTradeNo}`,
      )
      return rows.map(({ resource }) => JSON.parse(resource) as PaymentResult)
    },
  }
}

/** What a prepay call is sent besides merchant numbers; JSAPI needs an openid beside. */
export function prepayOf(kind: Kind | 'miniprogram', caller: Caller): Fields {
  const appids = modeOf(caller) === 'merchant' ? { appid: APPID } : { sp_appid: APPID }
  return {
    ...appids,
    description: '停车场月卡',
    out_trade_no: freshNo('PAY'),
    notify_url: NOBODY_LISTENS,
    amount: { total: 100 },
    ...(kind === 'h5' && { scene_info: { payer_client_ip: '14.23.150.211', h5_info: { type: 'Wap' } } }),
  }
}
