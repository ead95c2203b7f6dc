import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { MerchantCredentials } from '../../src/testing/index.ts'
import { type ReadBill, readBill } from '../bills.ts'
import { APPID, type Caller, type Fields, freshNo, type Kind, MODES } from '../payments.ts'
import { type Answered, type ShopClient, sellsForADay, shopUnderTest } from './basic-payments.ts'
import { type AnyPay, clientOf, type Output, REAL_HOST, readNotice } from './node-v3.ts'
import { isRefused } from './refused-shop.ts'

// The npm package `wechatpay-node-v3`, unmodified, sells by the basic payments. It has the calls of merchant mode, and signs
// what a page or an app hands over in them; those of partner mode are made as its own are.

const PARTNER_PATH = '/v3/pay/partner/transactions'

function shopOf(merchant: MerchantCredentials, baseUrl: string, caller: Caller): ShopClient {
  const client = clientOf(merchant, baseUrl)
  const { sub_mchid } = caller.partner
  const mode = sub_mchid === undefined ? merchantMode(client) : partnerMode(client, caller.mchid, sub_mchid)
  return {
    ...mode,
    async refund(refund) {
      return answered(
        await client.refunds({ ...caller.partner, ...refund } as Parameters<AnyPay['refunds']>[0]),
      )
    },
    async queryRefund(outRefundNo) {
      // The package has no parameter for a sub-merchant here; the number is put into the URL as it is.
      const query = sub_mchid === undefined ? '' : `?sub_mchid=${sub_mchid}`
      return answered(await client.find_refunds(`${outRefundNo}${query}`))
    },
    sign: text => client.sha256WithRsa(text),
    readNotice: notice => readNotice(client, notice),
    async tradeBill(bill_date) {
      return fileOf(client, await client.tradebill({ ...caller.partner, bill_date, bill_type: 'ALL' }))
    },
    async fundFlowBill(bill_date) {
      return fileOf(client, await client.fundflowbill({ bill_date, account_type: 'BASIC' }))
    },
  }
}

async function fileOf(client: AnyPay, { status, data }: Output): Promise<ReadBill> {
  assert.equal(status, 200)
  const file = await client.downloadBill(data.download_url)
  assert.equal(createHash('sha1').update(file.data).digest('hex'), data.hash_value)
  return readBill(file.data)
}

function answered({ status, data, error }: Output): Answered {
  return { status, body: error === undefined ? data : JSON.parse(error) }
}

type OfMode = Pick<ShopClient, 'order' | 'query' | 'close'>

/** By the package's own methods. */
function merchantMode(client: AnyPay): OfMode {
  const order = (kind: Kind, body: Fields): Promise<Output> => {
    // Its types ask for more than the calls do.
    if (kind === 'h5')
      return client.transactions_h5(body as unknown as Parameters<AnyPay['transactions_h5']>[0])
    const fields = body as unknown as Parameters<AnyPay['transactions_jsapi']>[0]
    return client[`transactions_${kind}`](fields)
  }
  return {
    order: async (kind, body) => answered(await order(kind, body)),
    query: async by => answered(await client.query(by)),
    close: async outTradeNo => answered(await client.close(outTradeNo)),
  }
}

/** By calls that are made as the package's own are, and signed by its helper. */
function partnerMode(client: AnyPay, sp_mchid: string, sub_mchid: string): OfMode {
  const who = { sp_mchid, sub_mchid }
  return {
    async order(kind, body) {
      const fields = { sp_appid: APPID, ...who, ...body }
      const reply = answered(await client.post(`${PARTNER_PATH}/${kind}`, fields))
      if (reply.status !== 200 || kind === 'h5' || kind === 'native') return reply
      return { ...reply, body: signedFor(client, kind, sp_mchid, String(reply.body.prepay_id)) }
    },
    async query(by) {
      const [path] = Object.entries(by).map(([name, number]) =>
        name === 'transaction_id' ? `/id/${number}` : `/out-trade-no/${number}`,
      )
      return answered(await client.get(`${PARTNER_PATH}${path}`, who))
    },
    close: async outTradeNo =>
      answered(await client.post(`${PARTNER_PATH}/out-trade-no/${outTradeNo}/close`, who)),
  }
}

function signedFor(client: AnyPay, kind: 'jsapi' | 'app', partnerId: string, prepayId: string): Fields {
  const timeStamp = String(Math.floor(Date.now() / 1_000))
  const nonceStr = freshNo('NONCE')
  const signed = (fourth: string) => client.sha256WithRsa(`${APPID}\n${timeStamp}\n${nonceStr}\n${fourth}\n`)
  const common = { appId: APPID, timeStamp, nonceStr }
  if (kind === 'app')
    return { ...common, partnerId, prepayId, packageValue: 'Sign=WXPay', sign: signed(prepayId) }
  const packed = `prepay_id=${prepayId}`
  return { ...common, package: packed, signType: 'RSA', paySign: signed(packed) }
}

for (const [mode, caller] of MODES) {
  test(`${mode}: sells by every kind, is called back, refunds, and its bill agrees`, async t => {
    // The package signs what follows the real host, so download URLs must begin with it as those of WeChat Pay do.
    const running = await shopUnderTest(t, { publicUrl: REAL_HOST })
    await sellsForADay(t, running, caller, shopOf(running.merchant(caller.mchid), running.baseUrl, caller))
  })

  test(`${mode}: is refused a wrong paySign, a changed order and the close of a paid one`, async t => {
    const running = await shopUnderTest(t)
    await isRefused(running, caller, shopOf(running.merchant(caller.mchid), running.baseUrl, caller))
  })
}
