import type { Clock } from '../clock/clock.ts'
import type { Random } from '../protocol/ids.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { Database } from '../store/database.ts'
import type { WorldKeys } from './create-world.ts'
import { updateBaseUrl, writeWorldFiles } from './files.ts'

/** Makes the sandbox world at the first start, and keeps the address in the merchants' files true at every other. */
export async function ensureWorld(
  db: Database,
  clock: Clock,
  random: Random,
  options: { folder: string; baseUrl: string; trust: TrustState | undefined; keys?: WorldKeys | undefined },
): Promise<{ isNew: boolean }> {
  let isNew = (await db.get('SELECT id FROM platform_keys LIMIT 1')) === undefined
  if (isNew) {
    // Loaded here, because certificates are made at the first start alone.
    const { makeWorldKeys, storeWorld } = await import('./create-world.ts')
    const keys = options.keys ?? (await makeWorldKeys(clock, random))
    isNew = await storeWorld(db, clock, keys, () => writeWorldFiles(options.folder, keys, options.baseUrl))
  } else {
    updateBaseUrl(options.folder, options.baseUrl)
  }
  const { trust } = options
  if (trust) {
    await db.transaction(tx => tx.run(`UPDATE merchants SET trust_state = $1 WHERE kind <> 'sub'`, trust))
  }
  return { isNew }
}
