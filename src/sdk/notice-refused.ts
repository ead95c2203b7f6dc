import type { SignatureFault } from './verify-signed.ts'

/** Why a notice was not taken. */
export type RefusalReason =
  | SignatureFault['reason']
  | 'body_parsed'
  | 'body_too_large'
  | 'malformed'
  | 'cannot_decrypt'
  | 'keys_unavailable'

interface Answer {
  /** HTTP status of the answer; the platform sends the notice again after each of them. */
  status: number
  likelyCause: string
}

const RAW_BODY = 'The signature covers the raw bytes: give the body as it came, before any JSON parser.'

const ANSWERS: Record<RefusalReason, Answer> = {
  headers_missing: {
    status: 401,
    likelyCause: 'Look for a proxy, gateway or CDN in front of the receiver that strips Wechatpay-* headers.',
  },
  foreign_scheme: {
    status: 401,
    likelyCause: 'Only RSA is supported; the merchant was set to another scheme.',
  },
  clock: { status: 401, likelyCause: 'Set this machine’s clock, or somebody sends a recorded notice again.' },
  probe: {
    status: 401,
    likelyCause:
      'Nothing is wrong: refuse it like any other, and the notice comes again with a right signature.',
  },
  unknown_serial: {
    status: 401,
    likelyCause: 'The platform has changed its certificates, or the merchant has switched to the public key.',
  },
  mismatch: {
    status: 401,
    likelyCause: `Most often a framework has parsed the body and written it again, or a proxy has changed it. ${RAW_BODY}`,
  },
  body_parsed: {
    status: 500,
    likelyCause: `A JSON parser ran before this handler. ${RAW_BODY} In Express put express.raw({ type: '*/*' }) on this route, before express.json().`,
  },
  body_too_large: { status: 413, likelyCause: 'Notices have a few thousand bytes, so this is none.' },
  malformed: { status: 400, likelyCause: 'The platform signed something that this version cannot read.' },
  cannot_decrypt: {
    status: 500,
    likelyCause: 'apiv3Key is not the merchant’s APIv3 key of now; a new one takes effect at once.',
  },
  keys_unavailable: {
    status: 503,
    likelyCause: 'Platform certificates had to be downloaded and could not be.',
  },
}

/** A notice that was not taken. `message` has the likely cause; `status` is what the sender should be answered. */
export class NoticeRefused extends Error {
  readonly reason: RefusalReason
  readonly status: number

  constructor(reason: RefusalReason, explanation: string, options?: { cause: unknown }) {
    const { status, likelyCause } = ANSWERS[reason]
    super(`The notice was refused. ${explanation} ${likelyCause}`, options)
    this.name = 'NoticeRefused'
    this.reason = reason
    this.status = status
  }
}
