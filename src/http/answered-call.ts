import type { IncomingMessage } from 'node:http'
import type { AnsweredCall } from '../calls/recent-calls.ts'
import type { Clock } from '../clock/clock.ts'
import { NO_INJECTIONS } from '../faults/faults.ts'
import type { Exchange } from './exchange.ts'

/** What went out; nothing but the length of a file, and nothing at all when the connection was ended. */
export interface AnsweredWith {
  status?: number | undefined
  code?: string | undefined
  body?: Buffer | undefined
  length?: number | undefined
  /** The headers of the signature, names and values in turn. */
  signature?: readonly string[]
}

const NO_BODY = Buffer.alloc(0)

/** A call with its answer, for whoever looks at it later. */
export function answeredCall(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  requestBody: unknown,
  exchange: Exchange,
  { status, code, body, length, signature = [] }: AnsweredWith,
  clock: Clock,
): AnsweredCall {
  const { op, requestId, verified, startedAt, caller, fields, injected, unknownFields } = exchange
  return {
    request_id: requestId,
    is_verified: verified,
    wall_time: startedAt,
    business_time: clock.now(),
    duration_ms: clock.wallNow() - startedAt,
    op,
    mchid: caller?.mchid ?? null,
    status: status ?? null,
    code: code ?? null,
    fields,
    injected,
    unknown_fields: unknownFields,
    method,
    target: url,
    raw_headers: rawHeaders,
    request_body: Buffer.isBuffer(requestBody) ? requestBody : NO_BODY,
    reply_body: body ?? null,
    reply_length: length ?? body?.length ?? null,
    signed_by: signature[signature.indexOf('Wechatpay-Serial') + 1] ?? null,
  }
}

/** A request whose path or method belongs to no call, which is answered before anything is looked at. */
export function unroutedCall(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  request_id: string,
  status: number,
  clock: Clock,
): AnsweredCall {
  return {
    ...{ request_id, is_verified: false, status, method, target: url, raw_headers: rawHeaders },
    ...{ wall_time: clock.wallNow(), business_time: clock.now(), duration_ms: 0 },
    ...{
      op: null,
      mchid: null,
      code: null,
      fields: undefined,
      injected: NO_INJECTIONS,
      unknown_fields: undefined,
    },
    ...{ request_body: NO_BODY, reply_body: NO_BODY, reply_length: 0, signed_by: null },
  }
}
