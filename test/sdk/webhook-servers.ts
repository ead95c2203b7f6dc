import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import 'reflect-metadata'
import { Controller, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
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

  'Koa before any body parser': async (receiver, handle, options) => {
    const answer = receiver.nodeHandler(handle, options)
    const app = new Koa()
    app.use(context => {
      context.respond = false
      answer(context.req, context.res)
    })
    return listen(createServer(app.callback()))
  },

  'Nest with rawBody': (receiver, handle, options) => nest(receiver.expressHandler(handle, options), true),

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

/** Nest on Express, with a controller of one route. The decorators are called, because Node runs no syntax of them. */
export async function nest(
  answer: ReturnType<WebhookReceiver['expressHandler']>,
  rawBody: boolean,
): Promise<WebhookServer> {
  class NotifyController {
    receive(request: IncomingMessage, response: ServerResponse): void {
      answer(request, response)
    }
  }
  const route = [NotifyController.prototype, 'receive'] as const
  Post()(...route, Object.getOwnPropertyDescriptor(...route) as PropertyDescriptor)
  Req()(...route, 0)
  Res()(...route, 1)
  Controller('notify')(NotifyController)
  class AppModule {}
  Module({ controllers: [NotifyController] })(AppModule)
  const app = await NestFactory.create(AppModule, { rawBody, logger: false })
  await app.listen(0, '127.0.0.1')
  return { url: `${await app.getUrl()}/notify`, close: () => app.close() }
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
