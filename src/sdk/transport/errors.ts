import type { ErrorDetail } from '../../protocol/errors.ts'
import type { MismatchCause } from '../notices/explain-mismatch.ts'
import type { OperationName } from './operations.ts'

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
  /** What was requested. */
  request?: object | undefined
  cause?: unknown
}

/**
 * The base of everything that a call throws. Branch on the class, or on `status` and `code`; never on `message`, which
 * the platform may change and translate.
 */
export class WechatPayError extends Error {
  /** The call that failed. `certificates.listCertificates` may be the download before another call, which was then not sent. */
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
/** 400 `ALREADY_EXISTS`, 403 `OUT_TRADE_NO_USED`: the number belongs to something else, or is paid already. */
export class NumberUsed extends WechatPayError {}
/** 404 with a code: what the call is about does not exist. */
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
/**
 * No whole reply within the time limit, after all repetitions, to a request that may have left this machine. `message`
 * names each host that was called with its reason; `cause` is that of the last attempt.
 */
export class NetworkError extends OutcomeUnknown {}
/** A reply that the platform did not sign, or that answers another request. It includes the platform's own probes. */
export class ReplyForged extends OutcomeUnknown {
  /** What has probably happened to it on its way, when its signature does not fit it. */
  readonly likelyCause: MismatchCause | undefined

  constructor(facts: ErrorFacts & { likelyCause?: MismatchCause | undefined }) {
    super(facts)
    this.likelyCause = facts.likelyCause
  }
}

/**
 * No connection came about, after all repetitions, or to no host whose TLS certificate is trusted, or a proxy passed
 * nothing on (then `status` may be 407): the platform has seen no byte of the request, so this call was not carried out. That is no `OutcomeUnknown`; an earlier call with the same number
 * may still be one. `message` and `cause` are as those of a `NetworkError`.
 */
export class NotSent extends WechatPayError {}
