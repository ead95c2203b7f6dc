import { newNonce, newNoticeId, randomText } from '../../protocol/ids.ts'
import { replyMessage } from '../../protocol/signature.ts'
import type { Suite } from '../../protocol/suite.ts'
import { formatTime } from '../../protocol/time.ts'
import { noticeKinds } from '../generated/notice-kinds.ts'
import type { KeyText } from '../keys/key-text.ts'
import { checkNames, checkText } from '../transport/check-options.ts'
import { machine } from '../transport/machine.ts'
import { checkApiv3Key, checkSuite, parsePrivateKey } from '../transport/options.ts'
import { kindOf } from './notice-kind.ts'

/** What a notice for a test is made of. */
export interface TestNotice {
  /** Such as `TRANSACTION.SUCCESS` or `REFUND.SUCCESS`; any text will do, to test what your handler does with others. */
  event_type: string
  /** The plaintext; wire names. */
  resource: object
  /** That of the receiver under test. */
  apiv3Key: string
  /** The text of a key that stands for the platform's. Its public key is the `publicKey` of the receiver's trust. */
  privateKey: KeyText
  /** The `publicKeyId` of the receiver's trust, such as `PUB_KEY_ID_TEST`. */
  serial: string
  /** That of the receiver under test; RSA and AES unless said. */
  suite?: Suite
  /** Give the same id twice to test repeated delivery; a new one unless said. */
  id?: string
  /** RFC 3339; now unless said. */
  create_time?: string
  summary?: string
  /** `original_type` of the resource; unless said that of the notice which the event type is of, or `transaction`. */
  original_type?: string
  /** Unix seconds of the signature, to test a clock that is off; now unless said. */
  timestamp?: number
}

const NAMES: readonly string[] = Object.keys({
  ...{ event_type: true, resource: true, apiv3Key: true, privateKey: true, serial: true, suite: true },
  ...{ id: true, create_time: true, summary: true, original_type: true, timestamp: true },
} satisfies Record<keyof TestNotice, true>)

/**
 * Seals and signs a notice as the platform would, for the tests of your own receiver: no platform has to run.
 *
 * ```ts
 * const { publicKey, privateKey } = generateKeyPairSync('rsa', {
 *   modulusLength: 2048,
 *   publicKeyEncoding: { type: 'spki', format: 'pem' },
 *   privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
 * })
 * const receiver = createWebhookReceiver({ apiv3Key, trust: { publicKeyId: 'PUB_KEY_ID_TEST', publicKey } })
 * const { headers, body } = signTestNotice({
 *   event_type: 'TRANSACTION.SUCCESS', resource: order, apiv3Key, privateKey, serial: 'PUB_KEY_ID_TEST',
 * })
 * await receiver.readNotice(body, headers)
 * ```
 *
 * Throws a `TypeError` that begins with the name of what is wrong.
 */
export function signTestNotice(notice: TestNotice): { headers: Record<string, string>; body: string } {
  checkNames('notice', notice, NAMES)
  const { resource, summary = '' } = notice
  const event_type = checkText('event_type', notice.event_type)
  const serial = checkText('serial', notice.serial)
  const suite = checkSuite(notice.suite)
  if (typeof resource !== 'object' || resource === null) throw new TypeError('resource must be an object')
  const known = kindOf(noticeKinds, { event_type, original_type: '', plaintext: { ...resource } })
  const { original_type = known?.originalType ?? 'transaction' } = notice
  const { wallNow, random } = machine
  const apiv3Key = checkApiv3Key(notice.apiv3Key)
  const sealed = suite.seal(JSON.stringify(resource), apiv3Key, randomText(12, random), original_type)
  const body = JSON.stringify({
    id: notice.id ?? newNoticeId(wallNow(), random),
    create_time: notice.create_time ?? formatTime(wallNow()),
    resource_type: 'encrypt-resource',
    event_type,
    summary,
    resource: { original_type, ...sealed },
  })
  const timestamp = String(notice.timestamp ?? Math.floor(wallNow() / 1000))
  const nonce = newNonce(random)
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'Wechatpay-Timestamp': timestamp,
      'Wechatpay-Nonce': nonce,
      'Wechatpay-Signature': suite.sign(
        replyMessage(timestamp, nonce, body),
        parsePrivateKey(notice.privateKey, suite),
      ),
      'Wechatpay-Serial': serial,
      'Wechatpay-Signature-Type': suite.scheme,
    },
  }
}
