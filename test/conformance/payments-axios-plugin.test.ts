import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Formatter, Rsa, type Wechatpay } from 'wechatpay-axios-plugin'
import type { MerchantCredentials } from '../../src/testing/index.ts'
import type { ReadBill } from '../bills.ts'
import { APPID, type Caller, type Fields, MODES } from '../payments.ts'
import { clientOf, download, platformKeys, readNotice, resource } from './axios-plugin.ts'
import { type Answered, type ShopClient, sellsForADay, shopUnderTest } from './basic-payments.ts'
import { isRefused } from './refused-shop.ts'

// The npm package `wechatpay-axios-plugin`, unmodified, sells by the basic payments. The platform signs with its public key
// here, as it does for new merchants.

function shopOf(merchant: MerchantCredentials, baseUrl: string, caller: Caller): ShopClient {
  const certs = platformKeys(merchant, 'public key')
  const client = clientOf(merchant, baseUrl, certs)
  const { mchid, partner } = caller
  const isPartner = partner.sub_mchid !== undefined
  const path = isPartner ? 'v3/pay/partner/transactions' : 'v3/pay/transactions'
  const who = isPartner ? { sp_mchid: mchid, ...partner } : { mchid }
  const appids = isPartner ? { sp_appid: APPID } : { appid: APPID }
  const privateKey = Rsa.from(merchant.private_key, Rsa.KEY_TYPE_PRIVATE)
  const sign = (text: string) => Rsa.sign(text, privateKey)
  return {
    async order(kind, body) {
      const reply = await answered(resource(client, `${path}/${kind}`).post({ ...appids, ...who, ...body }))
      if (reply.status !== 200 || kind === 'h5' || kind === 'native') return reply
      return { ...reply, body: signedFor(sign, kind, mchid, String(reply.body.prepay_id)) }
    },
    query: by =>
      answered(
        'transaction_id' in by
          ? resource(client, `${path}/id/{transaction_id}`).get({ ...by, params: who })
          : resource(client, `${path}/out-trade-no/{out_trade_no}`).get({ ...by, params: who }),
      ),
    close: out_trade_no =>
      answered(resource(client, `${path}/out-trade-no/{out_trade_no}/close`).post(who, { out_trade_no })),
    refund: refund =>
      answered(resource(client, 'v3/refund/domestic/refunds').post({ ...partner, ...refund })),
    queryRefund: out_refund_no =>
      answered(
        resource(client, 'v3/refund/domestic/refunds/{out_refund_no}').get({
          out_refund_no,
          params: partner,
        }),
      ),
    sign,
    readNotice: async notice => readNotice(notice, certs, merchant.apiv3_key),
    tradeBill: bill_date => bill(client, 'v3/bill/tradebill', { ...partner, bill_date }),
    fundFlowBill: bill_date => bill(client, 'v3/bill/fundflowbill', { bill_date }),
  }
}

/** A refusal is thrown, with the reply in it. */
async function answered(call: Promise<{ status: number; data: unknown }>): Promise<Answered> {
  const { status, data } = await call.catch(({ response, ...error }) => response ?? assert.fail(error))
  return { status, body: data as Fields }
}

/** What a page or an app hands to WeChat, as the package's documentation signs it. */
function signedFor(
  sign: ShopClient['sign'],
  kind: 'jsapi' | 'app',
  partnerId: string,
  prepayId: string,
): Fields {
  const [timeStamp, nonceStr] = [`${Formatter.timestamp()}`, Formatter.nonce()]
  const signed = (fourth: string) => sign(Formatter.joinedByLineFeed(APPID, timeStamp, nonceStr, fourth))
  const common = { appId: APPID, timeStamp, nonceStr }
  if (kind === 'app')
    return { ...common, partnerId, prepayId, packageValue: 'Sign=WXPay', sign: signed(prepayId) }
  const packed = `prepay_id=${prepayId}`
  return { ...common, package: packed, signType: 'RSA', paySign: signed(packed) }
}

/** Applies, downloads, and reads the file with the package's own reader. */
async function bill(client: Wechatpay, path: string, params: Fields): Promise<ReadBill> {
  const { data } = await resource(client, path).get<{
    hash_value: string
    download_url: string
  }>({
    params,
  })
  const bytes = await download(client, data.download_url)
  assert.equal(createHash('sha1').update(bytes).digest('hex'), data.hash_value)
  return Formatter.castCsvBill(bytes) as ReadBill
}

for (const [mode, caller] of MODES) {
  test(`${mode}: sells by every kind, is called back, refunds, and its bill agrees`, async t => {
    const running = await shopUnderTest(t, { trust: 'PUBLIC_KEY' })
    await sellsForADay(t, running, caller, shopOf(running.merchant(caller.mchid), running.baseUrl, caller))
  })

  test(`${mode}: is refused a wrong paySign, a changed order and the close of a paid one`, async t => {
    const running = await shopUnderTest(t, { trust: 'PUBLIC_KEY' })
    await isRefused(running, caller, shopOf(running.merchant(caller.mchid), running.baseUrl, caller))
  })
}
