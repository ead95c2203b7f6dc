import { NetworkError, NotSent } from './errors.ts'
import { ifUnknown, isRead, type OperationName, unknownUntilFixed } from './operations.ts'
import { ReplyEndedEarly, ReplyTooLarge } from './send-once.ts'
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
/** Texts of Node and undici that can only mean so: their errors have no code, or one that others have too. */
const NEVER_CONNECTED_TEXTS = [
  /^Client network socket disconnected before secure TLS connection was established$/,
  // The proxy made no tunnel to the host.
  /^Proxy response \(\d+\) !== 200 when HTTP Tunneling$/,
]
const UNREACHABLE = 'Check baseUrl and fallbackUrl, the name service and the network'
/** How many errors are followed from cause to cause. */
const MAX_CAUSES = 8

const PRIVATE_AUTHORITY =
  'The host’s TLS certificate is of an authority that Node does not know. If it is your own, as that of a sandbox or of ' +
  'the company’s proxy, start Node with NODE_EXTRA_CA_CERTS=<ca.pem>, or give the client a `fetch` that trusts it; never ' +
  'switch the check off.'

/** What to fix when the host's TLS certificate is not trusted: then the request is not sent, now or later. */
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

const PROXY_REASON = 'a proxy answered with HTTP 407'
const PROXY_LOGIN =
  'A proxy between here and the host wants a name and a password: give them to the `fetch` of the client, or to Node in ' +
  'HTTPS_PROXY=http://name:password@host:port.'
const FORBIDDEN_PORT =
  'fetch speaks to no port that another protocol is known for, such as 6000 or 6667: use another port.'
const PLAIN_PORT =
  'What listens there does not speak TLS: write http:// in baseUrl, or name the port that speaks TLS.'

/** What to fix before anything can be sent to the host, where no repetition helps; `undefined` where one may. */
function whatToFix(cause: unknown): string | undefined {
  const failure = Object(failureOf(cause))
  const { code, message } = failure
  if (message === 'bad port') return FORBIDDEN_PORT
  return speaksNoTls(cause, failure) ? PLAIN_PORT : UNTRUSTED_TLS.get(code)
}

/**
 * Whether a proxy wanted a login, before it made a tunnel or in place of passing the request on. By its standard `fetch`
 * hides the second: of all that fails in it, only a 407 is an error without any text in this step.
 */
function isProxyLogin(cause: unknown): boolean {
  const { message, stack } = Object(failureOf(cause))
  if (String(message).startsWith('Proxy response (407)')) return true
  return (
    isOfFetch(cause) && message === '' && /makeNetworkError.*\n.*httpNetworkOrCacheFetch/.test(String(stack))
  )
}

/** Node's own `fetch` and undici's say so, and the reason is behind it. */
function isOfFetch(cause: unknown): boolean {
  return Object(cause).message === 'fetch failed'
}

/**
 * Whether the very first bytes from the host were no TLS. The code does not say it: of garbage in an established
 * connection OpenSSL says the same. `fetch` of Node reports it of a first record only; from OpenSSL 3.2 on the text names
 * the function, and that of an established connection is another one. What is in doubt may have been sent.
 */
function speaksNoTls(cause: unknown, { code, message }: { code?: unknown; message?: unknown }): boolean {
  return (
    isOfFetch(cause) && code === 'ERR_SSL_WRONG_VERSION_NUMBER' && !/:tls(13|_default)_/.test(String(message))
  )
}

/** Says why an exchange with a host has given no reply. */
export function noReply(op: OperationName, host: string, cause: unknown, timeoutMs: number): NoReply {
  if (isProxyLogin(cause)) return { error: refusedByProxy(op, host, cause), end: 407, reason: PROXY_REASON }
  const reason = reasonOf(cause, timeoutMs)
  if (cause instanceof ReplyEndedEarly || cause instanceof ReplyTooLarge) {
    const how = cause instanceof ReplyEndedEarly ? 'ended early' : 'cannot be read'
    const message = `The reply to ${op} from ${host} ${how}: ${reason}`
    const error = new NetworkError({ op, message, cause, whatToDo: ifUnknown(op) })
    return { error, end: 'no_reply', reason }
  }
  const message = `${op} had no reply from ${host}: ${reason}`
  const isHopeless = whatToFix(cause) !== undefined
  const facts = { op, message, cause }
  const error =
    isHopeless || wasNeverConnected(cause)
      ? new NotSent({ ...facts, whatToDo: afterNothing(op, cause) })
      : new NetworkError({ ...facts, whatToDo: ifUnknown(op) })
  return { error, end: isHopeless ? 'untrusted' : 'no_reply', reason }
}

/** A proxy answered 407 in place of passing the request on: the platform has seen nothing of it. */
export function refusedByProxy(op: OperationName, host: string, cause?: unknown): NotSent {
  const message = `${op} was not passed on to ${host}: ${PROXY_REASON}`
  return new NotSent({ op, status: 407, message, cause, whatToDo: unsentUntilFixed(op, PROXY_LOGIN) })
}

/**
 * The error of the last attempt as that of the whole call: it names the other hosts that were called, each with its reason,
 * and if the request has perhaps arrived at one of them, it does not say that nothing was done.
 */
export function noReplyAnywhere(
  error: NetworkError | NotSent,
  others: ReadonlyMap<string, string>,
  mayBeDone: boolean,
): NetworkError | NotSent {
  const { op, status, cause } = error
  const asked = [...others].map(([host, reason]) => `; called before: ${host}, ${reason}`)
  const facts = { op, status, message: error.message + asked.join(''), cause }
  if (!(error instanceof NotSent && mayBeDone))
    return new (error instanceof NotSent ? NotSent : NetworkError)({ ...facts, whatToDo: error.whatToDo })
  const fix = status === 407 ? PROXY_LOGIN : whatToFix(cause)
  return new NetworkError({
    ...facts,
    whatToDo: fix ? unknownUntilFixed(op, fix) : ifUnknown(op),
  })
}

function afterNothing(op: OperationName, cause: unknown): string {
  const fix = whatToFix(cause)
  if (fix) return unsentUntilFixed(op, fix)
  return `${nothingSent(op)} ${UNREACHABLE}, then ${isRead(op) ? 'ask' : 'send the same request'} again.`
}

function unsentUntilFixed(op: OperationName, fix: string): string {
  return `${nothingSent(op)} To repeat it is of no use before this is fixed. ${fix}`
}

function nothingSent(op: OperationName): string {
  return isRead(op)
    ? 'Nothing was sent.'
    : 'Nothing was sent: this call was certainly not accepted. An earlier call with the same number is as unknown as it was.'
}

/** Whether the system says that there never was a connection, so that nothing can have been sent. */
function wasNeverConnected(cause: unknown): boolean {
  const failure = failureOf(cause)
  // A name with several addresses fails with all of their errors.
  const { code, syscall, message, errors } = Object(failure)
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(wasNeverConnected)
  return (
    NEVER_CONNECTED.includes(code) ||
    BEFORE_A_CONNECTION.includes(syscall) ||
    NEVER_CONNECTED_TEXTS.some(text => text.test(message))
  )
}

/**
 * The error at the end of the causes: `fetch` says no more than "fetch failed", a proxy agent "Request was cancelled".
 * Errors of another realm, as a test runner makes one, are no instances of `Error`.
 */
function failureOf(error: unknown): unknown {
  let failure = error
  for (let depth = 0; depth < MAX_CAUSES; depth += 1) {
    const { cause } = Object(failure)
    if (typeof Object(cause).message !== 'string') return failure
    failure = cause
  }
  return failure
}

/** In words; never empty. */
function reasonOf(cause: unknown, timeoutMs: number): string {
  if (Object(cause).name === 'TimeoutError') return `it took longer than ${timeoutMs} ms`
  const failure = failureOf(cause)
  const { code, message, name, errors } = Object(failure)
  if (typeof message !== 'string') return `something was thrown that is no error: ${String(failure)}`
  // That of several addresses has no text of its own.
  const parts = Array.isArray(errors) && message === '' ? errors.map(each => Object(each).message) : [message]
  const said = parts.filter(Boolean).join(', ').trim()
  return (
    [typeof code === 'string' && code, said].filter(Boolean).join(' ') ||
    String(name || 'an error without a text')
  )
}
