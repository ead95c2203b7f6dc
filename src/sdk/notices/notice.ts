import type { KnownNotice } from '../generated/notices.ts'
import type { NoticeEnvelope } from './notice-envelope.ts'

/**
 * A verified, decrypted notice. `switch (notice.kind)` tells the kinds apart; `notice.event_type` does too, as long as only one
 * product sends the event type.
 */
export type Notice = KnownNotice | UnknownNotice

/** A genuine notice that this version does not know. Acknowledge it, or it comes fifteen times more. */
export interface UnknownNotice extends NoticeEnvelope {
  kind: 'unknown'
  event_type: 'unknown'
  /** `event_type` as the platform wrote it. */
  wire_event_type: string
  /** Parsed JSON, or the plaintext where it is none. */
  resource: unknown
}

/** Takes a notice. What it throws makes the platform send the notice again. */
export type NoticeHandler = (notice: Notice) => unknown
