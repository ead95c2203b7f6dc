import assert from 'node:assert/strict'
import { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin'
import type { MerchantCredentials, ReceivedCallback } from '../../src/testing/index.ts'

// The npm package `wechatpay-axios-plugin`, unmodified, drives the platform: its own signatures, its own verification of
// replies, its own helpers for notices. Nothing but its option `baseURL` points it here.

/** The client's chain of path parts, each of which has the HTTP methods. */
export interface Chain {
  get<T>(config?: object): Promise<{ status: number; data: T }>
  post<T>(data: object, config?: object): Promise<{ status: number; data: T }>
}

/** Serial number or id of the platform's key, with the key: what the client calls `certs`. */
export function platformKeys(
  merchant: MerchantCredentials,
  by: 'certificate' | 'public key',
): Record<string, string> {
  return by === 'certificate'
    ? { [merchant.platform_serial]: merchant.platform_certificate }
    : { [merchant.public_key_id]: merchant.platform_public_key }
}

/** The client, as its documentation makes one. */
export function clientOf(
  merchant: MerchantCredentials,
  baseURL: string,
  certs: Record<string, string>,
): Wechatpay {
  const { mchid, serial_no: serial, private_key: privateKey } = merchant
  return new Wechatpay({ mchid, serial, privateKey, certs, baseURL: `${baseURL}/`, proxy: false })
}

/** `client.v3.vehicle.parking…`, which the library builds from any names. */
export function resource(client: Wechatpay, path: string): Chain {
  let chain: Record<string, unknown> = client as unknown as Record<string, unknown>
  for (const part of path.split('/')) chain = chain[part] as Record<string, unknown>
  return chain as unknown as Chain
}

/** Verifies and opens a notice with the library's helpers only. */
export function readNotice(
  { headers, body }: ReceivedCallback,
  certs: Record<string, string>,
  apiv3Key: string,
) {
  const certificate = certs[String(headers['wechatpay-serial'])]
  assert.ok(certificate, 'The notice is signed with a key that this merchant does not know')
  const message = Formatter.response(
    String(headers['wechatpay-timestamp']),
    String(headers['wechatpay-nonce']),
    body,
  )
  const signature = String(headers['wechatpay-signature'])
  assert.ok(Rsa.verify(message, signature, Rsa.from(certificate, Rsa.KEY_TYPE_PUBLIC)))
  const { event_type, resource: sealed } = JSON.parse(body)
  const { ciphertext, nonce, associated_data } = sealed
  const plaintext = Aes.AesGcm.decrypt(ciphertext, apiv3Key, nonce, associated_data)
  return { event_type, resource: JSON.parse(plaintext) }
}

/** Downloads a bill as the client's documentation does: by the parameters of its URL, with the bytes as they come. */
export async function download(client: Wechatpay, download_url: string): Promise<Buffer> {
  const { pathname, searchParams } = new URL(download_url)
  const { status, data } = await resource(client, pathname.slice(1)).get<ArrayBuffer>({
    params: Object.fromEntries(searchParams),
    responseType: 'arraybuffer',
  })
  assert.equal(status, 200)
  return Buffer.from(data)
}
