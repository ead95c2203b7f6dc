import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Agenda, type WorkCounts } from '../clock/agenda.ts'
import { type Clock, systemClock } from '../clock/clock.ts'
import { ClockStore, givenClock } from '../clock/clock-store.ts'
import { LOOK_EVERY_MS } from '../clock/worker.ts'
import type { Bank } from '../funding/bank.ts'
import { scriptedBank } from '../funding/scripted-bank.ts'
import { loadPlatformKeys } from '../merchants/platform-keys.ts'
import { noticeSender, type SendNotice } from '../notices/send.ts'
import { type Platform, WORK_NAMES, type WorkName } from '../platform.ts'
import { announceEntranceState } from '../products/parking/announce-entrance-state.ts'
import { announceRepayment } from '../products/parking/announce-repayment.ts'
import type { Random } from '../protocol/ids.ts'
import type { WorldKeys } from '../sandbox/create-world.ts'
import { ensureWorld } from '../sandbox/ensure-world.ts'
import { lockDataFolder } from '../store/data-folder.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations.ts'
import { openDatabase } from '../store/open.ts'
import { UNSEALED } from '../store/secrets.ts'
import type { AdminAddress, RunningAdmin } from './admin/listen.ts'
import type { AdminContext } from './admin/operation.ts'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { openLog } from './log.ts'
import { pooledRandom } from './random.ts'
import { worksOf } from './works.ts'

/** Where no other node makes work, an idle platform sleeps. */
const LOOK_WHEN_ALONE_MS = 60_000

/** A platform that runs. */
export interface RunningPlatform {
  app: FastifyInstance
  platform: Platform
  /** What falls due, and how business time is moved. */
  agenda: Agenda
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  baseUrl: string
  /** Where the administration API listens, and its token; undefined when it was not asked for. */
  admin: AdminAddress | undefined
  /** True when this start made the world. */
  isNew: boolean
  /** Does everything that is due by now; for a clock that is moved by hand. */
  runDue(): Promise<WorkCounts>
  /** Stops listening, finishes what is under way and closes the store. */
  stop(): Promise<void>
}

/** What a test or a simulation puts in place of the machine's own. */
export interface Surroundings {
  /** A clock that is used as it is; business time of the store when absent. */
  clock?: Clock
  random?: Random
  bank?: Bank
  /** Sends notices instead of the HTTP client. */
  send?: SendNotice
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
  surroundings: Surroundings,
): Promise<RunningPlatform> {
  const { random = pooledRandom(), workers = true, worldKeys } = surroundings
  const { log, flush } = openLog(config.logLevel)
  await migrate(db, migrations, (surroundings.clock ?? systemClock).wallNow())
  const stored = surroundings.clock ? undefined : await ClockStore.open(db, () => agenda.wake())
  const control = stored ?? givenClock(surroundings.clock ?? systemClock)
  const { clock } = control
  // The port is known once the platform listens, if any was asked for.
  let baseUrl = baseUrlOf(config.host, config.port)
  const world = {
    folder: config.data,
    baseUrl,
    trust: config.trust,
    keys: worldKeys,
  }
  const secrets = UNSEALED
  const { isNew } = await ensureWorld(db, clock, random, world)

  const platform: Platform = {
    ...{ db, clock, random, rules: config.rules, secrets },
    get publicUrl() {
      return config.publicUrl ?? baseUrl
    },
    keys: await loadPlatformKeys(db, secrets, clock.wallNow()),
    bank: surroundings.bank ?? scriptedBank(db),
    listeners: {
      plateChanged: (tx, change) => announceEntranceState(tx, platform, change),
      advanceRepaid: (tx, subject) => announceRepayment(tx, platform, subject),
    },
    wake: wakesOf(name => agenda.wake(name)),
  }
  const sender = noticeSender()
  const works = worksOf(platform, surroundings.send ?? sender.send)
  const onError = reportTo(log)
  const agenda = new Agenda(
    works,
    control,
    onError,
    db.engine === 'sqlite' ? LOOK_WHEN_ALONE_MS : LOOK_EVERY_MS,
  )

  const app = buildApp(platform, log)
  await app.listen({ host: config.host, port: config.port })
  baseUrl = baseUrlOf(config.host, (app.server.address() as AddressInfo).port)
  if (baseUrl !== world.baseUrl) await ensureWorld(db, clock, random, { ...world, baseUrl })
  const admin = await openAdmin(
    { platform, agenda, world: { ...world, baseUrl }, log },
    config.adminPort,
  ).catch(async error => {
    await app.close()
    throw error
  })
  stored?.follow(error => onError(error, 'clock'))
  if (workers) agenda.start()
  return {
    app,
    platform,
    agenda,
    baseUrl,
    admin: admin && { url: admin.url, token: admin.token },
    isNew,
    runDue: () => agenda.runDue(),
    async stop() {
      await app.close()
      // A move of the clock answers its caller only once it has ended, so nobody waits for that caller first.
      await Promise.all([admin?.app.close(), agenda.stop()])
      await stored?.stop()
      await sender.close()
      await db.close()
      releaseFolder()
      flush()
    },
  }
}

async function openAdmin(context: AdminContext, port: number | undefined): Promise<RunningAdmin | undefined> {
  if (port === undefined) return undefined
  // Loaded here, so that nobody waits for it who calls the platform.
  const { listenForAdmin } = await import('./admin/listen.ts')
  return listenForAdmin(context, port)
}

function wakesOf(wake: (name: WorkName) => void): Platform['wake'] {
  return Object.fromEntries(WORK_NAMES.map(name => [name, () => wake(name)])) as Platform['wake']
}

function reportTo(log: Logger): (error: unknown, name: string) => void {
  return (error, name) => log.error({ err: error, worker: name })
}

/** A wildcard address is no place to call, so the loopback stands for it. */
function baseUrlOf(host: string, port: number): string {
  const named = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${named.includes(':') ? `[${named}]` : named}:${port}`
}
