import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Agent } from 'undici'
import type { NotifyProfile } from '../merchants/merchants.ts'
import { isPrivateAddress, isSentTo } from './notify-url.ts'

/**
 * Deliveries in hand at once, on one node; one merchant has half of them at most (see `DeliverySlots`). Each has a connection of
 * its own, also to the same host: a notice that waits for one would spend the merchant's time on it.
 */
export const MAX_DELIVERIES = 128
/** A merchant must answer within this time. */
export const NOTICE_TIMEOUT_MS = 5_000
const TOO_LATE = `No reply within ${NOTICE_TIMEOUT_MS} ms`
/** How much of a reply is kept on record, in bytes; the rest is not read. */
const MAX_REPLY_BYTES = 2_048

/** What came of one attempt. `failure` is empty when the merchant acknowledged. */
export interface Delivery {
  status: number | null
  reply: string
  failure: string
}

type Profile = NotifyProfile

/** Sends the body of a notice once, to where the receiver's profile allows; never throws. */
export type SendNotice = (
  url: string,
  headers: Record<string, string>,
  body: string,
  profile: Profile,
) => Promise<Delivery>

/**
 * Opens the connections of a profile when its first notice is sent. `production` also refuses a public name that
 * resolves to a private address.
 */
export function noticeSender(): { send: SendNotice; close(): Promise<void> } {
  const agents: Partial<Record<Profile, Promise<Agent>>> = {}
  return {
    async send(url, headers, body, profile) {
      agents[profile] ??= openAgent(profile)
      return send(await agents[profile], profile, url, headers, body)
    },
    async close() {
      for (const agent of Object.values(agents)) await (await agent).destroy()
    },
  }
}

/** The HTTP client takes a while to load, so a start does not wait for it. */
async function openAgent(profile: Profile): Promise<Agent> {
  const { Agent } = await import('undici')
  return new Agent({
    connections: MAX_DELIVERIES,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: NOTICE_TIMEOUT_MS, ...(profile === 'production' && { lookup: publicLookup }) },
  })
}

async function send(
  agent: Agent,
  profile: Profile,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<Delivery> {
  try {
    // The notice may be older than the profile.
    if (!isSentTo(url, profile))
      throw new Error(`The ${profile} profile does not send there: the host is not on the public internet`)
    const { status, reply } = await post(agent, url, headers, body)
    const acknowledged = status === 200 || status === 204
    return { status, reply, failure: acknowledged ? '' : `The reply was HTTP ${status}` }
  } catch (error) {
    return { status: null, reply: '', failure: reasonOf(error) }
  }
}

/**
 * Sends a request and reads the start of the reply. On the client's own events, because its streams cost as much as the
 * rest of a delivery.
 */
function post(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number; reply: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; reply: string }>()
  const { origin, pathname } = new URL(url)
  const chunks: Buffer[] = []
  let status = 0
  let length = 0
  let abort: ((reason: Error) => void) | undefined
  let late: Error | undefined
  const timer = setTimeout(() => {
    late = new Error(TOO_LATE)
    reject(late)
    abort?.(late)
  }, NOTICE_TIMEOUT_MS)
  const finish = () => {
    clearTimeout(timer)
    // NUL is no text for a store.
    const text = Buffer.concat(chunks).subarray(0, MAX_REPLY_BYTES).toString('utf8')
    resolve({ status, reply: text.replaceAll('\0', '') })
  }
  agent.dispatch(
    { origin, path: pathname, method: 'POST', headers, body },
    {
      onRequestStart(controller) {
        abort = reason => controller.abort(reason)
        if (late) abort(late)
      },
      onResponseStart(_controller, statusCode) {
        status = statusCode
      },
      onResponseData(controller, chunk) {
        chunks.push(chunk)
        length += chunk.length
        if (length < MAX_REPLY_BYTES) return
        // An endless reply costs nothing more.
        finish()
        controller.abort(new Error('Enough was read'))
      },
      onResponseEnd: finish,
      onResponseError(_controller, error) {
        clearTimeout(timer)
        reject(error)
      },
    },
  )
  return promise
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}

/** The system's name resolution without private addresses, so that a name cannot point into the operator's network. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const open = (addresses ?? []).filter(({ address }) => !isPrivateAddress(address))
    const [first] = open
    if (error || !first) {
      callback(error ?? new Error(`${hostname} has no public address`), '', 4)
    } else if (options.all) {
      callback(null, open)
    } else {
      callback(null, first.address, first.family)
    }
  })
}
