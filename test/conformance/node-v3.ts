import assert from 'node:assert/strict'
import WxPay from 'wechatpay-node-v3'
import type { IPayRequest } from 'wechatpay-node-v3/dist/lib/pay-request.interface.js'
import { PayRequest } from 'wechatpay-node-v3/dist/lib/pay-request.js'
import type { MerchantCredentials, ReceivedCallback } from '../../src/testing/index.ts'
import { APPID, type Fields } from '../sandbox.ts'

// The npm package `wechatpay-node-v3`, unmodified, drives the platform. It has the real host in every URL and offers
// `createHttp` to put another transport in its place: here it is the package's own, with the host exchanged.

export const REAL_HOST = 'https://api.mch.weixin.qq.com'

export type Output = Awaited<ReturnType<IPayRequest['get']>>

/** The package's own HTTP, which goes to `baseUrl` wherever it was meant to go to the real host. */
export function transportTo(baseUrl: string): IPayRequest {
  const own = new PayRequest()
  const here = (url: string) => {
    assert.ok(url.startsWith(REAL_HOST), url)
    return url.replace(REAL_HOST, baseUrl)
  }
  return {
    get: (url, headers) => own.get(here(url), headers),
    post: (url, params, headers) => own.post(here(url), params, headers),
    upload: (url, params, headers) => own.upload(here(url), params, headers),
  }
}

/** The calls that the package does not have, made as its own are: its authorization, its headers, its transport. */
export class AnyPay extends WxPay {
  get(path: string, query: Record<string, string>): Promise<Output> {
    const url = `${REAL_HOST}${path}${this.objectToQueryString(query)}`
    return this.httpService.get(url, this.getHeaders(this.buildAuthorization('GET', url)))
  }

  post(path: string, body: Fields): Promise<Output> {
    const url = `${REAL_HOST}${path}`
    const authorization = this.buildAuthorization('POST', url, body)
    return this.httpService.post(
      url,
      body,
      this.getHeaders(authorization, { 'Content-Type': 'application/json' }),
    )
  }
}

/** The client, as its documentation makes one: the serial number is read from the merchant's certificate. */
export function clientOf(merchant: MerchantCredentials, baseUrl: string): AnyPay {
  const client = new AnyPay({
    appid: APPID,
    mchid: merchant.mchid,
    publicKey: Buffer.from(merchant.certificate),
    privateKey: Buffer.from(merchant.private_key),
    key: merchant.apiv3_key,
  })
  client.createHttp(transportTo(baseUrl))
  return client
}

/** Verifies and opens a notice with the package's helpers only; it fetches the platform's certificates by itself. */
export async function readNotice(client: AnyPay, { headers, body }: ReceivedCallback) {
  const verified = await client.verifySign({
    timestamp: String(headers['wechatpay-timestamp']),
    nonce: String(headers['wechatpay-nonce']),
    body,
    serial: String(headers['wechatpay-serial']),
    signature: String(headers['wechatpay-signature']),
  })
  assert.ok(verified, 'The signature does not fit')
  const { event_type, resource: sealed } = JSON.parse(body)
  const { ciphertext, associated_data, nonce } = sealed
  return { event_type, resource: client.decipher_gcm<Fields>(ciphertext, associated_data, nonce) }
}
