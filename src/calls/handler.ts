import type { Readable } from 'node:stream'
import type { Mode, Operation, ReplyOf, RequestOf } from '../contract/operation.ts'
import type { Caller } from '../merchants/merchants.ts'
import type { Suite } from '../protocol/suite.ts'
import type { ProductContext } from './context.ts'

/** A verified call: who made it and the key that the caller names for encrypted fields and the reply. */
export interface Call {
  caller: Caller
  /** In which mode the caller uses the call. */
  mode: Mode
  /** The file, where the call is an upload. */
  file: UploadedFile | undefined
  /** The request's `Wechatpay-Serial`; `undefined` when absent or empty. */
  serial: string | undefined
  /** The algorithms of the request's signature; its encrypted fields and those of the reply are of the same family. */
  suite: Suite
  platform: ProductContext
}

/** A file that came in a form. */
export interface UploadedFile {
  /** As the form names it; empty when it has no name. */
  name: string
  /** As the form says; `application/octet-stream` unless said. */
  type: string
  bytes: Buffer
}

/** A reply that is a file. It goes out as it is read, and it is not signed. */
export class FileReply {
  readonly contentType: string
  /** In bytes; what is read must have exactly as many. */
  readonly contentLength: number
  /** Called once, when the headers are about to be sent. */
  readonly open: () => Readable

  constructor(contentType: string, contentLength: number, open: () => Readable) {
    this.contentType = contentType
    this.contentLength = contentLength
    this.open = open
  }
}

/** An operation that declares no reply answers a file. */
type AnswerOf<O extends Operation> = [ReplyOf<O>] extends [never] ? FileReply : ReplyOf<O>

/** Answers a call with its reply or throws an `ApiError`; anything else that it throws is a SYSTEM_ERROR. */
export type Handler<O extends Operation> = (request: RequestOf<O>, call: Call) => Promise<AnswerOf<O>>

/** An operation with the function that answers it. */
export interface Endpoint<O extends Operation = Operation> {
  operation: O
  handler: Handler<O>
}

/** Pairs an operation with its handler, so that the compiler checks one against the other. */
export function endpoint<O extends Operation>(operation: O, handler: Handler<O>): Endpoint {
  return { operation, handler } as unknown as Endpoint
}
