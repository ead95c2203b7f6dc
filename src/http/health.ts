import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import type { StoreFault, StoreHealth } from '../store/health.ts'

/** What those who run the platform ask, and what stays up whatever goes wrong on purpose. */
const PATHS = ['/healthz', '/readyz'] as const

/** Whether a target is one of the health checks. */
export function isHealthCheck(target: string | undefined): boolean {
  return PATHS.some(path => path === target)
}

const NOT_READY = { starting: 'The platform is starting.', stopping: 'The platform is stopping.' } as const

/** What the health checks answer: how the store is, and whether this node takes calls. */
export class Health {
  readonly #store: StoreHealth
  readonly #log: Logger
  /** `ready` once everything that the start opens is open. */
  state: 'starting' | 'ready' | 'stopping' = 'starting'
  #lastFault: string | undefined

  constructor(store: StoreHealth, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** Why the platform is not healthy, in one sentence; `undefined` when it is. */
  async fault(): Promise<string | undefined> {
    const fault = await this.#store.fault()
    this.#report(fault)
    return fault?.says
  }

  /** Why this node takes no calls, in one sentence; `undefined` when it does. */
  async unreadiness(): Promise<string | undefined> {
    return this.state === 'ready' ? this.fault() : NOT_READY[this.state]
  }

  /** A fault is logged when it begins and when it ends, however often somebody looks. */
  #report(fault: StoreFault | undefined): void {
    if (fault?.says === this.#lastFault) return
    this.#lastFault = fault?.says
    if (fault) this.#log.error({ op: 'health', err: fault.error }, fault.says)
    else this.#log.info({ op: 'health' }, 'The store can be used again.')
  }
}

/** `/healthz` and `/readyz`: 200, or 503 with the reason as plain text. They need no signature. */
export function mountHealth(app: FastifyInstance, health: Health): void {
  const checks = { '/healthz': () => health.fault(), '/readyz': () => health.unreadiness() }
  for (const path of PATHS) app.get(path, async (_request, reply) => answer(reply, await checks[path]()))
  app.addHook('preClose', async () => {
    health.state = 'stopping'
  })
}

function answer(reply: FastifyReply, fault: string | undefined): object | string {
  if (fault === undefined) return { status: 'ok' }
  reply.code(503).type('text/plain; charset=utf-8')
  return `${fault}\n`
}
