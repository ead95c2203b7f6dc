import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  InvalidRequest,
  type MerchantClient,
  merchantClient,
  NumberUsed,
  type PartnerClient,
  PaymentUnderWay,
  partnerClient,
} from '../../src/sdk/index.ts'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { type AdminCalls, adminCalls } from '../admin-calls.ts'
import { SUB_APPID } from '../sandbox.ts'
import { APPID, DIRECT, NOWHERE, optionsOf, PROVIDER, SUB_MCHID } from './car-park.ts'

let platform: TestPlatform
let admin: AdminCalls
/** A payer with money, and their openids under the apps of the tests. */
let payer: { payer_id: string; openid: string; sub_openid: string }
before(async () => {
  platform = await startPlatform({ open: openTestDatabase })
  admin = adminCalls(platform)
  payer = await newPayer()
})
after(() => platform?.stop())

async function newPayer(wallet = 100_000): Promise<typeof payer> {
  const payer_id = `payer-${randomUUID()}`
  await admin.put(`/payers/${payer_id}`)
  if (wallet > 0) await admin.put(`/payers/${payer_id}/top-ups/first`, { amount: wallet })
  const openid = async (appid: string): Promise<string> =>
    (await admin.put(`/payers/${payer_id}/openids/${appid}`)).body.openid
  return { payer_id, openid: await openid(APPID), sub_openid: await openid(SUB_APPID) }
}

const merchant = () => merchantClient(optionsOf(platform, DIRECT))
const partner = () => partnerClient(optionsOf(platform, PROVIDER))

const orderOf = (total = 888) => ({
  description: '停车场月卡',
  out_trade_no: randomUUID().replaceAll('-', ''),
  notify_url: NOWHERE,
  amount: { total },
})

/** Lets a payer do it, and answers what their client is given. */
async function paid(payment: object): Promise<object> {
  const { body } = await admin.put(`/payers/${payer.payer_id}/payments/${randomUUID()}`, payment)
  assert.equal(body.state, 'PAID', JSON.stringify(body))
  return body.client
}

/** A client's payments with what they are ordered and queried with in its mode, under an app id. */
interface Shop {
  appid: string
  jsapiOrder(): Promise<{ out_trade_no: string; prepay_id: string }>
  appOrder(): Promise<{ out_trade_no: string; prepay_id: string }>
  stateOf(out_trade_no: string): Promise<string>
  payments: Pick<
    (MerchantClient | PartnerClient)['payments'],
    'jsapiParameters' | 'miniProgramParameters' | 'appParameters'
  >
}

function merchantShop({ payments }: MerchantClient): Shop {
  const own = { appid: APPID, mchid: DIRECT }
  const order = () => ({ ...own, ...orderOf() })
  return {
    appid: APPID,
    payments,
    async jsapiOrder() {
      const request = { ...order(), payer: { openid: payer.openid } }
      return { ...request, ...(await payments.jsapiPrepay(request)) }
    },
    async appOrder() {
      const request = order()
      return { ...request, ...(await payments.appPrepay(request)) }
    },
    stateOf: async out_trade_no =>
      (await payments.queryOrderByOutTradeNo({ out_trade_no, mchid: DIRECT })).trade_state,
  }
}

function partnerShop({ payments }: PartnerClient, appid: string): Shop {
  const numbers = { sp_mchid: PROVIDER, sub_mchid: SUB_MCHID }
  const isSub = appid === SUB_APPID
  const order = () => ({
    ...{ sp_appid: APPID, ...numbers, ...orderOf() },
    ...(isSub && { sub_appid: SUB_APPID }),
  })
  return {
    appid,
    payments,
    async jsapiOrder() {
      const who = isSub ? { sub_openid: payer.sub_openid } : { sp_openid: payer.openid }
      const request = { ...order(), payer: who }
      return { ...request, ...(await payments.jsapiPrepay(request)) }
    },
    async appOrder() {
      const request = order()
      return { ...request, ...(await payments.appPrepay(request)) }
    },
    stateOf: async out_trade_no =>
      (await payments.queryOrderByOutTradeNo({ out_trade_no, ...numbers })).trade_state,
  }
}

const SHOPS: [name: string, shop: () => Shop][] = [
  ['a direct merchant', () => merchantShop(merchant())],
  ['a provider under its own app', () => partnerShop(partner(), APPID)],
  ["a provider under the sub-merchant's app", () => partnerShop(partner(), SUB_APPID)],
]

for (const [name, make] of SHOPS) {
  test(`${name} sells by a page, a mini program and an app, with what the SDK has signed`, async () => {
    const { appid, payments, jsapiOrder, appOrder, stateOf } = make()
    const page = await jsapiOrder()
    assert.equal(await stateOf(page.out_trade_no), 'NOTPAY')
    const jsapi = payments.jsapiParameters({ appid, prepay_id: page.prepay_id })
    assert.deepEqual(await paid({ jsapi }), { err_msg: 'get_brand_wcpay_request:ok' })
    assert.equal(await stateOf(page.out_trade_no), 'SUCCESS')

    const mini = await jsapiOrder()
    const mini_program = payments.miniProgramParameters({ appid, prepay_id: mini.prepay_id })
    assert.deepEqual(await paid({ mini_program }), { errMsg: 'requestPayment:ok' })
    assert.equal(await stateOf(mini.out_trade_no), 'SUCCESS')

    const inApp = await appOrder()
    const app = payments.appParameters({ appid, prepay_id: inApp.prepay_id })
    assert.deepEqual(await paid({ app }), { errCode: 0 })
    assert.equal(await stateOf(inApp.out_trade_no), 'SUCCESS')
  })
}

test("what another client has signed is no signature of the merchant's", async () => {
  const { prepay_id } = await merchantShop(merchant()).jsapiOrder()
  const jsapi = partner().payments.jsapiParameters({ appid: APPID, prepay_id })
  const { body } = await admin.put(`/payers/${payer.payer_id}/payments/${randomUUID()}`, { jsapi })
  assert.deepEqual([body.state, body.shown], ['REFUSED', '支付验证签名失败'])
})

test('what the number of a paid order and a close are refused with says what to do', async () => {
  const { payments } = merchant()
  const { payer_id } = await newPayer(0)
  const card = { bank_type: 'CMB_CREDIT', available: 1_000, behaviour: 'UNKNOWN_THEN_APPROVED' }
  await admin.put(`/payers/${payer_id}/cards/${payer_id}-1`, card)
  const order = { appid: APPID, mchid: DIRECT, ...orderOf() }
  const { code_url } = await payments.nativePrepay(order)
  const { body } = await admin.put(`/payers/${payer_id}/payments/one`, { code_url })
  assert.equal(body.state, 'PROCESSING')
  const { out_trade_no, mchid } = order
  await assert.rejects(payments.closeOrder({ out_trade_no, mchid }), (error: Error) => {
    assert.ok(error instanceof PaymentUnderWay)
    assert.match(error.whatToDo, /close it again if it is still NOTPAY/)
    return true
  })

  const paidOne = { ...order, ...orderOf() }
  await paid({ code_url: (await payments.nativePrepay(paidOne)).code_url })
  await assert.rejects(payments.nativePrepay(paidOne), (error: Error) => {
    assert.ok(error instanceof NumberUsed)
    assert.match(error.whatToDo, /queryOrderByOutTradeNo/)
    return true
  })
  await assert.rejects(payments.closeOrder({ out_trade_no: paidOne.out_trade_no, mchid }), InvalidRequest)
  const waiting = { ...order, ...orderOf() }
  await payments.nativePrepay(waiting)
  assert.equal(await payments.closeOrder({ out_trade_no: waiting.out_trade_no, mchid }), undefined)
})
