import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import type { Platform, Rules } from '../platform.ts'
import type { TrustState } from '../protocol/trust.ts'
import { makeWorldKeys, type WorldKeys } from '../sandbox/create-world.ts'
import type { MerchantFile } from '../sandbox/files.ts'
import type { AdminAddress } from '../server/admin/listen.ts'
import { DEFAULT_RULES } from '../server/config.ts'
import { type RunningPlatform, type Surroundings, startPlatform as startServer } from '../server/start.ts'

export interface StartOptions
  extends Pick<Surroundings, 'clock' | 'random' | 'bank' | 'send' | 'workers' | 'open'> {
  /** Rules that differ from the defaults. */
  rules?: Partial<Rules>
  /** The trust state of all merchants; `SWITCHING` unless said, in which both kinds of keys work. */
  trust?: TrustState
  /** Scheme and host of the URLs that bills are downloaded from; where the platform listens unless said. */
  publicUrl?: string
  /** A `postgres://` URL; SQLite in a temporary folder when absent. */
  database?: string
}

/** What a merchant of the sandbox holds: the content of its folder. */
export interface MerchantCredentials extends MerchantFile {
  /** PEM, like the other keys. */
  private_key: string
  certificate: string
  platform_certificate: string
  platform_public_key: string
}

/** A platform with the sandbox world, in a folder of its own that goes away with it. */
export interface TestPlatform
  extends Pick<RunningPlatform, 'app' | 'baseUrl' | 'agenda' | 'runDue' | 'stop'> {
  platform: Platform
  /** Where the administration API listens, and its token. */
  admin: AdminAddress
  /** The data folder. */
  folder: string
  /** The keys and numbers of a sandbox merchant, such as `1230000109`. */
  merchant(mchid: string): MerchantCredentials
}

let sharedKeys: Promise<WorldKeys> | undefined

/**
 * Starts a whole platform on a free port of the loopback. Without `workers: true`, due work is done by `runDue` alone, so
 * a test decides when a charge is settled and a notice is sent.
 */
export async function startPlatform(options: StartOptions = {}): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-'))
  // Key pairs are dear to make, so the platforms of one process share them.
  sharedKeys ??= makeWorldKeys(systemClock, randomBytes)
  const { rules, trust, publicUrl, database, workers = false, ...surroundings } = options
  const running = await startServer(
    {
      port: 0,
      host: '127.0.0.1',
      adminPort: 0,
      data: folder,
      database,
      trust,
      publicUrl,
      logLevel: 'error',
      rules: { ...DEFAULT_RULES, rateLimit: Number.MAX_SAFE_INTEGER, ...rules },
    },
    { ...surroundings, workers, worldKeys: await sharedKeys },
  )
  return {
    app: running.app,
    baseUrl: running.baseUrl,
    platform: running.platform,
    agenda: running.agenda,
    admin: running.admin as AdminAddress,
    runDue: running.runDue,
    folder,
    merchant: mchid => readCredentials(folder, mchid),
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true })
    },
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
