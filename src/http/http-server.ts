import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { boundIntake, inHandOf, noteInHand } from './bound-intake.ts'
import { answerInTurn, type Refusal, refuse } from './malformed-http.ts'

/** What a server shows itself with, in PEM. */
export interface TlsCredentials {
  key: string
  cert: string
}

/** Connections of one listener; those beyond are closed at once. */
const MAX_CONNECTIONS = 5_000

/** How long a connection may take, in milliseconds. */
export const TIMES = {
  /** The headers of a request, and the whole of it, must be here by then; so must a TLS handshake. */
  request: 30_000,
  /** How late the end of that time may be noticed. */
  lookEvery: 1_000,
  /** Without a request. It is what the real hosts answer in `Keep-Alive`. */
  keepAlive: 8_000,
  /** Without taking anything of a reply. */
  stall: 60_000,
}

/** What a listener answers when there is no request that its calls could answer. */
export interface Refusals {
  /** What is no HTTP, or is beyond a limit of size or time. */
  malformed(error: { code?: string }): Refusal
  /** No `Host` header, or several. */
  wrongHost: Refusal
  /** CONNECT, whatever it names. */
  noSuchMethod: Refusal
}

/**
 * A server of HTTP, or of HTTPS with credentials. What holds for every listener is said here: how long a connection may take,
 * how much of it is in hand at once, and what is answered to requests that are odd or wrong as HTTP.
 */
export function httpServer(
  onRequest: RequestListener,
  refusals: Refusals,
  tls?: TlsCredentials,
  times = TIMES,
): Server {
  const options: ServerOptions = {
    requestTimeout: times.request,
    headersTimeout: times.request,
    keepAliveTimeout: times.keepAlive,
    connectionsCheckingInterval: times.lookEvery,
    // Refused here, with a body.
    requireHostHeader: false,
  }
  const server = tls
    ? createTlsServer({
        ...options,
        ...tls,
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        handshakeTimeout: times.request,
      })
    : createServer(options)
  server.maxConnections = MAX_CONNECTIONS
  boundIntake(server)
  server.setTimeout(times.stall, endStalled)
  const take = (request: IncomingMessage, reply: ServerResponse) => {
    noteInHand(request, reply)
    if (hasOneHost(request)) {
      readAbsoluteForm(request)
      onRequest(request, reply)
    } else refuse(reply, refusals.wrongHost)
  }
  server.on('request', take)
  // Expectations other than 100-continue are ignored, as nginx does.
  server.on('checkExpectation', take)
  server.on('connect', (_request, socket) => answerInTurn(socket as Socket, refusals.noSuchMethod))
  server.on('clientError', (error: { code?: string }, socket: Socket) => {
    if (error.code === 'ECONNRESET') socket.destroy()
    else answerInTurn(socket, refusals.malformed(error))
  })
  return server
}

/** HTTP/1.1 asks for exactly one. */
function hasOneHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let hosts = 0
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1
  return hosts === 1 || (hosts === 0 && httpVersion === '1.0')
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]+)(.*)$/i

/** A target that names scheme and host, as proxies get it, means the path behind them, which is what was signed. */
function readAbsoluteForm(request: IncomingMessage): void {
  if (request.url?.startsWith('/')) return
  const [, host, rest = ''] = ABSOLUTE_FORM.exec(request.url ?? '') ?? []
  if (host === undefined) return
  request.url = rest.startsWith('/') ? rest : `/${rest}`
  // This one counts, whatever the header says.
  request.headers.host = host
}

/** Ends a connection that is idle, or whose client reads no more; one that waits for its reply is left as it is. */
function endStalled(socket: Socket): void {
  if (inHandOf(socket).size === 0 || socket.writableLength > 0) socket.destroy()
}
