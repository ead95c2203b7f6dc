import type { Suite } from '../../protocol/suite.ts'
import { noticeKinds } from '../generated/notice-kinds.ts'
import type { KnownNotice } from '../generated/notices.ts'
import type { Notice } from './notice.ts'
import { kindOf, type NoticeKind } from './notice-kind.ts'
import { NoticeRefused } from './notice-refused.ts'
import { isFields, withOwnSpelling } from './notice-spellings.ts'

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
  const original_type = text(resource.original_type)
  const kind = kindOf(noticeKinds, { event_type, original_type, plaintext: isFields(opened) ? opened : {} })
  if (!kind)
    return {
      ...common,
      kind: 'unknown',
      event_type: 'unknown',
      wire_event_type: event_type,
      resource: opened,
    }
  // The platform signed and sealed these fields, so they are taken as the contract declares them.
  return {
    ...common,
    kind: kind.kind,
    event_type,
    resource: fieldsOf(opened, kind),
  } as unknown as KnownNotice
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

/** Looked for are only the fields without which nobody could tell what the notice is about. */
function fieldsOf(opened: unknown, kind: NoticeKind): Fields {
  const { needs } = kind
  if (!isFields(opened) || needs.some(name => typeof opened[name] !== 'string'))
    throw malformed(`Its plaintext lacks ${needs.join(' or ')}.`)
  return withOwnSpelling(opened, kind)
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

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
