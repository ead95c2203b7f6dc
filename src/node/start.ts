import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { AdminAddress, RunningAdmin } from '../admin/listen.ts'
import { type JobCounts, Scheduler } from '../clock/scheduler.ts'
import { LOOK_EVERY_MS } from '../clock/worker.ts'
import { buildApp } from '../http/app.ts'
import { Health } from '../http/health.ts'
import { noticeSender } from '../notices/send.ts'
import { Options } from '../options/options.ts'
import { products as allProducts } from '../products/index.ts'
import { checkProducts, type Product } from '../products/product.ts'
import type { SandboxFolder } from '../sandbox/files.ts'
import { refreshSandboxFiles } from '../sandbox/refresh-sandbox-files.ts'
import { type DataFolderLock, lockDataFolder } from '../store/data-folder.ts'
import type { Database } from '../store/database.ts'
import { StoreHealth } from '../store/health.ts'
import { openDatabase } from '../store/open.ts'
import { jobsOf } from './jobs.ts'
import { logAttempt, openLog } from './log.ts'
import { listenForAdministration, listenForCalls, sandboxOf } from './open-listeners.ts'
import { dataOptions, type GivenOptions, logOptions, optionGroupsOf, secretsKeysOf } from './options.ts'
import { type Platform, platformOn } from './platform.ts'
import { readyStore } from './ready-store.ts'
import type { Plan, Surroundings } from './surroundings.ts'

/** Where no other node makes work, an idle platform sleeps. */
const LOOK_UNSHARED_MS = 60_000

/** A platform that runs. */
export interface RunningPlatform {
  app: FastifyInstance
  platform: Platform
  /** What falls due, and how business time is moved. */
  scheduler: Scheduler
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  baseUrl: string
  /** The second access point, such as `http://127.0.0.1:8081`; undefined when it was not asked for. */
  backupUrl: string | undefined
  /** Where it listens with TLS, such as `https://127.0.0.1:8443`; undefined when it was not asked for. */
  tlsUrl: string | undefined
  /** Where the administration API listens, and its token. */
  admin: AdminAddress
  /** True when this start made the sandbox. */
  isNew: boolean
  /** Does everything that is due by now; for a clock that is moved by hand. */
  runDue(): Promise<JobCounts>
  /** Calls back, once, when the data folder is not there any more, with the reason for people. */
  onceFolderGone(callback: (reason: string) => void): void
  /** Stops listening, finishes what is under way and closes the store. */
  stop(): Promise<void>
}

/**
 * Starts a platform: store, sandbox, workers, HTTP. What was opened before a failure is closed again. `given` has the options
 * that differ from their defaults; `products` is what the platform is made of.
 */
export async function startPlatform<Products extends readonly Product[] = typeof allProducts>(
  given: GivenOptions<Products>,
  surroundings: Surroundings = {},
  products = allProducts as readonly Product[] as Products,
): Promise<RunningPlatform> {
  checkProducts(products)
  const options = new Options(optionGroupsOf(products), given)
  const where = options.of(dataOptions)
  const secretsKeys = secretsKeysOf(where)
  const folder = lockDataFolder(where.data)
  try {
    const db = await (surroundings.open?.() ?? openDatabase(where))
    try {
      return await startOn(db, folder, { options, products, secretsKeys, surroundings })
    } catch (error) {
      await db.close()
      throw error
    }
  } catch (error) {
    folder.release()
    throw error
  }
}

async function startOn(opened: Database, folder: DataFolderLock, plan: Plan): Promise<RunningPlatform> {
  const { options, products, surroundings } = plan
  const { log, flush } = openLog(options.of(logOptions).logLevel)
  const onError = reportTo(log)
  const sandbox = sandboxOf(options)
  const store = await readyStore(opened, plan, sandbox, () => scheduler.wake())
  const { db, control, storedClock, isNew } = store
  /** Calls that may have made something due, since the start. */
  let changes = 0
  const signals = {
    wake: (job: string) => scheduler.wake(job),
    noteChange() {
      changes += 1
    },
  }
  const platform = await platformOn(store, plan, sandbox, signals, onError)
  const { keys, faults, refusals, clock } = platform

  const sender = noticeSender()
  const refreshFiles = () => refreshSandboxFiles(platform, sandbox)
  const send = surroundings.send ?? sender.send
  const scheduler = new Scheduler(
    jobsOf(products, platform, send, logAttempt(log), refreshFiles),
    control,
    onError,
    { lookEveryMs: db.shared ? LOOK_EVERY_MS : LOOK_UNSHARED_MS, arrivals: () => changes },
  )
  const health = new Health(new StoreHealth(opened, clock), log)
  const app = buildApp(platform, log, health, surroundings.wait)
  let admin: RunningAdmin | undefined
  const stop = async () => {
    await app.close()
    await refusals.settled()
    // A move of the clock answers its caller only once it has ended, so nobody waits for that caller first.
    await Promise.all([admin?.app.close(), scheduler.stop()])
    await Promise.all([storedClock?.stop(), keys.stop(), faults.stop()])
    await sender.close()
    await platform.recentCalls.stop()
    await db.close()
    folder.release()
    flush()
  }
  let tlsUrl: string | undefined
  try {
    tlsUrl = await listenForCalls(app, platform, sandbox)
    if (options.of(dataOptions).writeMissingKeys) await writeMissing(platform, sandbox)
    await refreshFiles()
    admin = await listenForAdministration(products, { platform, gate: db, scheduler, sandbox, log })
  } catch (error) {
    await stop()
    throw error
  }
  storedClock?.watch(error => onError(error, 'clock'))
  keys.watch(error => onError(error, 'keys'))
  faults.watch(error => onError(error, 'faults'))
  if (surroundings.workers ?? true) {
    scheduler.start()
    platform.recentCalls.start()
  }
  health.state = 'ready'
  return {
    ...{ app, platform, scheduler, tlsUrl, isNew, stop },
    baseUrl: sandbox.baseUrl,
    backupUrl: sandbox.backupUrl,
    admin: { url: admin.url, token: admin.token },
    runDue: () => scheduler.runDue(),
    onceFolderGone: callback => folder.onceGone(callback),
  }
}

async function writeMissing(platform: Platform, sandbox: SandboxFolder): Promise<void> {
  // Loaded here, because with it comes what makes certificates.
  const { writeMissingFiles } = await import('../sandbox/write-missing-files.ts')
  await writeMissingFiles(platform, sandbox)
}

function reportTo(log: Logger): (error: unknown, name: string) => void {
  return (error, name) => log.error({ err: error, worker: name })
}
