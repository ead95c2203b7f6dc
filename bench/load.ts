import { Pool } from 'undici'
import type { SignedRequest } from '../src/testing/signed-request.ts'
import type { MeasuredProcess } from './measured-process.ts'

/** Requests under way at once. */
const CONCURRENCY = 64

/** What is sent; `body` is empty when there is none. */
type Sent = Pick<SignedRequest, 'method' | 'target' | 'headers' | 'body'>

/**
 * Sends every request once over kept connections, and answers the bodies in their order. Throws on any reply but 200, because
 * then nothing was measured.
 */
export async function sendAll(baseUrl: string, requests: readonly Sent[]): Promise<string[]> {
  const pool = new Pool(baseUrl, { connections: CONCURRENCY, pipelining: 1 })
  const texts: string[] = []
  let next = 0
  const sender = async () => {
    for (let index = next++; index < requests.length; index = next++) {
      const { method, target, headers, body } = requests[index] as Sent
      const reply = await pool.request({ method, path: target, headers, body: body.length > 0 ? body : null })
      const text = await reply.body.text()
      if (reply.statusCode !== 200) throw new Error(`${method} ${target}: HTTP ${reply.statusCode} ${text}`)
      texts[index] = text
    }
  }
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, sender))
    return texts
  } finally {
    await pool.close()
  }
}

/** Requests that a process answers in a second of its CPU time. */
export async function perCpuSecond(
  server: MeasuredProcess,
  requests: readonly SignedRequest[],
): Promise<number> {
  const before = await server.measure()
  await sendAll(server.baseUrl, requests)
  const after = await server.measure()
  return requests.length / (after.cpuSeconds - before.cpuSeconds)
}
