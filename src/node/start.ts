import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { AdminAddress, RunningAdmin } from '../admin/listen.ts'
import type { AdminContext } from '../admin/operation.ts'
import { Agenda, type WorkCounts } from '../clock/agenda.ts'
import { type Clock, systemClock } from '../clock/clock.ts'
import { ClockStore, givenClock } from '../clock/clock-store.ts'
import { LOOK_EVERY_MS } from '../clock/worker.ts'
import { RefusedSignatures } from '../diagnosis/refused-signatures.ts'
import { Faults } from '../faults/faults.ts'
import type { Bank } from '../funding/bank.ts'
import { scriptedBank } from '../funding/scripted-bank.ts'
import { calledAs, urlAt } from '../http/address.ts'
import { buildApp } from '../http/app.ts'
import { Health } from '../http/health.ts'
import type { TlsCredentials } from '../http/http-server.ts'
import type { Wait } from '../http/inject-faults.ts'
import { listen, type Ports } from '../http/listen.ts'
import { RecentCalls } from '../http/recent-calls.ts'
import { PlatformKeys } from '../merchants/platform-keys.ts'
import { noticeSender, type SendNotice } from '../notices/send.ts'
import { Options, type ValuesOf } from '../options/options.ts'
import { products as allProducts } from '../products/index.ts'
import { endpointsOf, type Product, permissionsOf } from '../products/product.ts'
import type { Random } from '../protocol/ids.ts'
import type { WorldKeys } from '../sandbox/create-world.ts'
import { ensureWorld } from '../sandbox/ensure-world.ts'
import type { WorldFolder } from '../sandbox/files.ts'
import { makeDueCertificates } from '../sandbox/platform-certificates.ts'
import { refreshWorldFiles } from '../sandbox/refresh-world-files.ts'
import { type DataFolderLock, lockDataFolder } from '../store/data-folder.ts'
import type { Database } from '../store/database.ts'
import { GatedDatabase } from '../store/gated-database.ts'
import { StoreHealth } from '../store/health.ts'
import { migrate } from '../store/migrate.ts'
import { openDatabase } from '../store/open.ts'
import { tablesOf } from '../store/schema.ts'
import { type SecretsKeys, secretsUnder, UNSEALED } from '../store/secrets.ts'
import { filterFieldsOf } from './filter-fields.ts'
import { listenersOf } from './listeners.ts'
import { logAttempt, openLog } from './log.ts'
import {
  dataOptions,
  type GivenOptions,
  listenOptions,
  logOptions,
  optionGroupsOf,
  secretsKeysOf,
} from './options.ts'
import type { Platform } from './platform.ts'
import { pooledRandom } from './random.ts'
import { schemasOf } from './tables.ts'
import { worksOf } from './works.ts'

/** Where no other node makes work, an idle platform sleeps. */
const LOOK_UNSHARED_MS = 60_000

/** A platform that runs. */
export interface RunningPlatform {
  app: FastifyInstance
  platform: Platform
  /** What falls due, and how business time is moved. */
  agenda: Agenda
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  baseUrl: string
  /** The second access point, such as `http://127.0.0.1:8081`; undefined when it was not asked for. */
  backupUrl: string | undefined
  /** Where it listens with TLS, such as `https://127.0.0.1:8443`; undefined when it was not asked for. */
  tlsUrl: string | undefined
  /** What this node has answered of late. */
  calls: RecentCalls
  /** Where the administration API listens, and its token. */
  admin: AdminAddress
  /** True when this start made the world. */
  isNew: boolean
  /** Does everything that is due by now; for a clock that is moved by hand. */
  runDue(): Promise<WorkCounts>
  /** Calls back, once, when the data folder is not there any more, with the reason for people. */
  onceFolderGone(callback: (reason: string) => void): void
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
  /** Waits instead of timers where a fault makes a call wait. */
  wait?: Wait
  /** False to let `runDue` alone do the due work. */
  workers?: boolean
  /** Opens another store than the one that the configuration names. */
  open?: () => Promise<Database>
  /** Keys for a new world; made anew when absent. */
  worldKeys?: WorldKeys
}

/**
 * Starts a platform: store, world, workers, HTTP. What was opened before a failure is closed again. `given` has the options
 * that differ from their defaults; `products` is what the platform is made of.
 */
export async function startPlatform<Products extends readonly Product[] = typeof allProducts>(
  given: GivenOptions<Products>,
  surroundings: Surroundings = {},
  products = allProducts as readonly Product[] as Products,
): Promise<RunningPlatform> {
  const options = new Options(optionGroupsOf(products), given)
  const config = options.of(dataOptions)
  const keys = secretsKeysOf(config)
  const folder = lockDataFolder(config.data)
  try {
    const db = await (surroundings.open?.() ?? openDatabase(config))
    try {
      return await startOn(db, folder, keys, options, surroundings, products)
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
  opened: Database,
  folder: DataFolderLock,
  secretsKeys: SecretsKeys | undefined,
  options: Options,
  surroundings: Surroundings,
  products: readonly Product[],
): Promise<RunningPlatform> {
  const schemas = schemasOf(products)
  const { random = pooledRandom(), workers = true, worldKeys } = surroundings
  const { log, flush } = openLog(options.of(logOptions).logLevel)
  const listening = options.of(listenOptions)
  const { host, port, backupPort } = listening
  const { data, trust, writeMissingKeys } = options.of(dataOptions)
  await migrate(opened, schemas, (surroundings.clock ?? systemClock).wallNow())
  const stored = surroundings.clock ? undefined : await ClockStore.open(opened, () => agenda.wake())
  const db = new GatedDatabase(opened, () => stored?.mark())
  const control = stored ?? givenClock(surroundings.clock ?? systemClock)
  const { clock } = control
  const named = listening.advertise ?? calledAs(host, 'anywhere')
  const urlOf = (port: number | undefined) => (port === undefined ? undefined : urlAt(named, port))
  // The ports are known once the platform listens, if any were asked for.
  const world = {
    folder: data,
    baseUrl: urlAt(named, port),
    backupUrl: urlOf(backupPort),
    trust,
  }
  const secrets = secretsKeys ? secretsUnder(secretsKeys, random) : UNSEALED
  const seeds = products.flatMap(({ seed }) => (seed ? [seed] : []))
  const stores = { db, clock, random, secrets, seeds }
  // Past the gate, because a start that is refused changes nothing, not even the mark of business time.
  const { isNew } = await ensureWorld({ ...stores, db: opened }, { ...world, keys: worldKeys })
  await makeDueCertificates(stores)

  const faults = await Faults.open(db, filterFieldsOf(products))

  const platform: Platform = {
    ...{ db, clock, random, options, secrets, faults, seeds },
    tables: schemas.flatMap(tablesOf),
    endpoints: endpointsOf(products),
    permissions: permissionsOf(products),
    get publicUrl() {
      return listening.publicUrl ?? world.baseUrl
    },
    keys: await PlatformKeys.open(db, secrets),
    refusals: new RefusedSignatures(db, clock, error => reportTo(log)(error, 'refusals')),
    bank: surroundings.bank ?? scriptedBank(db),
    listeners: listenersOf(products, () => platform),
    wake: work => agenda.wake(work),
  }
  const sender = noticeSender()
  const refreshFiles = () => refreshWorldFiles(platform, world)
  const works = worksOf(products, platform, surroundings.send ?? sender.send, logAttempt(log), refreshFiles)
  const onError = reportTo(log)
  const calls = new RecentCalls()
  const agenda = new Agenda(works, control, onError, {
    lookEveryMs: db.shared ? LOOK_EVERY_MS : LOOK_UNSHARED_MS,
    arrivals: () => calls.changes,
  })
  const health = new Health(new StoreHealth(opened, clock), log)
  const app = buildApp(platform, log, calls, health, surroundings.wait)
  let admin: RunningAdmin | undefined
  const stop = async () => {
    await app.close()
    await platform.refusals.settled()
    // A move of the clock answers its caller only once it has ended, so nobody waits for that caller first.
    await Promise.all([admin?.app.close(), agenda.stop()])
    await Promise.all([stored?.stop(), platform.keys.stop(), faults.stop()])
    await sender.close()
    await db.close()
    folder.release()
    flush()
  }
  let ports: Ports
  try {
    const tls = await tlsOf(listening.tlsPort, data, named, clock, random)
    ports = await listen(app, { host, port, backupPort, tls })
    world.baseUrl = urlAt(named, ports.port)
    world.backupUrl = urlOf(ports.backupPort)
    if (writeMissingKeys) await writeMissing(platform, world)
    await refreshFiles()
    admin = await openAdmin(products, { platform, gate: db, agenda, world, calls, log }, listening)
  } catch (error) {
    await stop()
    throw error
  }
  stored?.follow(error => onError(error, 'clock'))
  platform.keys.follow(error => onError(error, 'keys'))
  faults.follow(error => onError(error, 'faults'))
  if (workers) agenda.start()
  health.state = 'ready'
  return {
    app,
    platform,
    agenda,
    calls,
    baseUrl: world.baseUrl,
    backupUrl: world.backupUrl,
    tlsUrl: ports.tlsPort === undefined ? undefined : urlAt(named, ports.tlsPort, 'https'),
    admin: { url: admin.url, token: admin.token },
    isNew,
    runDue: () => agenda.runDue(),
    onceFolderGone: callback => folder.onceGone(callback),
    stop,
  }
}

/** What the TLS listener needs, if one was asked for. */
async function tlsOf(
  port: number | undefined,
  data: string,
  host: string,
  clock: Clock,
  random: Random,
): Promise<{ port: number; credentials: TlsCredentials } | undefined> {
  if (port === undefined) return undefined
  // Loaded here, because with it comes what makes certificates.
  const { tlsCredentials } = await import('../sandbox/tls.ts')
  return { port, credentials: await tlsCredentials(data, { random, host, wallNow: clock.wallNow() }) }
}

async function openAdmin(
  products: readonly Product[],
  context: Omit<AdminContext, 'endpoints'>,
  { adminPort, adminHost }: ValuesOf<typeof listenOptions>,
): Promise<RunningAdmin> {
  // Loaded here, so that nobody waits for it who calls the platform.
  const [{ listenForAdmin }, { adminEndpointsOf }] = await Promise.all([
    import('../admin/listen.ts'),
    import('./admin-endpoints.ts'),
  ])
  const endpoints = await adminEndpointsOf(products)
  return listenForAdmin({ ...context, endpoints }, adminPort, adminHost)
}

async function writeMissing(platform: Platform, world: WorldFolder): Promise<void> {
  // Loaded here, because with it comes what makes certificates.
  const { writeMissingFiles } = await import('../sandbox/write-missing-files.ts')
  await writeMissingFiles(platform, world)
}

function reportTo(log: Logger): (error: unknown, name: string) => void {
  return (error, name) => log.error({ err: error, worker: name })
}
