import assert from 'node:assert/strict'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LightMyRequestResponse } from 'fastify'
import { sm2 } from 'sm-crypto-v2'
import { shangmi } from '../src/protocol/shangmi.ts'
import {
  type ReceivedCallback,
  signedRequest,
  type TestPlatform,
  type UnsignedRequest,
} from '../src/testing/index.ts'
import { adminCalls } from './admin-calls.ts'

// A merchant of 国密: who may use it, with an SM2 certificate that the platform has issued.

export interface ShangmiMerchant {
  mchid: string
  /** Of its SM2 certificate. */
  serial_no: string
  private_key: string
  certificate: string
  apiv3_key: string
  /** Sends a request that is signed by SM2. */
  call(request: UnsignedRequest): Promise<LightMyRequestResponse>
}

/** Lets a merchant of the sandbox use 国密, and has a certificate issued to it. */
export async function shangmiMerchant(running: TestPlatform, mchid = '1230000109'): Promise<ShangmiMerchant> {
  const admin = adminCalls(running)
  await admin.put(`/merchants/${mchid}`, { shangmi: true })
  const { status, body } = await admin.put(`/merchants/${mchid}/certificates/sm2`, { algorithm: 'SM2' })
  assert.equal(status, 200, JSON.stringify(body))
  const keys = {
    mchid,
    serial_no: body.serial_no,
    private_key: readFileSync(join(running.folder, body.folder, 'apiclient_key.pem'), 'utf8'),
  }
  return {
    ...keys,
    certificate: body.certificate,
    apiv3_key: running.merchant(mchid).apiv3_key,
    call(request) {
      const { method, target, headers, body } = signedRequest(keys, request, shangmi)
      return running.app.inject({ method, url: target, headers, payload: body })
    },
  }
}

/** The platform's SM2 certificate that signs now. */
export function platformCertificate({ platform }: TestPlatform): {
  serial: string
  publicKey: KeyObject
  pem: string
} {
  const { id, certificate } = platform.keys.signing('SM2', platform.clock.now())
  return { serial: id, publicKey: new X509Certificate(certificate).publicKey, pem: certificate }
}

/** A reply or a notice is signed by SM2 with the platform's certificate; only the library says so. */
export function assertSignedBySm2(
  headers: LightMyRequestResponse['headers'] | ReceivedCallback['headers'],
  body: string,
  { serial, publicKey }: { serial: string; publicKey: KeyObject },
): void {
  assert.equal(headers['wechatpay-signature-type'], 'WECHATPAY2-SM2-WITH-SM3')
  assert.equal(headers['wechatpay-serial'], serial)
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64').toString('hex')
  assert.ok(verifiedBySm2(Buffer.from(message), signature, publicKey), 'The signature does not fit')
}

export function verifiedBySm2(message: Uint8Array, signatureHex: string, publicKey: KeyObject): boolean {
  const point = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
    .export({ type: 'spki', format: 'der' })
    .subarray(-65)
  return sm2.doVerifySignature(message, signatureHex, point.toString('hex'), {
    ...{ hash: true, der: true, userId: '1234567812345678' },
  })
}
