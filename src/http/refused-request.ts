import type { FastifyRequest } from 'fastify'
import type { RefusedRequest } from '../diagnosis/finding.ts'
import type { ApiError } from '../protocol/errors.ts'
import type { Exchange } from './exchange.ts'

/** What there is to say about a request whose signature was refused, for whoever finds out why. */
export function refusedRequest(
  { method, raw, headers, body, routeOptions }: FastifyRequest,
  { requestId, op, startedAt, authorization, meta }: Exchange,
  { entry }: ApiError,
  businessTime: number,
): RefusedRequest {
  const template = routeOptions.url?.replaceAll(/:(\w+)/g, '{$1}') ?? ''
  return {
    ...{ requestId, op, error: entry, method, headers, businessTime },
    target: raw.url ?? '',
    template: template.includes('{') ? template : '',
    // Only what was refused just for its signature has come so far that its body was read.
    body: authorization ? (meta ?? bytesOf(body)) : undefined,
    wallTime: startedAt,
  }
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}
