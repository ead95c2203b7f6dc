import type { FastifyReply, FastifyRequest } from 'fastify'
import { routesOf } from '../contract/operation.ts'
import { newRequestId } from '../protocol/ids.ts'
import { unroutedCall } from './answered-call.ts'
import type { HttpContext } from './context.ts'

/** Answers what belongs to no call and no page with an empty body: 405 where only the method is wrong, 404 otherwise. */
export function unroutedReplies({ endpoints, pages, recentCalls, clock, random }: HttpContext) {
  const routes = [...endpoints.flatMap(({ operation }) => routesOf(operation)), ...pages]
  const patterns = routes.map(pathPattern)
  const send = ({ raw }: FastifyRequest, reply: FastifyReply, status: 404 | 405) => {
    // The length is said also to a HEAD.
    reply.code(status).header('content-length', '0').send()
    if (recentCalls.admits(false, status))
      recentCalls.note(unroutedCall(raw, newRequestId(random), status, clock))
  }
  return {
    notFound: (request: FastifyRequest, to: FastifyReply) => send(request, to, 404),
    unrouted(request: FastifyRequest, to: FastifyReply) {
      const path = request.raw.url?.split('?')[0] ?? ''
      send(request, to, patterns.some(pattern => pattern.test(path)) ? 405 : 404)
    },
  }
}

/** Matches what a path of an operation or a page stands for, whatever the method. */
function pathPattern({ path }: { path: string }): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]*')}$`)
}
