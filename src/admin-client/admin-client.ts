import { ADMIN_CALLS, type AdminCalls, type AdminProblemCode } from './generated/calls.ts'

/** Where the administration API of a platform listens, and its token, as `admin.json` of its data folder says. */
export interface AdminAddress {
  /** Without `/admin/v1`. */
  url: string
  token: string
}

/** The name of a call, which is its `operationId`. */
export type AdminCall = keyof AdminCalls
export type AdminRequest<Call extends AdminCall> = AdminCalls[Call]['request']
export type AdminReply<Call extends AdminCall> = AdminCalls[Call]['reply']

/** A request as it goes over the wire. */
export interface AdminHttpRequest {
  method: 'GET' | 'PUT' | 'DELETE'
  /** With its query, from the first slash. */
  target: string
  /** JSON; only a PUT has one. */
  body?: string
}

/** Why a call was not answered with 200: it was refused, or there was no answer. */
export class AdminError extends Error {
  override readonly name = 'AdminError'
  /** HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined
  /** Which refusal it is; `NO_ANSWER` when there was none, and `UNKNOWN` for what the administration does not answer. */
  readonly code: AdminProblemCode | 'NO_ANSWER' | 'UNKNOWN'
  /** The fields that are wrong, and what is wrong with each. */
  readonly fields: readonly { field: string; issue: string }[]

  constructor(
    message: string,
    { status, code, fields = [] }: Partial<Pick<AdminError, 'status' | 'fields'>> & Pick<AdminError, 'code'>,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.status = status
    this.code = code
    this.fields = fields
  }

  /** The first field that is wrong. */
  get field(): string | undefined {
    return this.fields[0]?.field
  }
}

/** The longest text of an answer that is no problem document and is shown, in characters. */
const MAX_SHOWN = 200
const PROBLEM_URN = /^urn:boomgate:problem:([a-z-]+)$/

/**
 * The administration API. Each call has one flat request, as it is declared, and answers its reply, or throws an {@link AdminError}.
 * All can be repeated. It needs nothing but `fetch`, so it runs in browsers too.
 */
export class AdminClient {
  readonly #address: AdminAddress

  constructor(address: AdminAddress) {
    this.#address = address
  }

  /** Makes a call; `signal` ends it. */
  async call<Call extends AdminCall>(
    call: Call,
    request: AdminRequest<Call>,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<AdminReply<Call>> {
    const { method, target, body } = httpRequestOf(call, request)
    const { url, token } = this.#address
    let status: number
    let text: string
    try {
      const headers = {
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      }
      const reply = await fetch(url + target, {
        method,
        headers,
        ...(body && { body }),
        ...(signal && { signal }),
      })
      status = reply.status
      text = await reply.text()
    } catch (cause) {
      throw new AdminError(reasonOf(cause), { code: 'NO_ANSWER' }, { cause })
    }
    const answer = parsed(text)
    if (status === 200 && answer !== undefined) return answer as AdminReply<Call>
    throw refusalOf(status, text, answer)
  }
}

/** Whether there is a call of this name. */
export function isAdminCall(name: string): name is AdminCall {
  return Object.hasOwn(ADMIN_CALLS, name)
}

/** How a call travels: fields that its path names are in the path, the others in the query of a GET or the body of a PUT. */
export function httpRequestOf<Call extends AdminCall>(
  call: Call,
  request: AdminRequest<Call>,
): AdminHttpRequest {
  if (!isAdminCall(call)) throw new TypeError(`The administration has no call ${String(call)}.`)
  const { method, path } = ADMIN_CALLS[call]
  const rest: Record<string, unknown> = { ...request }
  const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  if (method === 'PUT') return { method, target, body: JSON.stringify(rest) }
  const given = Object.entries(rest).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  )
  const query = new URLSearchParams(given).toString()
  return { method, target: query === '' ? target : `${target}?${query}` }
}

function refusalOf(status: number, text: string, answer: unknown): AdminError {
  const problem = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    type?: string
    detail?: string
    errors?: AdminError['fields']
  }
  const [, name] = PROBLEM_URN.exec(problem.type ?? '') ?? []
  if (name === undefined)
    return new AdminError(problem.detail ?? text.slice(0, MAX_SHOWN), { status, code: 'UNKNOWN' })
  const code = name.replaceAll('-', '_').toUpperCase() as AdminProblemCode
  return new AdminError(problem.detail ?? '', { status, code, fields: problem.errors ?? [] })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `fetch` says that it has failed, and why is behind it. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? (error.cause ?? error) : error
  if (!(reason instanceof Error)) return String(reason)
  return reason.message || ('code' in reason ? String(reason.code) : reason.name)
}
