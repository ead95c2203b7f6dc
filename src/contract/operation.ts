import type { ErrorEntry } from '../protocol/errors.ts'
import type { Static, TObject, TSchema } from './schema.ts'
import * as Type from './schema.ts'

/** Merchant mode (直连商户) or partner mode (服务商): the kind of merchant number that calls decides. */
export type Mode = 'merchant' | 'partner'
export const MODES: readonly Mode[] = ['merchant', 'partner']

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A call as it is in one mode. */
export interface InMode<Request extends TObject = TObject, Reply extends TSchema = TSchema> {
  /** With `{name}` for each part that is a field of the request. */
  path: string
  /** The page of the official documents; absent where the documents of this mode have none. */
  page?: string
  /** All fields, flat. Those named in `path` travel there; the others in the query or the body, as the method says. */
  request: Request
  /** A JSON object, {@link FILE} or {@link NO_CONTENT}. */
  reply: Reply
}

/**
 * One call of the API, declared once. Validation, types, the SDK's methods, the documents' tables and the server's
 * routes all come from this value.
 *
 * Where both modes have one path, the caller's kind decides which of them is meant; where they have different paths, the
 * path of the other mode is refused.
 */
export interface Operation<
  Merchant extends InMode | undefined = InMode | undefined,
  Partner extends InMode | undefined = InMode | undefined,
> {
  /**
   * The product's name and the official operation name in camel case, such as `refunds.createRefund`: the method of the
   * SDK, the `op` of a log line and the `call` of a fault rule. The file is named after what follows the dot.
   */
  id: string
  method: Method
  title: { zh: string; en: string }
  /** The call in merchant mode; absent when there is none. */
  merchant?: Merchant
  /** The call in partner mode; absent when there is none. */
  partner?: Partner
  /** The status of a success; 200 unless said. 202 and 204 have no body. */
  success?: 202 | 204
  /** Set where the body is a form with a file and, as its signed part, the JSON of the request in `meta`. */
  upload?: Upload
  /** Everything that the call itself can be refused for, in the order of its checks. */
  errors: readonly ErrorEntry[]
  /**
   * The message that the call's own page prints for a field that breaks its declaration: for all fields, or for one. Where
   * it prints none, the gateway's sentence is the message.
   */
  invalidParameter?: { error: ErrorEntry; field?: string }
  /** What a wrong signature is refused with, where that is known to be other than the gateway's usual text. */
  signatureMismatch?: ErrorEntry
  /** Set where parameters that the documents do not define are ignored; otherwise they are refused. */
  undefinedFields?: 'ignored'
  /** Fields of partner mode that a direct merchant is refused for, with the refusal; the others are ignored. */
  partnerOnly?: Readonly<Record<string, ErrorEntry>>
  /** How often a merchant may call, where that differs from the platform's rule. */
  limits?: CallLimits
  /** How the SDK gives the call to a merchant's program. */
  sdk: CallInSdk
}

/** The file of an upload. */
export interface Upload {
  /** The name of its part in the form, such as `file`. */
  part: string
  /** Its official name in Chinese, which refusals print. */
  title: string
  /** Bytes of the file at most. */
  maxBytes: number
  /** What a larger file is refused with, where the documents say; one much larger is not read. */
  tooLarge?: ErrorEntry
  /** The field of `meta` with the file's SHA-256 in hexadecimal, and what a file with another sum is refused with. */
  hash?: { field: string; wrong: ErrorEntry }
}

/** What a client must know of a call to repeat it, to judge its reply and to explain it. */
export interface CallInSdk {
  /** What the call does and what to look out for, as the doc comment of the SDK's method; in English, Markdown. */
  description: string
  /** A charge or a refund is never repeated as quickly as a read. */
  movesMoney?: true
  /** The call needs `Wechatpay-Serial` in certificate mode too. */
  namesPlatformKey?: true
  /** Fields that are given as plain text and sent encrypted to the key that the call names. */
  encrypts?: readonly string[]
  /** Fields of the request that the reply gives back; they bind a reply to its request, which its signature does not. */
  echoes?: readonly string[]
  /** What to do when nobody knows what became of the call; absent when nothing was changed by it. */
  ifUnknown?: string
  /** The only mode whose client has the call, where a caller of the other mode would only ever be refused. */
  only?: Mode
  /** The name of the reply's TypeScript type, where it has a better one than that of the call. */
  replyType?: string
  /** What refusals of this call mean, where the general advice is too little; the first that fits. */
  refusals?: readonly RefusalInSdk[]
}

/** What the SDK makes of a refusal. */
export interface RefusalInSdk {
  status: number
  /** Any code when absent. */
  code?: string
  /** A class of the SDK's `refusals.ts`; the one that such a refusal has with all calls when absent. */
  type?: string
  /** One or two sentences for the person who reads the log. */
  whatToDo: string
}

/** Calls of one operation by one merchant in a second of wall time. */
export interface CallLimits {
  /** What a call over a limit is refused with. */
  exceeded: ErrorEntry
  /** All calls; the platform's own limit holds beside it. */
  perSecond?: number
  /** Calls that were refused: when there were so many, the others of that second are refused unread. */
  refusedPerSecond?: number
}

/** The reply of a call that answers a file, which is not signed. */
export const FILE = Type.Unsafe<never>({ type: 'string', title: '文件' })

/** The reply of a call that answers nothing but its status. */
export const NO_CONTENT = Type.Unsafe<undefined>({ type: 'null' })

/** Declares an operation and keeps the types of its schemas. */
export function operation<
  Merchant extends InMode | undefined = undefined,
  Partner extends InMode | undefined = undefined,
>(
  declaration: Omit<Operation, Mode> & { merchant?: Merchant; partner?: Partner },
): Declared<Merchant, Partner> {
  return declaration as Declared<Merchant, Partner>
}

/** An operation with the types of its modes. */
type Declared<Merchant, Partner> = Omit<Operation, Mode> & { merchant: Merchant; partner: Partner }

/**
 * Both modes of a call that has one path and one reply: `request` are the fields of merchant mode, `partner` those that a
 * service provider sends beside or in place of them.
 */
export function inBothModes<
  Request extends TObject,
  Reply extends TSchema,
  Partner extends TObject = TObject<Record<never, never>>,
>(shared: {
  path: string
  pages: Partial<Record<Mode, string>>
  request: Request
  partner?: Partner
  reply: Reply
}): { merchant: InMode<Request, Reply>; partner: InMode<Type.Merged<Request, Partner>, Reply> } {
  const { path, pages, request, partner = Type.Object({}), reply } = shared
  const pageOf = (mode: Mode) => (pages[mode] === undefined ? {} : { page: pages[mode] })
  return {
    merchant: { path, ...pageOf('merchant'), request, reply },
    partner: {
      ...{ path, ...pageOf('partner'), reply },
      request: Type.Merge(request, partner) as unknown as Type.Merged<Request, Partner>,
    },
  }
}

/** What a caller of a mode sends; `never` where the call does not exist in it. */
type RequestIn<In> = In extends InMode<infer Request> ? Static<Request> : never
/** What a direct merchant sends. */
export type MerchantRequestOf<O extends Operation> = RequestIn<O['merchant']>
/** What a service provider sends. */
export type PartnerRequestOf<O extends Operation> = RequestIn<O['partner']>
/** What a handler is given: the fields of both modes, of which those that only one has may be absent. */
export type RequestOf<O extends Operation> = Either<MerchantRequestOf<O>, PartnerRequestOf<O>>
export type ReplyOf<O extends Operation> =
  | (O['merchant'] extends InMode<TObject, infer Reply> ? Static<Reply> : never)
  | (O['partner'] extends InMode<TObject, infer Reply> ? Static<Reply> : never)

type Either<One, Other> = [One] extends [never]
  ? Other
  : [Other] extends [never]
    ? One
    : Flat<
        Pick<One | Other, keyof One & keyof Other> &
          Partial<Omit<One, keyof Other>> &
          Partial<Omit<Other, keyof One>>
      >
type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] }

/** The modes in which a call exists, with what it is in each. */
export function modesOf(declared: Operation): { mode: Mode; inMode: InMode }[] {
  return MODES.flatMap(mode => {
    const inMode = declared[mode]
    return inMode ? [{ mode, inMode }] : []
  })
}

/** The paths of a call, each with the modes that have it. */
export function routesOf(declared: Operation): { path: string; modes: Partial<Record<Mode, InMode>> }[] {
  const routes = new Map<string, Partial<Record<Mode, InMode>>>()
  for (const { mode, inMode } of modesOf(declared))
    routes.set(inMode.path, { ...routes.get(inMode.path), [mode]: inMode })
  return [...routes].map(([path, modes]) => ({ path, modes }))
}

/** Where a field of a call travels. */
export function locationOf(
  { method, path }: { method: Method; path: string },
  field: string,
): 'url' | 'query' | 'body' {
  if (path.includes(`{${field}}`)) return 'url'
  return hasBody(method) ? 'body' : 'query'
}

/** Where a field of a call of the API travels; a field of the path is one in each mode. */
export function fieldLocation(declared: Operation, field: string): 'url' | 'query' | 'body' {
  const path = modesOf(declared)
    .map(({ inMode }) => inMode.path)
    .join('\n')
  return locationOf({ method: declared.method, path }, field)
}

/** A field of a call, in whichever mode has it. */
export function fieldOf(declared: Operation, name: string): TSchema | undefined {
  return modesOf(declared)
    .map(({ inMode }) => inMode.request.properties[name])
    .find(schema => schema !== undefined)
}

/** Whether fields of a method travel in a body. */
export function hasBody(method: Method): boolean {
  return method !== 'GET' && method !== 'DELETE'
}

/** Whether replies of a call are signed: those are not that are files. */
export function isSigned(declared: Operation): boolean {
  return modesOf(declared).every(({ inMode }) => inMode.reply !== FILE)
}

/** What follows the product's name in an id: the name of the call's file and of the SDK's method. */
export function nameOf({ id }: Pick<Operation, 'id'>): string {
  return id.slice(id.indexOf('.') + 1)
}
