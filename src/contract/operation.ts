import type { ErrorEntry } from '../protocol/errors.ts'
import type { Static, TObject, TSchema } from './schema.ts'

/** Merchant mode (直连商户) or partner mode (服务商): who calls decides, the paths are the same. */
export type Mode = 'merchant' | 'partner'

/**
 * One call of the API, declared once. Validation, types, the SDK's methods, the documents' tables and the server's
 * routes all come from this value.
 */
export interface Operation<
  Request extends TObject = TObject,
  Partner extends TObject = TObject,
  Reply extends TSchema = TSchema,
> {
  /** The official operation name in camel case; also the SDK method, the file name and the `op` of a log line. */
  name: string
  method: 'GET' | 'POST'
  /** With `{name}` for each part that is a field of the request. */
  path: string
  title: { zh: string; en: string }
  /** The pages of the official documents in each mode. */
  pages: { merchant?: string; partner?: string }
  /** All fields, flat. Those named in `path` travel there; the others in the query of a GET or the body of a POST. */
  request: Request
  /** Fields that exist in partner mode alone; a direct merchant's request is not checked for them. */
  partner: Partner
  reply: Reply
  /** Everything that the call itself can be refused for, in the order of its checks. */
  errors: readonly ErrorEntry[]
  /**
   * The message that the call's own page prints for a field that breaks its declaration: for all fields, or for one. Where
   * it prints none, the gateway's sentence is the message.
   */
  invalidParameter?: { error: ErrorEntry; field?: string }
  /** Set where parameters that the documents do not define are ignored; otherwise they are refused. */
  undefinedFields?: 'ignored'
  /** Fields of `partner` that a direct merchant is refused for, with the refusal; the others are ignored. */
  partnerOnly?: Readonly<Record<string, ErrorEntry>>
  /** How often a merchant may call, where that differs from the platform's rule. */
  limits?: CallLimits
}

/** Calls of one operation by one merchant in a second of wall time. */
export interface CallLimits {
  /** What a call over a limit is refused with. */
  exceeded: ErrorEntry
  /** All calls; the platform's own limit holds beside it. */
  perSecond?: number
  /** Calls that were refused: when there were so many, the others of that second are refused unheard. */
  refusedPerSecond?: number
}

/** Declares an operation and keeps the types of its schemas. */
export function operation<
  const Request extends TObject,
  const Partner extends TObject,
  const Reply extends TSchema,
  const Rest extends Omit<Operation, 'request' | 'partner' | 'reply'>,
>(
  declaration: Operation<Request, Partner, Reply> & Rest,
): Operation<Request, Partner, Reply> & Omit<Rest, 'request' | 'partner' | 'reply'> {
  return declaration
}

/** What a handler is given: all fields of merchant mode, and those of partner mode where the caller is a provider. */
export type RequestOf<O extends Operation> = Static<O['request']> & Partial<Static<O['partner']>>
/** What a direct merchant sends. */
export type MerchantRequestOf<O extends Operation> = Static<O['request']>
/** What a service provider sends. */
export type PartnerRequestOf<O extends Operation> = Static<O['request']> & Static<O['partner']>
export type ReplyOf<O extends Operation> = Static<O['reply']>

/** Where a field of a call travels. */
export function locationOf(
  declared: { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string },
  field: string,
): 'url' | 'query' | 'body' {
  if (declared.path.includes(`{${field}}`)) return 'url'
  return declared.method === 'GET' || declared.method === 'DELETE' ? 'query' : 'body'
}

/** Whether replies of a call are signed: those are not that are files. */
export function isSigned({ reply }: Pick<Operation, 'reply'>): boolean {
  return (reply as { type?: string }).type === 'object'
}
