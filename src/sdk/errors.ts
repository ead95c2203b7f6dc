import type { ErrorDetail } from '../protocol/errors.ts'
import { type OperationName, operations } from './operations.ts'

/** What is known of a call that did not succeed. */
export interface ErrorFacts {
  op: OperationName
  message: string
  whatToDo: string
  status?: number | undefined
  code?: string | undefined
  detail?: ErrorDetail | undefined
  requestId?: string | undefined
  /** True when the platform's signature on the reply was right. Early refusals such as a 401 are never signed. */
  verified?: boolean
  cause?: unknown
}

/**
 * The base of everything that a call throws. Branch on the class, or on `status` and `code`; never on `message`, which
 * the platform may change and translate.
 */
export class WechatPayError extends Error {
  /** The call that failed. `listCertificates` may be the download before another call, which was then not sent. */
  readonly op: OperationName
  /** HTTP status; `undefined` when no reply came. */
  readonly status: number | undefined
  /** The platform's code, such as `PARAM_ERROR`; `undefined` when the reply had none. */
  readonly code: string | undefined
  readonly detail: ErrorDetail | undefined
  /** `Request-ID` of the reply: what WeChat Pay's support asks for. */
  readonly requestId: string | undefined
  readonly verified: boolean
  /** One or two sentences for the person who reads the log. */
  readonly whatToDo: string

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.op = facts.op
    this.status = facts.status
    this.code = facts.code
    this.detail = facts.detail
    this.requestId = facts.requestId
    this.verified = facts.verified ?? false
    this.whatToDo = facts.whatToDo
  }
}

/** 401: the platform does not accept the request's signature. */
export class SignatureRefused extends WechatPayError {}
/** 400 `PARAM_ERROR`: a field is wrong; `detail` names it. */
export class ParameterError extends WechatPayError {}
/** Any other 400: a rule of the business is broken. */
export class InvalidRequest extends WechatPayError {}
/** 403 `NO_AUTH`: the merchant may not do this. */
export class NoAuthority extends WechatPayError {}
/** 403 `OUT_TRADE_NO_USED`: the number belongs to another charge. */
export class NumberUsed extends WechatPayError {}
/** 404 with a code: there is no such order, plate or certificate. */
export class NotFound extends WechatPayError {}
/** 429: too many calls. */
export class RateLimited extends WechatPayError {}

/**
 * Nobody knows what became of the call: it may have been carried out. Never a refusal, never a success; `whatToDo` says
 * how to find out.
 */
export class OutcomeUnknown extends WechatPayError {}
/** 500, 502, 503 after all repetitions. */
export class SystemError extends OutcomeUnknown {}
/** No reply within the time limit, or no connection, after all repetitions. `cause` has the reason. */
export class NetworkError extends OutcomeUnknown {}
/** A reply that the platform did not sign, or that answers another request. It includes the platform's own probes. */
export class ReplyForged extends OutcomeUnknown {}

interface Row {
  status: number
  /** Any code when absent. */
  code?: string
  type: new (facts: ErrorFacts) => WechatPayError
  whatToDo: string
}

const CHECK_KEYS =
  'Do not repeat. Check this machine’s clock (five minutes), that serial_no is that of the certificate of privateKey, ' +
  'and that both belong to mchid.'

/** What each refusal means; the first row that fits. One code has different statuses on different calls. */
const ROWS: readonly Row[] = [
  { status: 401, type: SignatureRefused, whatToDo: CHECK_KEYS },
  {
    status: 400,
    code: 'PARAM_ERROR',
    type: ParameterError,
    whatToDo: 'Do not repeat. Correct the field that detail or message names.',
  },
  {
    status: 400,
    type: InvalidRequest,
    whatToDo: 'Do not repeat as it is; message names the broken rule. A refused charge is collected on site.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    type: NoAuthority,
    whatToDo:
      'Obtain the permission or the binding of the app id on the merchant platform, then repeat with the same numbers.',
  },
  {
    status: 403,
    code: 'OUT_TRADE_NO_USED',
    type: NumberUsed,
    whatToDo:
      'Call queryTransaction to see the charge that has this out_trade_no; a new charge needs a new number.',
  },
  {
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    type: NotFound,
    whatToDo:
      'For certificates: this merchant has none, so set trust to { publicKeyId, publicKey } of the merchant platform.',
  },
  {
    status: 404,
    type: NotFound,
    whatToDo:
      'Do not repeat. Check the number and the mode; a plate that is not found has not opened the service.',
  },
  {
    status: 429,
    type: RateLimited,
    whatToDo: 'Slow down. Before a charge is sent again, with the same out_trade_no, call queryTransaction.',
  },
]

const WRONG_HOST =
  'Check baseUrl: the API answers this status with a code, so something else answered, or the host does not know the call.'

/** The reply's part of the facts. */
export type RefusalFacts = Pick<ErrorFacts, 'code' | 'detail' | 'requestId' | 'verified'> & {
  op: OperationName
  status: number
  /** The platform's text, or the start of what came in its place. */
  text: string
}

/** The error for a reply that is not a success. */
export function errorOf({ text, ...facts }: RefusalFacts): WechatPayError {
  const { op, status, code } = facts
  const message = `${op} was answered with HTTP ${status} ${[code, text].filter(Boolean).join(' ')}`.trim()
  // Below 400 nothing was refused, and from 500 on nobody says what was done.
  if (status < 400) return new OutcomeUnknown({ ...facts, message, whatToDo: operations[op].ifUnknown })
  if (status >= 500) return new SystemError({ ...facts, message, whatToDo: operations[op].ifUnknown })
  // A 404 or 405 without a code comes from a router, not from a call: it must not read as "no such order".
  const row = ROWS.find(each => each.status === status && (each.code ?? code) === code)
  if (!row || (status === 404 && code === undefined)) {
    const whatToDo =
      code === undefined ? WRONG_HOST : 'Do not repeat. See the code on the official page of the call.'
    return new WechatPayError({ ...facts, message, whatToDo })
  }
  return new row.type({ ...facts, message, whatToDo: row.whatToDo })
}

/**
 * A refusal that came after an attempt without an answer. The earlier attempt may have been carried out, and then the
 * refusal is about the repetition; so it must not be read as the outcome.
 */
export function refusedAfterSilence(refusal: WechatPayError): OutcomeUnknown {
  const { op, status, code, detail, requestId, verified } = refusal
  return new OutcomeUnknown({
    op,
    status,
    code,
    detail,
    requestId,
    verified,
    message: `${refusal.message}; an earlier attempt of the same call had no usable answer`,
    whatToDo: operations[op].ifUnknown,
    cause: refusal,
  })
}
