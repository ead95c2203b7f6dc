import { NetworkError, NotSent } from './errors.ts'
import { type OperationName, operations, unknownUntilMended } from './operations.ts'
import { ReplyEndedEarly } from './send-once.ts'
import type { AttemptEnd } from './should-retry.ts'

/** An attempt without a whole reply. */
export interface NoReply {
  /** A `NotSent` is sure: the platform has seen nothing of the request. */
  error: NetworkError | NotSent
  end: AttemptEnd
  /** What has happened at this host, for a message that names several. */
  reason: string
}

/** What fails before there is a connection, whatever the code; with some codes only these tell that nothing was sent. */
const BEFORE_A_CONNECTION = ['connect', 'getaddrinfo']
/** What can only mean that there never was one. */
const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']
const UNREACHABLE = 'Check baseUrl and fallbackUrl, the name service and the network'

const PRIVATE_AUTHORITY =
  'The host’s TLS certificate is of an authority that Node does not know. If it is your own, as that of a sandbox or of ' +
  'the company’s proxy, start Node with NODE_EXTRA_CA_CERTS=<ca.pem>, or give the client a `fetch` that trusts it; never ' +
  'switch the check off.'

/** What to mend when the host's TLS certificate is not trusted: then the request is not sent, now or later. */
const UNTRUSTED_TLS = new Map<unknown, string>([
  ['SELF_SIGNED_CERT_IN_CHAIN', PRIVATE_AUTHORITY],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', PRIVATE_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', PRIVATE_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', PRIVATE_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', PRIVATE_AUTHORITY],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'The host’s TLS certificate is for another name: check baseUrl and fallbackUrl, and what this machine resolves them to.',
  ],
  ['CERT_HAS_EXPIRED', 'The host’s TLS certificate has expired: renew it, or set this machine’s clock.'],
  ['CERT_NOT_YET_VALID', 'The host’s TLS certificate is not valid yet: set this machine’s clock.'],
])

/** Says why an exchange with a host has given no reply. */
export function noReply(op: OperationName, host: string, cause: unknown, timeoutMs: number): NoReply {
  const reason = reasonOf(cause, timeoutMs)
  const message =
    cause instanceof ReplyEndedEarly
      ? `The reply to ${op} from ${host} ended early: ${reason}`
      : `${op} had no reply from ${host}: ${reason}`
  const isUntrusted = UNTRUSTED_TLS.has(codeOf(cause))
  const facts = { op, message, cause }
  const error =
    isUntrusted || wasNeverConnected(cause)
      ? new NotSent({ ...facts, whatToDo: afterNothing(op, cause) })
      : new NetworkError({ ...facts, whatToDo: operations[op].ifUnknown })
  return { error, end: isUntrusted ? 'untrusted' : 'no_reply', reason }
}

/**
 * The error of the last attempt as that of the whole call: it names the other hosts that were asked, each with its reason,
 * and if the request has perhaps arrived at one of them, it does not say that nothing was done.
 */
export function noReplyAnywhere(
  error: NetworkError | NotSent,
  others: ReadonlyMap<string, string>,
  mayBeDone: boolean,
): NetworkError | NotSent {
  const { op, cause } = error
  const asked = [...others].map(([host, reason]) => `; asked before: ${host}, ${reason}`)
  const facts = { op, message: error.message + asked.join(''), cause }
  if (!(error instanceof NotSent && mayBeDone))
    return new (error instanceof NotSent ? NotSent : NetworkError)({ ...facts, whatToDo: error.whatToDo })
  const mend = UNTRUSTED_TLS.get(codeOf(cause))
  return new NetworkError({
    ...facts,
    whatToDo: mend ? unknownUntilMended(op, mend) : operations[op].ifUnknown,
  })
}

function afterNothing(op: OperationName, cause: unknown): string {
  const mend = UNTRUSTED_TLS.get(codeOf(cause))
  const isRead = operations[op].method === 'GET'
  const outcome = isRead
    ? 'Nothing was sent.'
    : 'Nothing was sent: this call was certainly not accepted. An earlier call with the same number is as unknown as it was.'
  if (mend) return `${outcome} To repeat it is of no use before this is mended. ${mend}`
  return `${outcome} ${UNREACHABLE}, then ${isRead ? 'ask' : 'send the same request'} again.`
}

/** Whether the system says that there never was a connection, so that nothing can have been sent. */
function wasNeverConnected(cause: unknown): boolean {
  const failure = failureOf(cause)
  // A name with several addresses fails with all of their errors.
  if (failure instanceof AggregateError) return failure.errors.every(wasNeverConnected)
  const { code, syscall } = Object(failure)
  return NEVER_CONNECTED.includes(code) || BEFORE_A_CONNECTION.includes(syscall)
}

function codeOf(cause: unknown): unknown {
  return Object(failureOf(cause)).code
}

/** `fetch` says no more than "fetch failed"; the socket's error is behind it. */
function failureOf(cause: unknown): unknown {
  return cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `it took longer than ${timeoutMs} ms`
  const inner = cause.cause instanceof Error ? cause.cause.message : cause.message
  return [codeOf(cause), inner].filter(Boolean).join(' ')
}
