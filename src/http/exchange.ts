import type { Injections } from '../faults/faults.ts'
import type { Caller } from '../merchants/merchants.ts'
import type { Authorization } from '../protocol/authorization.ts'
import type { Language } from '../protocol/errors.ts'
import type { Suite } from '../protocol/suite.ts'

/** What the server knows of one request and its reply, from the first check to the last byte. */
export interface Exchange {
  /** For the log: the operation, once the path said it. */
  op: string
  /** The first part of `Request-ID`; the number behind it says how the call ended. */
  requestId: string
  /** 0 for a success, the error's number otherwise. */
  resultNumber: number
  /** Wall time at which the request came in. */
  startedAt: number
  language: Language
  /** Known once the header was read and the merchant found. */
  authorization: Authorization | undefined
  caller: Caller | undefined
  /** The request's `Wechatpay-Serial`, when it is not empty. */
  serial: string | undefined
  /** The algorithms of the request's signature, and so of the reply's. */
  suite: Suite
  /** True once the signature was found to be right. */
  verified: boolean
  /** True once the call itself was reached: its replies are signed, and what the gateway refuses before it is not. */
  reached: boolean
  /** What was requested, once the signature was found to be right; before its check. */
  fields: Readonly<Record<string, unknown>> | undefined
  /** As the header says, which the framework does not see. */
  contentType: string | undefined
  /** What an upload has signed in place of its body. */
  meta: Buffer | undefined
  /** What goes wrong with it on purpose. */
  injected: Injections
  /** JSON pointers of the parameters that the call does not define; `undefined` when there are none. */
  unknownFields: string[] | undefined
  /** What a refusal has found that its reply does not say. */
  found: string | undefined
}
