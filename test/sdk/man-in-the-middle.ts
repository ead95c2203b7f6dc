import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it came over the wire. */
export interface SeenRequest {
  method: string
  target: string
  headers: IncomingHttpHeaders
  body: string
}

/** A reply on its way back. */
export interface PassingReply {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

/**
 * What is done with one request. `pass` brings it there and back; `reset` ends the connection and brings it nowhere;
 * `lose_reply` brings it there and ends the connection; `hang` never answers; a reply is given in place of the
 * platform's; a function changes the platform's.
 */
export type Action =
  | 'pass'
  | 'reset'
  | 'lose_reply'
  | 'hang'
  | PassingReply
  | ((reply: PassingReply) => PassingReply | Promise<PassingReply>)

/** A real HTTP proxy between a merchant and the platform. */
export interface ManInTheMiddle {
  url: string
  /** Everything that came, in its order. */
  seen: SeenRequest[]
  /** What to do with the following requests, one by one; `pass` when the list is over. */
  plan(...actions: Action[]): void
  close(): Promise<void>
}

/** Starts a proxy in front of a platform. */
export async function manInTheMiddle(platformUrl: string): Promise<ManInTheMiddle> {
  const seen: SeenRequest[] = []
  const planned: Action[] = []

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const { method = '', url = '', headers, socket } = request
    seen.push({ method, target: url, headers, body: body.toString('utf8') })
    const action = planned.shift() ?? 'pass'
    if (action === 'hang') return
    if (action === 'reset') return socket.destroy()
    const reply = typeof action === 'object' ? action : await forward(platformUrl, request, body)
    if (action === 'lose_reply') return socket.destroy()
    const shown = typeof action === 'function' ? await action(reply) : reply
    response.writeHead(shown.status, shown.headers).end(shown.body)
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    plan: (...actions) => planned.push(...actions),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Brings a request to the platform as it is; the host is not signed. */
async function forward(
  platformUrl: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<PassingReply> {
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    httpRequest(platformUrl + url, { method: method ?? '', headers, agent: false })
      .once('response', resolve)
      .once('error', reject)
      .end(body)
  })
  const { connection: _, 'keep-alive': __, ...passed } = reply.headers as Record<string, string>
  return { status: reply.statusCode ?? 0, headers: passed, body: await bodyOf(reply) }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** An error reply without a signature, as a gateway gives it. */
export function unsigned(status: number, body: object | '' = ''): PassingReply {
  const bytes = Buffer.from(body === '' ? '' : JSON.stringify(body))
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': String(bytes.length) },
    body: bytes,
  }
}

/** The platform's reply with other headers; `undefined` takes one away. */
export function withHeaders(changes: Record<string, string | undefined>) {
  return (reply: PassingReply): PassingReply => {
    const headers = Object.entries({ ...reply.headers, ...changes }).filter(
      ([, value]) => value !== undefined,
    )
    return { ...reply, headers: Object.fromEntries(headers) as Record<string, string> }
  }
}

/** The platform's reply with a text in its body changed. */
export function withText(from: string, to: string) {
  return (reply: PassingReply): PassingReply => {
    const body = Buffer.from(reply.body.toString('utf8').replace(from, to))
    return { ...reply, headers: { ...reply.headers, 'content-length': String(body.length) }, body }
  }
}
