import { AsyncLocalStorage } from 'node:async_hooks'
import type { LightMyRequestResponse } from 'fastify'
import type { AccessPoint } from '../../src/faults/rules.ts'
import type { Wait } from '../../src/http/inject-faults.ts'
import type { SignedCall } from './merchants.ts'
import type { Node } from './nodes.ts'

const NAMES: Readonly<Record<AccessPoint, string>> = {
  api: 'api.mch.weixin.qq.com',
  api2: 'api2.mch.weixin.qq.com',
}

/** What has come of a request so far. */
export interface Asked {
  /** Undefined when the connection has ended without one. */
  reply: Promise<LightMyRequestResponse | undefined>
  /** There when a fault makes the call wait: lets it go on. Until then there is no reply. */
  goOn: (() => void) | undefined
}

/**
 * The way to the platform, by two access points of which one is down now and then. A call that a fault makes wait goes on
 * when somebody says so and not after its time, because no seed draws wall time.
 */
export class Access {
  readonly #asking = new AsyncLocalStorage<(goOn: () => void) => void>()
  /** Every request to it is to be reset. */
  down: AccessPoint | undefined

  /** Waits in place of the platform's timers. */
  readonly wait: Wait = (_ms, early) =>
    new Promise(resolve => {
      const goOn = () => resolve()
      early.addEventListener('abort', goOn)
      const paused = this.#asking.getStore()
      if (paused && !early.aborted) paused(goOn)
      else goOn()
    })

  /** The name of an access point that is not down. */
  get nameOfOneThatIsUp(): string {
    return NAMES[this.down === 'api' ? 'api2' : 'api']
  }

  /** Sends a request to a process; answers with its reply, or as soon as it waits. */
  async ask(
    { running }: Node,
    { url, headers, body }: SignedCall,
    method: 'GET' | 'POST',
    point: AccessPoint,
  ): Promise<Asked> {
    const { promise: paused, resolve: pause } = Promise.withResolvers<() => void>()
    const named = { ...headers, host: NAMES[point] }
    const reply = this.#asking.run(pause, async () => {
      try {
        return await running.app.inject({ method, url, headers: named, payload: body })
      } catch (error) {
        // A connection that a fault has ended, or the end of the process.
        if ((error as { code?: string }).code === 'LIGHT_ECONNRESET') return undefined
        throw error
      }
    })
    return { reply, goOn: await Promise.race([reply.then(() => undefined), paused]) }
  }
}
