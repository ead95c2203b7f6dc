import assert from 'node:assert/strict'
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { formatAuthorization } from '../src/protocol/authorization.ts'
import { requestMessage } from '../src/protocol/signature.ts'
import { rsa, type Suite } from '../src/protocol/suite.ts'
import { adminCalls } from './admin-calls.ts'
import type { PlatformUnderTest } from './platform.ts'
import { type RawReply, rawRequest, sendRaw } from './raw-http.ts'

/** What a message is made of. */
export interface Parts {
  method: string
  target: string
  timestamp: string
  nonce: string
  body: Buffer
}

/** A request that is signed in a wrong way. What is not said is right. */
export interface WrongRequest {
  method?: string
  target?: string
  body?: string | Buffer
  mchid?: string
  serial_no?: string
  /** Of the header. */
  timestamp?: string
  nonce?: string
  /** What differs in the signed message. */
  signed?: { [Part in keyof Parts]?: Part extends 'body' ? string | Buffer : string }
  /** Writes the signed message. */
  write?: (parts: Parts) => Buffer
  /** Signs a message; answers what stands in the header. */
  sign?: (message: Buffer, key: KeyObject) => string
  key?: KeyObject
  suite?: Suite
  /** Changes the header once it is signed; `undefined` leaves it out. */
  authorization?: (header: string) => string | undefined
  headers?: Record<string, string>
}

export const NONCE = '593BEC0C930BF1AFEB40B4A08C8FB242'

/** Sends such a request as merchant 1230000109. */
export async function sendWrong(running: PlatformUnderTest, wrong: WrongRequest): Promise<RawReply> {
  const merchant = running.merchant('1230000109')
  const { method = 'GET', target = '/v3/certificates', nonce = NONCE, headers = {} } = wrong
  const { mchid = merchant.mchid, serial_no = merchant.serial_no, signed = {} } = wrong
  const { timestamp = String(secondsOf(running)), write = requestMessage, suite = rsa } = wrong
  const { sign = suite.sign } = wrong
  const body = Buffer.from(wrong.body ?? '')
  const parts = { method, target, timestamp, nonce, ...signed, body: Buffer.from(signed.body ?? body) }
  const signature = sign(write(parts), wrong.key ?? createPrivateKey(merchant.private_key))
  const right = formatAuthorization({
    algorithm: suite.algorithm,
    mchid,
    serial_no,
    timestamp,
    nonce_str: nonce,
    signature,
  })
  const authorization = wrong.authorization ? wrong.authorization(right) : right
  return sendRaw(
    running.baseUrl,
    rawRequest({
      method,
      target,
      headers: {
        ...{ Accept: 'application/json', 'User-Agent': 'test', 'Wechatpay-Serial': merchant.platform_serial },
        ...(authorization !== undefined && { Authorization: authorization }),
        ...headers,
      },
      body,
    }),
  )
}

/** Wall time as a signature has it. */
export function secondsOf({ platform }: PlatformUnderTest): number {
  return Math.floor(platform.clock.wallNow() / 1000)
}

/** Sends a request that is refused, and answers what the administration says about it. */
export async function explanationOf(running: PlatformUnderTest, wrong: WrongRequest) {
  const reply = await sendWrong(running, wrong)
  assert.equal(reply.status, 401, reply.body)
  const admin = adminCalls(running)
  const { status, body } = await admin.get(`/refused-signatures/${requestIdOf(reply)}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

export function requestIdOf({ headers }: RawReply): string {
  return headers.find(([name]) => name === 'Request-ID')?.[1] ?? ''
}
