import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A callback as it came over the wire. */
export interface ReceivedCallback {
  headers: IncomingHttpHeaders
  /** Names and values in turn, in their exact case. */
  rawHeaders: string[]
  body: string
}

/** What the receiver answers: a status, or `hang` to let the sender wait for its time-out. */
export type Answer = number | 'hang' | { status: number; body: string }

/** A receiver of callbacks on the loopback. */
export interface WebhookSink {
  /** To be given as `notify_url`. */
  url: string
  /** Everything that came, in its order. */
  received: ReceivedCallback[]
  /** The next callback that was not taken yet; waits for it. */
  next(): Promise<ReceivedCallback>
  /** What the following callbacks are answered, one by one; 204 when the list is over. */
  answerWith(...answers: Answer[]): void
  close(): Promise<void>
}

/** Starts a receiver that acknowledges everything until it is set otherwise. */
export async function webhookSink(): Promise<WebhookSink> {
  const received: ReceivedCallback[] = []
  const answers: Answer[] = []
  const waiting: ((callback: ReceivedCallback) => void)[] = []
  let taken = 0

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const callback = { headers: request.headers, rawHeaders: request.rawHeaders, body }
      received.push(callback)
      const waiter = waiting.shift()
      if (waiter) {
        taken += 1
        waiter(callback)
      }
      const answer = answers.shift() ?? 204
      if (answer === 'hang') return
      if (typeof answer === 'number') response.writeHead(answer).end()
      else response.writeHead(answer.status).end(answer.body)
    })
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/notify`,
    received,
    next() {
      const callback = received[taken]
      if (!callback) return new Promise(resolve => waiting.push(resolve))
      taken += 1
      return Promise.resolve(callback)
    },
    answerWith(...list) {
      answers.push(...list)
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
