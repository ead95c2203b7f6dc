import type { FastifyRequest } from 'fastify'
import type { Caller } from '../merchants/merchants.ts'
import type { Authorization } from '../protocol/authorization.ts'
import type { Language } from '../protocol/errors.ts'

/** What the server knows of one request and its reply, from the first hook to the last. */
export interface Exchange {
  /** The first part of `Request-ID`; the number behind it says how the call ended. */
  requestId: string
  /** 0 for a success, the error's number otherwise. */
  resultNumber: number
  /** Wall time at which the request came in. */
  startedAt: number
  language: Language
  /** Known once the header was read and the merchant found. */
  authorization?: Authorization
  caller?: Caller
  /** The request's `Wechatpay-Serial`, when it is not empty. */
  serial?: string
  /** True once the signature was found to be right: from then on every reply is signed. */
  verified: boolean
  /** For the log: the operation and the error's code. */
  op?: string
  code?: string
  /** Fields that the call does not know; they are ignored. */
  unknownFields?: string[]
}

const exchanges = new WeakMap<FastifyRequest, Exchange>()

export function beginExchange(request: FastifyRequest, exchange: Exchange): void {
  exchanges.set(request, exchange)
}

export function exchangeOf(request: FastifyRequest): Exchange {
  const exchange = exchanges.get(request)
  if (!exchange) throw new Error('The request has no exchange: the first hook has not run')
  return exchange
}
