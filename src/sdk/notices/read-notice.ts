import type { Suite } from '../../protocol/suite.ts'
import type { Notice } from './notice.ts'
import { NoticeRefused } from './notice-refused.ts'
import { normalEcho, normalTransaction } from './notice-spellings.ts'

type Fields = Record<string, unknown>

/**
 * Opens the body of a notice whose signature was found right. Throws `NoticeRefused` when it is no notice, or the APIv3
 * key does not fit. Official page: 4012071382.
 */
export function readNotice(body: Uint8Array, apiv3Key: string, suite: Suite): Notice {
  const envelope = parse(Buffer.from(body).toString('utf8'))
  if (!isFields(envelope)) throw malformed('The body is no JSON object.')
  const { id, create_time, event_type, summary, resource } = envelope
  if (typeof event_type !== 'string' || !isFields(resource))
    throw malformed('It lacks event_type or resource.')
  const plaintext = decrypt(resource, apiv3Key, suite)
  const common = { id: text(id), create_time: text(create_time), summary: text(summary), plaintext }
  const opened = parse(plaintext) ?? plaintext
  switch (event_type) {
    case 'VEHICLE.ENTRANCE_STATE_CHANGE':
      return { ...common, event_type, resource: known(opened, 'parking_id', 'parking_state') }
    case 'TRANSACTION.SUCCESS':
    case 'TRANSACTION.FAIL':
    case 'TRANSACTION.PAY_BACK':
      return {
        ...common,
        event_type,
        resource: normalTransaction(known(opened, 'out_trade_no', 'trade_state')),
      }
    case 'REFUND.SUCCESS':
    case 'REFUND.ABNORMAL':
    case 'REFUND.CLOSED':
      return { ...common, event_type, resource: known(opened, 'out_refund_no', 'refund_status') }
    case 'SECURITY_ECHO.SUCCESS':
      return { ...common, event_type, resource: normalEcho(known(opened, 'echo_message')) as never }
    default:
      return { ...common, event_type: 'unknown', wire_event_type: event_type, resource: opened }
  }
}

function decrypt(resource: Fields, apiv3Key: string, suite: Suite): string {
  const { algorithm, ciphertext, nonce, associated_data } = resource
  if (algorithm !== suite.sealing) throw malformed(`Its resource is sealed with ${String(algorithm)}.`)
  if (typeof ciphertext !== 'string' || typeof nonce !== 'string') {
    throw malformed('Its resource lacks ciphertext or nonce.')
  }
  try {
    return suite.open({ ciphertext, nonce, associated_data: text(associated_data) }, apiv3Key)
  } catch (cause) {
    throw new NoticeRefused('cannot_decrypt', 'Its signature is right but its resource cannot be opened.', {
      cause,
    })
  }
}

/**
 * The platform signed and sealed these fields, so they are taken as the contract declares them. Looked for are only those
 * without which nobody could tell what the notice is about.
 */
function known<Resource>(opened: unknown, ...needed: (keyof Resource & string)[]): Resource {
  if (!isFields(opened) || needed.some(name => typeof opened[name] !== 'string')) {
    throw malformed(`Its plaintext lacks ${needed.join(' or ')}.`)
  }
  return opened as Resource
}

function malformed(explanation: string): NoticeRefused {
  return new NoticeRefused('malformed', explanation)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
