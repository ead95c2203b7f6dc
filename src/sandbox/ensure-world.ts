import type { Clock } from '../clock/clock.ts'
import type { Random } from '../protocol/ids.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { Database, Transaction } from '../store/database.ts'
import type { WorldKeys } from './create-world.ts'
import { refreshMerchantFiles, writeWorldFiles } from './files.ts'

/** Where the files of the world are, and what they and the merchants are to say. */
export interface WorldFolder {
  folder: string
  /** Where the platform listens. */
  baseUrl: string
  /** The trust state that all merchants are put into; left as it is when absent. */
  trust: TrustState | undefined
}

/** Makes the sandbox world at the first start, and keeps the address in the merchants' files true at every other. */
export async function ensureWorld(
  db: Database,
  clock: Clock,
  random: Random,
  options: WorldFolder & { keys?: WorldKeys | undefined },
): Promise<{ isNew: boolean }> {
  let isNew = (await db.get('SELECT id FROM platform_keys LIMIT 1')) === undefined
  if (isNew) {
    // Loaded here, because certificates are made at the first start alone.
    const { makeWorldKeys, storeWorld } = await import('./create-world.ts')
    const keys = options.keys ?? (await makeWorldKeys(clock, random))
    isNew = await storeWorld(db, clock, keys, () => writeWorldFiles(options.folder, keys, options.baseUrl))
  } else {
    await refreshMerchantFiles(db, options.folder, options.baseUrl)
  }
  const { trust } = options
  if (trust) await db.transaction(tx => putTrust(tx, trust))
  return { isNew }
}

/** Puts all merchants that call into one trust state. */
export async function putTrust(tx: Transaction, trust: TrustState): Promise<void> {
  await tx.run(`UPDATE merchants SET trust_state = $1 WHERE kind <> 'sub'`, trust)
}
