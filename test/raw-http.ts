import { once } from 'node:events'
import { connect } from 'node:net'
import type { SignedRequest } from '../src/testing/index.ts'

/** A reply as it came over the socket. */
export interface RawReply {
  status: number
  /** Names in their exact case, with their values, in the order in which they came. */
  headers: [name: string, value: string][]
  /** Everything behind the headers until the connection ended. */
  body: string
}

/** The bytes of a request; the platform is asked to close the connection behind its reply. */
export function rawRequest(
  { method, target, headers, body }: Omit<SignedRequest, 'method'> & { method: string },
  more: Record<string, string> = { 'Content-Length': String(body.length) },
): Buffer {
  const lines = Object.entries({ Host: 'localhost', Connection: 'close', ...headers, ...more })
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

/** Sends bytes over a connection of their own and reads until the platform ends it. */
export async function sendRaw(baseUrl: string, bytes: Uint8Array | string): Promise<RawReply> {
  return readReply(baseUrl, bytes, false)
}

/** The same for a client that gives up sending in the middle of its request. */
export async function sendPart(baseUrl: string, bytes: Uint8Array | string): Promise<RawReply> {
  return readReply(baseUrl, bytes, true)
}

async function readReply(baseUrl: string, bytes: Uint8Array | string, giveUp: boolean): Promise<RawReply> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  // A reply may come, and the connection end, before a large request was written.
  socket.on('error', () => socket.destroy())
  socket.write(bytes)
  if (giveUp) socket.end()
  await once(socket, 'close')
  const text = Buffer.concat(chunks).toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4) }
}
