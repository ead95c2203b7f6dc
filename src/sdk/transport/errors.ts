import type { ErrorDetail } from '../../protocol/errors.ts'
import { formatTime, parseTime } from '../../protocol/time.ts'
import type { MismatchCause } from '../notices/explain-mismatch.ts'
import { type OperationName, operations } from './operations.ts'
import { refusedSignatureAdvice } from './refused-signature-advice.ts'

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
  /** What was asked. */
  request?: object | undefined
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
/** 400 `ALREADY_EXISTS`: the number belongs to another order. */
export class NumberUsed extends WechatPayError {}
/** 403 `NOT_ENOUGH` or `RULE_LIMIT` of a charge: the user owes too much, or was charged too often today. */
export class ChargeRefused extends WechatPayError {}
/** 403 `NOT_ENOUGH` of a refund: the merchant's account has too little for it. */
export class NotEnough extends WechatPayError {}
/** 403 `TRADE_OVERDUE`, `USER_ACCOUNT_ABNORMAL`: this payment cannot be given back by a refund any more. */
export class RefundImpossible extends WechatPayError {}
/** 400 `NO_STATEMENT_EXIST`: nothing happened on that day, so it has no bill and never will. */
export class NoStatement extends WechatPayError {}
/** 404 with a code: there is no such order, refund, plate or certificate. */
export class NotFound extends WechatPayError {}
/** 429: too many calls. */
export class RateLimited extends WechatPayError {}

const DAY_MS = 24 * 60 * 60 * 1000

/** 400 `STATEMENT_CREATING`: the bill is not ready yet. */
export class StatementCreating extends WechatPayError {
  /**
   * 10:00 Beijing time of the day after `bill_date`, RFC 3339. Ask again then; when it has passed, every half hour.
   * `undefined` when `bill_date` was no day.
   */
  readonly readyFrom: string | undefined

  constructor(facts: ErrorFacts) {
    super(facts)
    const { bill_date } = { bill_date: '', ...facts.request }
    const morning = parseTime(`${bill_date}T10:00:00+08:00`)
    this.readyFrom = morning === undefined ? undefined : formatTime(morning + DAY_MS)
  }
}

/**
 * What was read is not the bill: its SHA-1 or its summary differs, or it ended early. Whatever the rows have caused
 * must be taken back.
 */
export class BillCorrupted extends WechatPayError {
  constructor(message: string, cause?: unknown) {
    const whatToDo = 'No row of this reading counts: read the bill again from its start.'
    super({ op: 'downloadBill', message: `The bill cannot be used: ${message}`, whatToDo, cause })
  }
}

/**
 * Nobody knows what became of the call: it may have been carried out. Never a refusal, never a success; `whatToDo` says
 * how to find out.
 */
export class OutcomeUnknown extends WechatPayError {}
/** 500, 502, 503 after all repetitions. */
export class SystemError extends OutcomeUnknown {}
/**
 * No whole reply within the time limit, after all repetitions, to a request that may have left this machine. `message`
 * names each host that was asked with its reason; `cause` is that of the last attempt.
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

interface Row {
  status: number
  /** Any code when absent. */
  code?: string
  /** All calls when absent. */
  ops?: readonly OperationName[]
  type: new (facts: ErrorFacts) => WechatPayError
  whatToDo: string | ((text: string) => string)
}

const PAY_BACK_OTHERWISE = 'Do not repeat. Nothing was refunded: pay the user back in another way.'

const BILLS = ['getTradeBill', 'getFundFlowBill', 'getSubMerchantFundFlowBill', 'downloadBill'] as const

/** What each refusal means; the first row that fits. One code has different statuses on different calls. */
const ROWS: readonly Row[] = [
  { status: 401, type: SignatureRefused, whatToDo: refusedSignatureAdvice },
  {
    status: 400,
    code: 'PARAM_ERROR',
    type: ParameterError,
    whatToDo: 'Do not repeat. Correct the field that detail or message names.',
  },
  {
    status: 400,
    code: 'NO_STATEMENT_EXIST',
    type: NoStatement,
    whatToDo: 'Do not repeat: nothing happened on that day.',
  },
  {
    status: 400,
    code: 'STATEMENT_CREATING',
    type: StatementCreating,
    whatToDo:
      'A bill is ready from 10:00 Beijing time of the day after: ask again then, and if need be every half hour.',
  },
  {
    status: 400,
    code: 'ALREADY_EXISTS',
    type: NumberUsed,
    whatToDo:
      'Call queryTransaction to see the charge that has this out_trade_no; a new charge needs a new number.',
  },
  {
    status: 400,
    ops: ['createRefund', 'createAbnormalRefund'],
    type: InvalidRequest,
    whatToDo:
      'Do not repeat as it is; message names the broken rule. Nothing was refunded by this call. Compare the amounts with ' +
      'queryTransaction and queryByOutRefundNo; another amount needs another out_refund_no.',
  },
  {
    status: 400,
    ops: BILLS,
    type: InvalidRequest,
    whatToDo:
      'Do not repeat as it is. Check bill_date, a day of the last three months and not today, and sub_mchid; a download URL ' +
      'that is over is applied for again.',
  },
  {
    status: 400,
    type: InvalidRequest,
    whatToDo: 'Do not repeat as it is; message names the broken rule. A refused charge is collected on site.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    ops: BILLS,
    type: NoAuthority,
    whatToDo:
      'Do not repeat. A bill is for the merchant number that it is of: its own, or its provider’s; and it is downloaded by ' +
      'the number that has applied.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    ops: ['createRefund', 'createAbnormalRefund'],
    type: NoAuthority,
    whatToDo: 'Do not repeat. This number may not refund the order: check that sub_mchid is bound to it.',
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
    code: 'NOT_ENOUGH',
    ops: ['createTransaction'],
    type: ChargeRefused,
    whatToDo:
      'Do not repeat: the user owes too much. Collect on site, or lead the user to the repayment page.',
  },
  {
    status: 403,
    code: 'RULE_LIMIT',
    type: ChargeRefused,
    whatToDo: 'Do not repeat today: the number of charges is used up. Collect on site.',
  },
  {
    status: 403,
    code: 'NOT_ENOUGH',
    type: NotEnough,
    whatToDo:
      'Top up the merchant account, then send the same request with the same out_refund_no again. Nothing was refunded.',
  },
  { status: 403, code: 'TRADE_OVERDUE', type: RefundImpossible, whatToDo: PAY_BACK_OTHERWISE },
  { status: 403, code: 'USER_ACCOUNT_ABNORMAL', type: RefundImpossible, whatToDo: PAY_BACK_OTHERWISE },
  {
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    ops: ['createRefund'],
    type: NotFound,
    whatToDo:
      'Do not repeat. This merchant has no such order, it is of another sub_mchid, or it was not paid; queryTransaction says which.',
  },
  {
    status: 404,
    code: 'RESOURCE_NOT_EXISTS',
    ops: ['queryByOutRefundNo', 'createAbnormalRefund'],
    type: NotFound,
    whatToDo:
      'There is no such refund. If its application had no answer, it never arrived: send the same request with the same ' +
      'out_refund_no again.',
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
    ops: ['createRefund', 'createAbnormalRefund'],
    type: RateLimited,
    whatToDo:
      'Refunds of one order are a minute apart. Call queryByOutRefundNo before the same refund is sent again, with the ' +
      'same out_refund_no.',
  },
  {
    status: 429,
    ops: BILLS,
    type: RateLimited,
    whatToDo: 'Ask again a second later: applications for fund flow bills are limited to three in a second.',
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
export type RefusalFacts = Pick<ErrorFacts, 'code' | 'detail' | 'requestId' | 'verified' | 'request'> & {
  op: OperationName
  status: number
  /** The platform's text, or the start of what came in its place. */
  text: string
}

/** The error for a reply that is not a success. */
export function errorOf({ text, ...facts }: RefusalFacts): WechatPayError {
  const { op, status, code, detail, requestId } = facts
  // Parameters that are not defined are named by the detail alone.
  const where = detail?.location === null ? String(detail.value) : detail?.field
  const said = [code, text, where && `(${where})`, requestId && `(Request-ID ${requestId})`]
  const message = [`${op} was answered with HTTP ${status}`, ...said].filter(Boolean).join(' ')
  // Below 400 nothing was refused, and from 500 on nobody says what was done.
  if (status < 400) return new OutcomeUnknown({ ...facts, message, whatToDo: operations[op].ifUnknown })
  if (status >= 500) return new SystemError({ ...facts, message, whatToDo: operations[op].ifUnknown })
  // A 404 or 405 without a code comes from a router, not from a call: it must not read as "no such order".
  const row = ROWS.find(
    row => row.status === status && (row.code ?? code) === code && (row.ops?.includes(op) ?? true),
  )
  if (!row || (status === 404 && code === undefined)) {
    const whatToDo =
      code === undefined ? WRONG_HOST : 'Do not repeat. See the code on the official page of the call.'
    return new WechatPayError({ ...facts, message, whatToDo })
  }
  const whatToDo = typeof row.whatToDo === 'string' ? row.whatToDo : row.whatToDo(text)
  return new row.type({ ...facts, message, whatToDo })
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
