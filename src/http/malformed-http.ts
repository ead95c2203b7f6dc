import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { inHandOf, stopParsing } from './bound-intake.ts'

/** A reply to what no call could answer. */
export interface Refusal {
  status: '400 Bad Request' | '405 Method Not Allowed'
  /** Of the body; absent when there is none. */
  type?: string
  body: string
}

/** What the platform answers to what is no HTTP or has headers beyond the limit. */
export const MALFORMED_HTTP: Refusal = {
  status: '400 Bad Request',
  type: 'application/json',
  body: JSON.stringify(new ApiError(general.HEADERS_TOO_LARGE).body('zh-CN')),
}

/** The answer to methods that no path has. */
export const NO_SUCH_METHOD: Refusal = { status: '405 Method Not Allowed', body: '' }

/** How long a client may take to end the connection after a refusal. */
const LINGER_MS = 2_000

/** Connections that end with the reply under way. */
const ending = new WeakSet<Socket>()

/**
 * Answers what comes over a connection and is no request, and ends the connection. Whole requests in front of it may be done
 * by now, so they still get their own replies: a refusal in their place would be a lie.
 */
export function answerInTurn(socket: Socket, refusal: Refusal): void {
  if (ending.has(socket)) return
  if (!socket.writable) {
    socket.destroy()
    return
  }
  ending.add(socket)
  stopParsing(socket)
  const last = [...inHandOf(socket)].findLast(({ req }) => req.complete)
  if (last) last.once('close', () => end(socket))
  else {
    const head = headersOf(refusal).map(([name, value]) => `${name}: ${value}\r\n`)
    end(socket, `HTTP/1.1 ${refusal.status}\r\n${head.join('')}\r\n${refusal.body}`)
  }
}

/** Ends a connection when what was written is out. A client that still sends then may read it before its connection is reset. */
function end(socket: Socket, last = ''): void {
  socket.end(last)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
  socket.once('close', () => clearTimeout(timer))
}

/** Answers a request with a refusal, and ends its connection. */
export function refuse(reply: ServerResponse, refusal: Refusal): void {
  reply.sendDate = false
  reply.writeHead(Number.parseInt(refusal.status, 10), headersOf(refusal).flat())
  reply.end(refusal.body)
}

function headersOf({ type, body }: Refusal): [name: string, value: string][] {
  return [
    ...(type === undefined ? [] : [['Content-Type', `${type}; charset=utf-8`] as [string, string]]),
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Connection', 'close'],
  ]
}
