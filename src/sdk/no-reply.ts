import { NetworkError } from './errors.ts'
import { type OperationName, operations, unknownUntilMended } from './operations.ts'
import { ReplyEndedEarly } from './send-once.ts'

/** An attempt without a whole reply. */
export interface NoReply {
  error: NetworkError
  /** What has happened at this host, for a message that names several. */
  reason: string
  /** The platform may have received the request. */
  mayBeDone: boolean
}

/** What the system says when there never was a connection, so that nothing can have been sent. */
const NEVER_CONNECTED = new Set<unknown>([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
])

const PRIVATE_AUTHORITY =
  'The host’s TLS certificate is of an authority that Node does not know. If it is your own, as that of a sandbox or of ' +
  'the company’s proxy, start Node with NODE_EXTRA_CA_CERTS=<ca.pem>; never switch the check off.'

/** What to mend when the host's TLS certificate is not trusted: then the request is never sent, now or later. */
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
  const code = codeOf(cause)
  const mend = UNTRUSTED_TLS.get(code)
  const reason = reasonOf(cause, timeoutMs)
  const message =
    cause instanceof ReplyEndedEarly
      ? `The reply to ${op} from ${host} ended early: ${reason}`
      : `${op} had no reply from ${host}: ${reason}`
  const whatToDo = mend
    ? `Nothing was sent, so nothing was done, and to repeat it is of no use before this is mended. ${mend}`
    : operations[op].ifUnknown
  const error = new NetworkError({ op, message, whatToDo, cause })
  return { error, reason, mayBeDone: !mend && !NEVER_CONNECTED.has(code) }
}

/**
 * The error of the last attempt as that of the whole call: it names the other hosts that were asked, each with its reason,
 * and if the request has perhaps arrived at one of them, it does not say that nothing was done.
 */
export function noReplyAnywhere(
  error: NetworkError,
  others: ReadonlyMap<string, string>,
  mayBeDone: boolean,
): NetworkError {
  const { op, cause } = error
  const mend = UNTRUSTED_TLS.get(codeOf(cause))
  const isTooSure = mayBeDone && mend !== undefined && operations[op].method === 'POST'
  if (others.size === 0 && !isTooSure) return error
  const asked = [...others].map(([host, reason]) => `; asked before: ${host}, ${reason}`)
  const whatToDo = isTooSure ? unknownUntilMended(op, mend) : error.whatToDo
  return new NetworkError({ op, message: error.message + asked.join(''), whatToDo, cause })
}

/** `fetch` says no more than "fetch failed"; the socket's error is behind it. */
function codeOf(cause: unknown): unknown {
  const inner = cause instanceof Error ? cause.cause : undefined
  return inner instanceof Error && 'code' in inner ? inner.code : undefined
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `it took longer than ${timeoutMs} ms`
  const inner = cause.cause instanceof Error ? cause.cause.message : cause.message
  return [codeOf(cause), inner].filter(Boolean).join(' ')
}
