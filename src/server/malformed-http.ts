import type { Socket } from 'node:net'
import { ApiError } from '../protocol/errors.ts'

/** Answers what is no HTTP or has headers beyond the limit, before there is a request to speak of. */
export function answerMalformedHttp(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(new ApiError('HEADERS_TOO_LARGE').body('zh-CN'))
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
