import type { Calls } from '../generated/index.ts'
import { operations } from '../generated/index.ts'
import type { ErrorFacts, WechatPayError } from './errors.ts'

/** Merchant mode (直连商户) or partner mode (服务商). */
export type Mode = 'merchant' | 'partner'

/** The id of a call: its product and its official name in camel case, such as `refunds.createRefund`. */
export type OperationName = keyof Calls

/** What a caller of a mode sends; `never` where the call is not of that mode. All fields are flat and have their names of the wire. */
export type RequestIn<Name extends OperationName, M extends Mode> =
  Calls[Name] extends Record<M, { request: infer Request }> ? Request : never

/** What a call answers, in either mode unless one is given. */
export type ReplyTo<Name extends OperationName, M extends Mode = Mode> = {
  [Each in M]: Calls[Name] extends Record<Each, { reply: infer Reply }> ? Reply : never
}[M]

/** What the SDK knows of a call, from its contract. */
export interface CallRules {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** By the modes that have the call, with `{name}` for each part that is a field of the request. */
  paths: Partial<Record<Mode, string>>
  /** The status of a success without a body; a success is 200 with a body when absent. */
  success?: 202 | 204
  /** The reply is a file, which is not signed. */
  isFile?: boolean
  /** The body is a form with a file: the part's name, and the field that gets the file's SHA-256. */
  upload?: { part: string; hash?: string }
  /** A charge or a refund is never hammered: see `shouldRetry`. */
  movesMoney?: boolean
  /** The call needs `Wechatpay-Serial` in certificate mode too. */
  namesPlatformKey?: boolean
  /** Fields that are given as plain text and sent encrypted to the key that the call names. */
  encrypts?: readonly string[]
  /** Fields of the request that the reply gives back; they bind a reply to its request, which its signature does not. */
  echoes?: readonly string[]
  /** What to do when nobody knows what became of the call; absent when nothing was changed by it. */
  ifUnknown?: string
  /** What refusals of this call mean, where the general rules say too little. */
  refusals?: readonly RefusalRule[]
}

/** What refusals with a status, and a code, mean. */
export interface RefusalRule {
  status: number
  /** Any code when absent. */
  code?: string
  type?: new (facts: ErrorFacts) => WechatPayError
  whatToDo: string
}

/** The file of an upload. */
export interface UploadedFile {
  /** The file's name, with its ending, such as `shop.jpg`. */
  name: string
  /** Its media type, such as `image/jpeg`. */
  type: string
  bytes: Uint8Array
}

/** Whether a call only reads. */
export function isRead(op: OperationName): boolean {
  return operations[op].method === 'GET'
}

/** What to do when nobody knows what became of a call. */
export function ifUnknown(op: OperationName): string {
  return operations[op].ifUnknown ?? 'Nothing was changed by this call: ask again.'
}

/**
 * What to do when nobody knows what became of a call, and no repetition can tell before something is fixed. `fix` says
 * what.
 */
export function unknownUntilFixed(op: OperationName, fix: string): string {
  const outcome = isRead(op) ? 'Nothing was changed by this call.' : ifUnknown(op)
  return `${outcome} No repetition and no query helps before this is fixed: ${fix}`
}
