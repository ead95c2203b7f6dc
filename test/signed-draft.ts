import { createPrivateKey } from 'node:crypto'
import { formatAuthorization } from '../src/protocol/authorization.ts'
import { requestMessage, signMessage } from '../src/protocol/signature.ts'
import type { MerchantCredentials } from '../src/testing/index.ts'
import { rawRequest } from './raw-http.ts'

/** A request in all its parts, so that a test can corrupt each of them before and after it is signed. */
export interface Draft {
  method: string
  target: string
  body: Buffer
  mchid: string
  serial_no: string
  /** Unix seconds. */
  timestamp: number
  nonce_str: string
  /** PEM of the key that signs. */
  private_key: string
  /** Besides `Authorization`; a header that is `undefined` is not sent. */
  headers: Record<string, string | undefined>
  /** Changes the header once it is signed; `undefined` leaves it out. */
  authorization: (header: string) => string | undefined
  /** Changes the body once it is signed. */
  sentBody: (body: Buffer) => Buffer
}

/** A draft that the platform takes as it is. */
export function draftOf(merchant: MerchantCredentials, method: string, target: string, body = ''): Draft {
  const { mchid, serial_no, private_key, platform_serial } = merchant
  return {
    method,
    target,
    body: Buffer.from(body),
    mchid,
    serial_no,
    timestamp: Math.floor(Date.now() / 1000),
    nonce_str: '593BEC0C930BF1AFEB40B4A08C8FB242',
    private_key,
    headers: { Accept: 'application/json', 'User-Agent': 'test', 'Wechatpay-Serial': platform_serial },
    authorization: header => header,
    sentBody: signed => signed,
  }
}

/** The bytes of a draft. */
export function rawDraft(draft: Draft): Buffer {
  const { method, target, body, mchid, serial_no, nonce_str } = draft
  const timestamp = String(draft.timestamp)
  const message = requestMessage({ method, target, timestamp, nonce: nonce_str, body })
  const signature = signMessage(message, createPrivateKey(draft.private_key))
  const header = formatAuthorization({ mchid, nonce_str, signature, timestamp, serial_no })
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries({
    ...draft.headers,
    Authorization: draft.authorization(header),
  })) {
    if (value !== undefined) headers[name] = value
  }
  return rawRequest({ method, target, headers, body: draft.sentBody(body) })
}
