import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AdminAddress } from '../admin/listen.ts'
import { MAX_FAULTS, type NewFault } from '../faults/faults.ts'
import type { Fault } from '../faults/rules.ts'
import type { dataOptions, GivenOptions, listenOptions } from '../node/options.ts'
import type { Platform } from '../node/platform.ts'
import { type RunningPlatform, startPlatform as startServer } from '../node/start.ts'
import type { Surroundings } from '../node/surroundings.ts'
import type { ValuesOf } from '../options/options.ts'
import type { products as allProducts } from '../products/index.ts'
import type { Product } from '../products/product.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { MerchantFile } from '../sandbox/files.ts'
import { type Payer, payerOf } from './payer.ts'
import { sharedKeys } from './shared-keys.ts'

export interface StartOptions<Products extends readonly Product[] = typeof allProducts>
  extends Pick<Surroundings, 'clock' | 'random' | 'bank' | 'send' | 'workers' | 'open'> {
  /** Options that differ from the defaults, such as `{ refundInterval: 0 }`: docs/operations.md has all. Times in milliseconds, money in fen, `Infinity` for `off`. */
  rules?: Omit<
    GivenOptions<Products>,
    keyof ValuesOf<typeof listenOptions> | keyof ValuesOf<typeof dataOptions>
  >
  /** The trust state of all merchants; `SWITCHING` unless said, in which both kinds of keys work. */
  trust?: TrustState
  /** Scheme and host of the URLs that bills are downloaded from; where the platform listens unless said. */
  publicUrl?: string
  /** True for a second access point, as `api2` is beside `api`. */
  backup?: boolean
  /** True for a TLS listener under a private CA, which is made only for this platform. */
  tls?: boolean
  /** A `postgres://` URL; SQLite in a temporary folder when absent. */
  database?: string
}

/** A rule by which something goes wrong; docs/faults.md has the kinds. It is called by its kind unless said. */
export type TestFault = Omit<NewFault, 'fault_id'> & Partial<Pick<NewFault, 'fault_id'>>

/** What a merchant of the sandbox holds: the content of its folder. */
export interface MerchantCredentials extends MerchantFile {
  /** PEM, like the other keys. */
  private_key: string
  certificate: string
  platform_certificate: string
  platform_public_key: string
}

/** A platform with the sandbox, in a folder of its own that goes away with it. */
export interface TestPlatform
  extends Pick<RunningPlatform, 'app' | 'baseUrl' | 'scheduler' | 'runDue' | 'stop'> {
  platform: Platform
  /** Where the administration API listens, and its token. */
  admin: AdminAddress
  /** Where the second access point listens; undefined when it was not asked for. */
  backupUrl: string | undefined
  /** Where it listens with TLS, and the PEM of the CA to trust; undefined when it was not asked for. */
  tls: { url: string; ca: string } | undefined
  /** What goes wrong on purpose. */
  faults: {
    /** Lets something go wrong from now on. Throws a `TypeError` that names a field with which it could not. */
    put(fault: TestFault): Promise<Fault>
    /** The rule with how often it has matched and was injected. */
    find(faultId: string): Promise<Fault | undefined>
    remove(faultId: string): Promise<void>
  }
  /** The data folder. */
  folder: string
  /** The keys and numbers of a sandbox merchant, such as `1230000109`. */
  merchant(mchid: string): MerchantCredentials
  /** Somebody with WeChat, made when there is nobody of this id; `wallet` fen are put into the wallet. */
  payer(payerId: string, options?: { wallet?: number }): Promise<Payer>
}

/**
 * Starts a whole platform on a free port of the loopback. Without `workers: true`, due work is done only by `runDue`, so
 * a test decides when a charge is settled and a notice is sent.
 */
export async function startPlatform<Products extends readonly Product[] = typeof allProducts>(
  options: StartOptions<Products> = {},
  /** @internal What it is made of; every product unless said. */
  products?: Products,
): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-'))
  const { rules, trust, publicUrl, database, backup, tls, workers = false, ...surroundings } = options
  const running = await startServer<readonly Product[]>(
    {
      port: 0,
      host: '127.0.0.1',
      backupPort: backup ? 0 : undefined,
      tlsPort: tls ? 0 : undefined,
      adminPort: 0,
      data: folder,
      database,
      trust,
      publicUrl,
      logLevel: 'error',
      rateLimit: Number.MAX_SAFE_INTEGER,
      ...rules,
    },
    { ...surroundings, workers, sandboxKeys: await sharedKeys() },
    products,
  ).catch(error => {
    rmSync(folder, { recursive: true })
    throw error
  })
  return {
    app: running.app,
    baseUrl: running.baseUrl,
    backupUrl: running.backupUrl,
    tls:
      running.tlsUrl === undefined
        ? undefined
        : { url: running.tlsUrl, ca: readFileSync(join(folder, 'tls', 'ca.pem'), 'utf8') },
    faults: faultsOf(running.platform),
    platform: running.platform,
    scheduler: running.scheduler,
    admin: running.admin,
    runDue: running.runDue,
    folder,
    merchant: mchid => readCredentials(folder, mchid),
    payer: (payerId, options) => payerOf(running.admin, payerId, options),
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function faultsOf({ faults }: Platform): TestPlatform['faults'] {
  return {
    async put(fault) {
      const put = await faults.put({ fault_id: fault.kind, ...fault })
      if (put === 'too_many') throw new RangeError(`There are ${MAX_FAULTS} faults, which is the limit`)
      return put
    },
    find: faultId => faults.find(faultId),
    remove: faultId => faults.remove(faultId),
  }
}

/** Reads `merchants/<mchid>` of a data folder. */
export function readCredentials(folder: string, mchid: string): MerchantCredentials {
  const read = (name: string) => readFileSync(join(folder, 'merchants', mchid, name), 'utf8')
  return {
    ...(JSON.parse(read('merchant.json')) as MerchantFile),
    private_key: read('apiclient_key.pem'),
    certificate: read('apiclient_cert.pem'),
    platform_certificate: read('platform_cert.pem'),
    platform_public_key: read('pub_key.pem'),
  }
}
