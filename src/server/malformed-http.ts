import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ApiError } from '../protocol/errors.ts'

/** A body with its media type. */
interface Refusal {
  type: string
  body: string
}

const HEADERS_TOO_LARGE: Refusal = {
  type: 'application/json',
  body: JSON.stringify(new ApiError('HEADERS_TOO_LARGE').body('zh-CN')),
}

/** The newest reply of each connection. */
const replies = new WeakMap<Socket, ServerResponse>()
/** Connections that end with the reply under way. */
const ending = new WeakSet<Socket>()

/** Remembers what a connection is waiting for; to be called for every request. */
export function noteReply({ socket }: IncomingMessage, reply: ServerResponse): void {
  replies.set(socket, reply)
}

/**
 * Answers what is no HTTP or has headers beyond the limit, before there is a request to speak of. A whole request in
 * front of it may be done by now, so that one still gets its own reply: a refusal in its place would be a lie.
 */
export function answerMalformedHttp(
  error: { code?: string },
  socket: Socket,
  { type, body }: Refusal = HEADERS_TOO_LARGE,
): void {
  if (ending.has(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const earlier = replies.get(socket)
  if (earlier?.req.complete && !earlier.writableFinished) {
    ending.add(socket)
    earlier.once('finish', () => socket.end())
    return
  }
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
