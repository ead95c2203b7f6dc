import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { type Clock, systemClock } from '../clock/clock.ts'
import { LOOK_EVERY_MS, Worker } from '../clock/worker.ts'
import { loadPlatformKeys } from '../merchants/platform-keys.ts'
import { dropLeases, noticeDelivery } from '../notices/deliver.ts'
import { noticeSender } from '../notices/send.ts'
import type { Platform } from '../platform.ts'
import { settlement } from '../products/parking/settle-transaction.ts'
import type { Random } from '../protocol/ids.ts'
import type { WorldKeys } from '../sandbox/create-world.ts'
import { ensureWorld } from '../sandbox/ensure-world.ts'
import { lockDataFolder } from '../store/data-folder.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations.ts'
import { openDatabase } from '../store/open.ts'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { openLog } from './log.ts'
import { pooledRandom } from './random.ts'

/** Where no other node makes work, an idle platform sleeps. */
const LOOK_WHEN_ALONE_MS = 60_000

/** A platform that runs. */
export interface RunningPlatform {
  app: FastifyInstance
  platform: Platform
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  baseUrl: string
  /** True when this start made the world. */
  isNew: boolean
  /** Does everything that is due by now; for a clock that is moved by hand. */
  runDue(): Promise<void>
  /** Stops listening, finishes what is under way and closes the store. */
  stop(): Promise<void>
}

/** What a test or a simulation puts in place of the machine's own. */
export interface Surroundings {
  clock?: Clock
  random?: Random
  /** False to let `runDue` alone do the due work. */
  workers?: boolean
  /** Opens another store than the one that the configuration names. */
  open?: () => Promise<Database>
  /** Keys for a new world; made anew when absent. */
  worldKeys?: WorldKeys
}

/** Starts a platform: store, world, workers, HTTP. What was opened before a failure is closed again. */
export async function startPlatform(
  config: Config,
  surroundings: Surroundings = {},
): Promise<RunningPlatform> {
  const folder = lockDataFolder(config.data)
  try {
    const db = await (surroundings.open?.() ?? openDatabase(config))
    try {
      return await startOn(db, () => folder.release(), config, surroundings)
    } catch (error) {
      await db.close()
      throw error
    }
  } catch (error) {
    folder.release()
    throw error
  }
}

async function startOn(
  db: Database,
  releaseFolder: () => void,
  config: Config,
  { clock = systemClock, random = pooledRandom(), workers = true, worldKeys }: Surroundings,
): Promise<RunningPlatform> {
  await migrate(db, migrations, clock.wallNow())
  const { log, flush } = openLog(config.logLevel)
  const world = {
    folder: config.data,
    baseUrl: baseUrlOf(config.host, config.port),
    trust: config.trust,
    keys: worldKeys,
  }
  const { isNew } = await ensureWorld(db, clock, random, world)
  const keys = await loadPlatformKeys(db, clock.wallNow())
  if (db.engine === 'sqlite') await dropLeases({ db })

  const wake = { settlement: () => settling.wake(), notices: () => notifying.wake() }
  const platform: Platform = { db, clock, random, keys, rules: config.rules, wake }
  const sender = noticeSender(config.rules.profile)
  const onError = reportTo(log)
  const lookEveryMs = db.engine === 'sqlite' ? LOOK_WHEN_ALONE_MS : LOOK_EVERY_MS
  const settling = new Worker(settlement(platform), clock, onError, lookEveryMs)
  const notifying = new Worker(noticeDelivery(platform, sender.send), clock, onError, lookEveryMs)

  const app = buildApp(platform, log)
  await app.listen({ host: config.host, port: config.port })
  const baseUrl = baseUrlOf(config.host, (app.server.address() as AddressInfo).port)
  if (baseUrl !== world.baseUrl) await ensureWorld(db, clock, random, { ...world, baseUrl })
  if (workers) {
    settling.start()
    notifying.start()
  }
  return {
    app,
    platform,
    baseUrl,
    isNew,
    async runDue() {
      await settling.runDue()
      await notifying.runDue()
    },
    async stop() {
      await app.close()
      await settling.stop()
      await notifying.stop()
      await sender.close()
      await db.close()
      releaseFolder()
      flush()
    },
  }
}

function reportTo(log: Logger): (error: unknown, name: string) => void {
  return (error, name) => log.error({ err: error, worker: name })
}

/** A wildcard address is no place to call, so the loopback stands for it. */
function baseUrlOf(host: string, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${named.includes(':') ? `[${named}]` : named}:${port}`
}
