import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import express from 'express'
import Fastify from 'fastify'
import type { HandlerOptions, NoticeHandler, WebhookReceiver } from '../../src/sdk/index.ts'

/** A merchant's server that listens, with the URL for notices. */
export interface WebhookServer {
  url: string
  close(): Promise<void>
}

type StartServer = (
  receiver: WebhookReceiver,
  handle: NoticeHandler,
  options?: HandlerOptions,
) => Promise<WebhookServer>

/** The ways to mount the receiver, each with the real framework. */
export const SERVERS: Record<string, StartServer> = {
  'node:http': async (receiver, handle, options) =>
    listen(createServer(receiver.nodeHandler(handle, options))),

  'Express with express.raw': async (receiver, handle, options) => {
    const app = express()
    app.post('/notify', express.raw({ type: '*/*' }), receiver.expressHandler(handle, options))
    return listen(createServer(app))
  },

  'Express without a body parser': async (receiver, handle, options) => {
    const app = express()
    app.post('/notify', receiver.expressHandler(handle, options))
    return listen(createServer(app))
  },

  'Express with a JSON parser that keeps the bytes': async (receiver, handle, options) => {
    const app = express()
    const verify = (request: IncomingMessage, _response: unknown, bytes: Buffer) =>
      void Object.assign(request, { rawBody: bytes })
    app.use(express.json({ verify }))
    app.post('/notify', receiver.expressHandler(handle, options))
    return listen(createServer(app))
  },

  Fastify: async (receiver, handle, options) => {
    const app = Fastify()
    app.register(receiver.fastifyPlugin(handle, options), { prefix: '/notify' })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `${url}/notify`, close: () => app.close() }
  },

  'fetch handlers': async (receiver, handle, options) => {
    const answer = receiver.fetchHandler(handle, options)
    return listen(
      createServer(async (request, response) => {
        const { status, headers, body } = await answer(webRequest(request))
        response.writeHead(status, Object.fromEntries(headers))
        response.end(body && Buffer.from(await new Response(body).arrayBuffer()))
      }),
    )
  },
}

/** What a runtime with `Request` and `Response` does with a connection. */
function webRequest(request: IncomingMessage): Request {
  const { method = '', headers } = request
  return new Request('http://127.0.0.1/notify', {
    method,
    headers: headers as Record<string, string>,
    ...(method === 'POST' && { body: Readable.toWeb(request) as ReadableStream<Uint8Array>, duplex: 'half' }),
  })
}

/** Listens on a free port of the loopback. */
export async function listen(server: Server): Promise<WebhookServer> {
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
