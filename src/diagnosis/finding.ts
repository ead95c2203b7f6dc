import type { IncomingHttpHeaders } from 'node:http'
import type { ErrorEntry } from '../protocol/errors.ts'
import type { Cause } from './causes.ts'

/** A request whose signature was refused, as it came. */
export interface RefusedRequest {
  requestId: string
  /** The call. */
  op: string
  /** What was answered. */
  error: ErrorEntry
  method: string
  target: string
  /** The path with names in place of its fields, such as `/v3/a/{b}`; empty when it has none. */
  template: string
  headers: IncomingHttpHeaders
  /** `undefined` when the request was refused before its body was read. */
  body: Buffer | undefined
  /** Wall time in milliseconds at which the request came in. */
  wallTime: number
  businessTime: number
}

/** Why a signature was refused, as far as it could be found. */
export interface Finding {
  /** All that went wrong at once, the one to begin with first. */
  causes: readonly [Cause, ...Cause[]]
  /** What is special to this request; may be empty. */
  detail: string
  /** What the caller has signed, when it was found. */
  signedMessage?: Buffer
  /** In hexadecimal, when the signature gave it back. */
  signedDigest?: string
  /** The certificate or key that has signed, when it was found. */
  signedBy?: string
}
