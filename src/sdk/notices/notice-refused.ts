import type { SignatureFault } from '../keys/verify-signed.ts'
import type { MismatchCause } from './explain-mismatch.ts'

/** Why a notice was not taken. */
export type RefusalReason =
  | SignatureFault['reason']
  | 'body_parsed'
  | 'body_too_large'
  | 'malformed'
  | 'cannot_decrypt'
  | 'keys_unavailable'

const PARSER =
  "In Express put express.raw({ type: '*/*' }) on this route, before express.json(); in Koa put the handler before the body " +
  'parser; in Nest give NestFactory rawBody: true; of a Request that others read too give a clone().'

interface Answer {
  /** HTTP status of the answer; the platform sends the notice again after each of them. */
  status: number
  /** What to look for; absent where the explanation says it already. */
  advice?: string
}

const RAW_BODY = 'The signature covers the raw bytes: give the body as it came, before any JSON parser.'

const ANSWERS: Record<RefusalReason, Answer> = {
  headers_missing: {
    status: 401,
    advice: 'Look for a proxy, gateway or CDN in front of the receiver that strips Wechatpay-* headers.',
  },
  foreign_scheme: {
    status: 401,
    advice:
      'The merchant is set to other algorithms: give suite: shangmi of boomgate/sdk/shangmi with 国密, and no suite without.',
  },
  clock: { status: 401, advice: 'Set this machine’s clock, or somebody sends a recorded notice again.' },
  probe: {
    status: 401,
    advice: 'Nothing is wrong: refuse it like any other, and the notice comes again with a right signature.',
  },
  unknown_serial: { status: 401 },
  mismatch: {
    status: 401,
    advice: `Most often a framework has parsed the body and written it again, or a proxy has changed it. ${RAW_BODY}`,
  },
  body_parsed: {
    status: 500,
    advice: `A body parser ran before this handler. ${RAW_BODY} ${PARSER}`,
  },
  body_too_large: { status: 413, advice: 'Notices have a few thousand bytes, so this is none.' },
  malformed: { status: 400, advice: 'The platform signed something that this version cannot read.' },
  cannot_decrypt: {
    status: 500,
    advice: 'apiv3Key is not the merchant’s APIv3 key of now; a new one takes effect at once.',
  },
  keys_unavailable: {
    status: 503,
    advice: 'Platform certificates had to be downloaded and could not be.',
  },
}

const OWN_BYTES = `Most often a framework has parsed the body. ${RAW_BODY} ${PARSER}`
const HEADERS = 'Give the headers of the same request, as they came; look for a proxy that changes them.'

/** What to do about a signature that does not fit. */
const ADVICE: Record<MismatchCause, string> = {
  body_rewritten: OWN_BYTES,
  body_reordered: OWN_BYTES,
  body_base64:
    "Decode it first: Buffer.from(event.body, 'base64') where the gateway says that it is encoded, as event.isBase64Encoded.",
  body_line_feed: `Look for what trims the body, or reads it line by line. ${RAW_BODY}`,
  body_decoded: RAW_BODY,
  body_byte_order_mark: RAW_BODY,
  body_lost: OWN_BYTES,
  other_body: `Look for a proxy or a filter that changes bodies. ${RAW_BODY}`,
  headers_mixed: HEADERS,
  signature_damaged: HEADERS,
  other_key: HEADERS,
  wrong_key:
    'Download the public key or the certificates again from the merchant platform, with the id of each.',
}

/** A notice that was not taken. `message` has the likely cause; `status` is what the sender should be answered. */
export class NoticeRefused extends Error {
  readonly reason: RefusalReason
  readonly status: number
  /** With the reason `mismatch`: what has probably happened to the notice on its way here. */
  readonly likelyCause: MismatchCause | undefined

  constructor(
    reason: RefusalReason,
    explanation: string,
    { cause, likelyCause }: { cause?: unknown; likelyCause?: MismatchCause } = {},
  ) {
    const { status, advice } = ANSWERS[reason]
    const said = [`The notice was refused. ${explanation}`, likelyCause ? ADVICE[likelyCause] : advice]
    super(said.filter(Boolean).join(' '), cause === undefined ? undefined : { cause })
    this.name = 'NoticeRefused'
    this.reason = reason
    this.status = status
    this.likelyCause = likelyCause
  }
}
