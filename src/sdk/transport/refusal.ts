import { operations } from '../generated/index.ts'
import {
  type ErrorFacts,
  InvalidRequest,
  NoAuthority,
  NotFound,
  NumberUsed,
  OutcomeUnknown,
  ParameterError,
  RateLimited,
  SignatureRefused,
  SystemError,
  WechatPayError,
} from './errors.ts'
import { ifUnknown, type OperationName, type RefusalRule } from './operations.ts'
import { refusedSignatureAdvice } from './refused-signature-advice.ts'

type GeneralRule = Required<Pick<RefusalRule, 'type'>> &
  Pick<RefusalRule, 'status' | 'code'> & { whatToDo: string | ((text: string) => string) }

/** What refusals mean with every call. What a call has to say beside it is in its contract. */
const GENERAL: readonly GeneralRule[] = [
  { status: 401, type: SignatureRefused, whatToDo: refusedSignatureAdvice },
  {
    status: 400,
    code: 'PARAM_ERROR',
    type: ParameterError,
    whatToDo: 'Do not repeat. Correct the field that detail or message names.',
  },
  {
    status: 400,
    code: 'ALREADY_EXISTS',
    type: NumberUsed,
    whatToDo: 'Query what has this number; something else needs a new number.',
  },
  {
    status: 400,
    type: InvalidRequest,
    whatToDo: 'Do not repeat as it is; message names the broken rule.',
  },
  {
    status: 403,
    code: 'NO_AUTH',
    type: NoAuthority,
    whatToDo:
      'Obtain the permission or the binding of the app id on the merchant platform, then repeat with the same numbers.',
  },
  { status: 404, type: NotFound, whatToDo: 'Do not repeat. Check the number and the mode.' },
  {
    status: 429,
    type: RateLimited,
    whatToDo: 'Slow down. Before a call that moves money is sent again, with the same number, query.',
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
  // Parameters that are not defined are named only by the detail.
  const where = detail?.location === null ? String(detail.value) : detail?.field
  const said = [code, text, where && `(${where})`, requestId && `(Request-ID ${requestId})`]
  const message = [`${op} was answered with HTTP ${status}`, ...said].filter(Boolean).join(' ')
  // Below 400 nothing was refused, and from 500 on nobody says what was done.
  if (status < 400) return new OutcomeUnknown({ ...facts, message, whatToDo: ifUnknown(op) })
  if (status >= 500) return new SystemError({ ...facts, message, whatToDo: ifUnknown(op) })
  // A 404 or 405 without a code comes from a router, not from a call: it must not read as "no such order".
  const own = bestOf(operations[op].refusals ?? [], facts)
  const general = bestOf(GENERAL, facts)
  // A code says more than that the call has a word to say about its status.
  const row = own && (own.code !== undefined || general?.code === undefined) ? own : general
  const type = row?.type ?? general?.type
  if (!row || !type || (status === 404 && code === undefined)) {
    const whatToDo =
      code === undefined ? WRONG_HOST : 'Do not repeat. See the code on the official page of the call.'
    return new WechatPayError({ ...facts, message, whatToDo })
  }
  const whatToDo = typeof row.whatToDo === 'string' ? row.whatToDo : row.whatToDo(text)
  return new type({ ...facts, message, whatToDo })
}

/** The rule for a refusal: the first with its code, or the first for any code. */
function bestOf<Rule extends { status: number; code?: string }>(
  rules: readonly Rule[],
  { status, code }: { status: number; code?: string | undefined },
): Rule | undefined {
  const fitting = rules.filter(rule => rule.status === status)
  return (
    fitting.find(rule => rule.code !== undefined && rule.code === code) ??
    fitting.find(rule => rule.code === undefined)
  )
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
    whatToDo: ifUnknown(op),
    cause: refusal,
  })
}
