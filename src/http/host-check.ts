import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { NO_INJECTIONS } from '../faults/faults.ts'
import { accessPointOf } from './access-point.ts'
import { resetConnection } from './break-connection.ts'
import type { HttpContext } from './context.ts'
import { isHealthCheck } from './health.ts'

/** Resets what comes in by an access point that is down on purpose; everything else goes on. */
export function hostCheck({ faults }: HttpContext, log: Logger) {
  return (request: FastifyRequest, reply: FastifyReply, goOn: () => void): void => {
    if (!faults.areThere('host') || isHealthCheck(request.url)) {
      goOn()
      return
    }
    void faults
      .inject('host', { host: accessPointOf(request.raw) })
      // There is no call yet that could fail with it, and what is wrong with the store will show soon enough.
      .catch(error => {
        log.error({ err: error })
        return NO_INJECTIONS
      })
      .then(({ HOST_DOWN }) => {
        if (!HOST_DOWN) return goOn()
        reply.hijack()
        resetConnection(reply.raw)
      })
  }
}
