import type { ServerResponse } from 'node:http'
import type { Suite } from '../../protocol/suite.ts'
import { KeyRing, type Trust } from '../keys/key-ring.ts'
import { type BelievedKeys, type ReadHeader, verifySigned } from '../keys/verify-signed.ts'
import { checkNames } from '../transport/check-options.ts'
import { type Machine, machine } from '../transport/machine.ts'
import { checkApiv3Key, checkSuite, OPTION_NAMES } from '../transport/options.ts'
import { checkHandler, type HandlerOptions, type NoticeHeaders } from './answer-notice.ts'
import type { Notice, NoticeHandler } from './notice.ts'
import { NoticeRefused } from './notice-refused.ts'
import { type IncomingNotice, rawBody } from './raw-body.ts'
import { readNotice } from './read-notice.ts'
import { type FastifyScope, fastifyPlugin } from './webhook-fastify.ts'
import { fetchHandler } from './webhook-fetch.ts'
import { nodeHandler } from './webhook-node.ts'

/**
 * Receives notices: verifies the signature over the raw bytes, decrypts, and gives them with their types.
 *
 * The handlers answer 204 when yours has returned, and otherwise 4xx or 5xx with `{"code":"FAIL","message":…}`, upon which
 * the platform sends the notice again, at most fifteen times in a day. It waits 5 s for an answer, so do no more than
 * store the notice. The same notice may come several times and out of order: take it as done when you have it already,
 * by its business number and `event_type`.
 *
 * A body that something has read or parsed before is answered 500 at once, with a `NoticeRefused` that says so. Each handler
 * throws a `TypeError` when it is made of something that is no function.
 */
export interface WebhookReceiver {
  /**
   * Verifies and opens one notice. `body` is what came over the wire, at most 256 KiB: its text, a buffer or any view of
   * one. Throws `NoticeRefused`, which names the likely cause.
   */
  readNotice(body: string | ArrayBuffer | ArrayBufferView, headers: NoticeHeaders): Promise<Notice>
  /** For everything that speaks `Request` and `Response`: Hono, Deno, Next.js route handlers. */
  fetchHandler(handle: NoticeHandler, options?: HandlerOptions): (request: Request) => Promise<Response>
  /**
   * For `node:http`, and for frameworks that hand its request on: in Koa `handler(ctx.req, ctx.res)` with
   * `ctx.respond = false`, before any body parser.
   */
  nodeHandler(
    handle: NoticeHandler,
    options?: HandlerOptions,
  ): (request: IncomingNotice, response: ServerResponse) => void
  /** For Express, with `express.raw` before it or with no body parser at all; for Nest with `rawBody: true`. */
  expressHandler(
    handle: NoticeHandler,
    options?: HandlerOptions,
  ): (request: IncomingNotice, response: ServerResponse) => void
  /**
   * For Fastify: `app.register(receiver.fastifyPlugin(handle), { prefix: '/notify' })`. The raw body parser that it needs
   * stays inside the plugin.
   */
  fastifyPlugin(handle: NoticeHandler, options?: HandlerOptions): (scope: FastifyScope) => Promise<void>
}

/** What a receiver without a client is made of. */
export interface WebhookOptions {
  /** The APIv3 key (APIv3密钥): 32 digits and letters. */
  apiv3Key: string
  /** Which keys of the platform are believed. Certificates must be given: only a client can download others. */
  trust: Trust
  /** `shangmi` of `boomgate/sdk/shangmi` for a merchant of 国密; RSA and AES unless said. */
  suite?: Suite
}

/**
 * A receiver for a program that makes no calls. One that does should use `client.webhooks`, which follows the platform's
 * certificates. Throws a `TypeError` that names a wrong option.
 */
export function createWebhookReceiver(options: WebhookOptions): WebhookReceiver {
  // The options of a client may be given as they are: those of them that a receiver has no use for are left.
  checkNames('options', options, OPTION_NAMES)
  const { apiv3Key, trust } = options
  const suite = checkSuite(options.suite)
  return receiverOn(new KeyRing({ trust, suite }, machine.wallNow), checkApiv3Key(apiv3Key), machine)
}

/** A receiver that verifies with the keys of a ring. */
export function receiverOn(
  keys: KeyRing,
  apiv3Key: string,
  { wallNow }: Pick<Machine, 'wallNow'>,
): WebhookReceiver {
  const believed: BelievedKeys = {
    suite: keys.suite,
    find: serial => find(keys, serial),
    known: () => keys.known(),
  }
  async function read(body: unknown, headers: NoticeHeaders): Promise<Notice> {
    const bytes = rawBody(body)
    const message = { header: headerReader(headers), body: bytes }
    const fault = await verifySigned(message, believed, wallNow())
    if (fault) throw new NoticeRefused(fault.reason, fault.explanation, fault)
    return readNotice(bytes, apiv3Key, keys.suite)
  }
  return {
    readNotice: read,
    fetchHandler: (handle, options) => fetchHandler(read, handle, checkHandler(handle, options)),
    nodeHandler: (handle, options) => nodeHandler(read, handle, checkHandler(handle, options)),
    expressHandler: (handle, options) => nodeHandler(read, handle, checkHandler(handle, options)),
    fastifyPlugin: (handle, options) => fastifyPlugin(read, handle, checkHandler(handle, options)),
  }
}

async function find(keys: KeyRing, serial: string): ReturnType<KeyRing['find']> {
  try {
    return await keys.find(serial)
  } catch (cause) {
    throw new NoticeRefused('keys_unavailable', `It names the key ${serial}.`, { cause })
  }
}

/** Headers of another realm or of a library are no instances of the global class. */
function headerReader(headers: NoticeHeaders): ReadHeader {
  const { get } = Object(headers)
  if (typeof get === 'function') return name => (headers as Headers).get(name) || undefined
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (typeof value === 'string') values.set(name.toLowerCase(), value)
    else if (Array.isArray(value)) values.set(name.toLowerCase(), value.join(', '))
  }
  return name => values.get(name.toLowerCase()) || undefined
}
