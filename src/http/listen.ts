import type { RequestListener, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { noteBackup } from './access-point.ts'
import { httpServer, type Refusals, type TlsCredentials } from './http-server.ts'
import { MALFORMED_HTTP, NO_SUCH_METHOD } from './malformed-http.ts'

/** How long requests and replies may still take while the platform stops. */
const LAST_REPLIES_MS = 30_000

/** What all access points answer alike where there is no request for the calls. */
export const REFUSALS: Refusals = {
  malformed: () => MALFORMED_HTTP,
  wrongHost: MALFORMED_HTTP,
  noSuchMethod: NO_SUCH_METHOD,
}

/** Where the platform is to listen; port 0 picks one, and where a port is absent nothing listens. */
export interface Listeners {
  host: string
  port: number
  backupPort: number | undefined
  tls: { port: number; credentials: TlsCredentials } | undefined
}

/** The ports that were asked for. */
export interface Ports {
  port: number
  backupPort: number | undefined
  tlsPort: number | undefined
}

/**
 * Lets the app listen at its main port, at that of the second access point, and with TLS. All requests take the same way,
 * and closing the app closes them all.
 */
export async function listen(
  app: FastifyInstance,
  { host, port, backupPort, tls }: Listeners,
): Promise<Ports> {
  const onRequest: RequestListener = (request, reply) => app.routing(request, reply)
  const backup = backupPort === undefined ? undefined : httpServer(onRequest, REFUSALS)
  backup?.on('connection', noteBackup)
  const encrypted = tls && httpServer(onRequest, REFUSALS, tls.credentials)
  const others = [backup, encrypted].filter(server => server !== undefined)
  for (const server of others) closeWith(app, server)
  for (const server of [app.server, ...others]) endAtLast(app, server)
  await app.listen({ host, port })
  if (backup) await listenAt(backup, host, backupPort)
  if (encrypted) await listenAt(encrypted, host, tls?.port)
  return {
    port: portOf(app.server),
    backupPort: backup && portOf(backup),
    tlsPort: encrypted && portOf(encrypted),
  }
}

function closeWith(app: FastifyInstance, server: Server): void {
  let closed: Promise<void> | undefined
  app.addHook('preClose', async () => {
    // A server that never came to listen says so, and is closed all the same.
    closed = new Promise(resolve => server.close(() => resolve()))
  })
  app.addHook('onClose', () => closed)
}

/**
 * A server that closes waits for its connections, and looks no more at their time limits. So those on which nothing was ever
 * sent end at once, and the others after a while: a client that opens connections in advance, or takes a few bytes of a file
 * now and then, would keep the platform alive for ever.
 */
function endAtLast(app: FastifyInstance, server: Server): void {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  app.addHook('preClose', async () => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    setTimeout(() => server.closeAllConnections(), LAST_REPLIES_MS).unref()
  })
}

function listenAt(server: Server, host: string, port: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port
}
