import { connect, type Socket } from 'node:net'
import type { SignedRequest } from '../src/testing/index.ts'

/** A reply as it came over the socket. */
export interface RawReply {
  /** `NaN` when the connection ended without a reply. */
  status: number
  /** Names in their exact case, with their values, in the order in which they came. */
  headers: [name: string, value: string][]
  body: string
}

/** The bytes of a request. */
export function rawRequest(
  { method, target, headers, body }: Omit<SignedRequest, 'method'> & { method: string },
  more: Record<string, string> = {},
): Buffer {
  const length = 'Transfer-Encoding' in more ? {} : { 'Content-Length': String(body.length) }
  const lines = Object.entries({ Host: 'localhost', ...headers, ...length, ...more })
  const head = `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

/** Sends bytes over a connection of their own and reads the first reply. */
export async function sendRaw(baseUrl: string, bytes: Uint8Array | string): Promise<RawReply> {
  return parseReply(await readText(baseUrl, socket => socket.write(bytes), isComplete))
}

/** The same for a client that gives up sending in the middle of its request. */
export async function sendPart(baseUrl: string, bytes: Uint8Array | string): Promise<RawReply> {
  return parseReply(await readText(baseUrl, socket => socket.end(bytes), isComplete))
}

/** Sends bytes and reads everything that comes until the platform ends the connection. */
export function sendRawUntilEnd(baseUrl: string, bytes: Uint8Array | string): Promise<string> {
  return readText(
    baseUrl,
    socket => socket.write(bytes),
    () => false,
  )
}

function readText(
  baseUrl: string,
  send: (socket: Socket) => unknown,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  const text = () => Buffer.concat(chunks).toString('utf8')
  return new Promise(resolve => {
    socket.on('data', chunk => {
      chunks.push(chunk)
      if (isEnough(text())) socket.destroy()
    })
    // The platform may end a connection while bytes for it are still on their way.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(text()))
    send(socket)
  })
}

function isComplete(text: string): boolean {
  const [head = '', body] = text.split(/\r\n\r\n(.*)/s)
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? []
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length)
}

export function parseReply(text: string): RawReply {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}
