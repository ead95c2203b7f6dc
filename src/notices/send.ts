import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Agent } from 'undici'
import type { Rules } from '../platform.ts'
import { isPrivateAddress, refusedNotifyUrl } from './notify-url.ts'

/**
 * Deliveries in hand at once, on one node. Each has a connection of its own, also to the same host: a notice that waits
 * for one would spend the merchant's time on it.
 */
export const MAX_DELIVERIES = 64
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

type Profile = Rules['profile']

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
  // Not `AbortSignal.timeout`, whose timer would outlive a quick reply and add up under load.
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error(TOO_LATE)), NOTICE_TIMEOUT_MS)
  try {
    // The notice may be older than the profile.
    const refused = refusedNotifyUrl(url, profile)
    if (refused) throw new Error(`The ${profile} profile does not send there: ${refused}`)
    const { origin, pathname } = new URL(url)
    const { signal } = limit
    const answer = await agent.request({ origin, path: pathname, method: 'POST', headers, body, signal })
    const reply = await readStart(answer.body)
    const acknowledged = answer.statusCode === 200 || answer.statusCode === 204
    return {
      status: answer.statusCode,
      reply,
      failure: acknowledged ? '' : `The reply was HTTP ${answer.statusCode}`,
    }
  } catch (error) {
    return { status: null, reply: '', failure: reasonOf(error) }
  } finally {
    clearTimeout(timer)
  }
}

async function readStart(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early ends the connection, so an endless reply costs nothing.
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= MAX_REPLY_BYTES) break
  }
  // NUL is no text for a store.
  return Buffer.concat(chunks).subarray(0, MAX_REPLY_BYTES).toString('utf8').replaceAll('\0', '')
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
