import { sealStore } from '../merchants/seal-store.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { Transaction } from '../store/database.ts'
import type { SandboxContext } from './context.ts'
import type { SandboxKeys } from './create-sandbox.ts'
import { type SandboxFolder, writeSandboxFiles } from './files.ts'

/** The files of the sandbox, and what the merchants are to be. */
export interface Sandbox extends SandboxFolder {
  /** The trust state that all merchants are put into; left as it is when absent. */
  trust: TrustState | undefined
}

/** Makes the sandbox at the first start. At every other, seals what is not sealed with the present key. */
export async function ensureSandbox(
  platform: Pick<SandboxContext, 'db' | 'clock' | 'random' | 'secrets' | 'seeds'>,
  options: Sandbox & { keys?: SandboxKeys | undefined },
): Promise<{ isNew: boolean }> {
  const { db, clock, random } = platform
  let isNew = (await db.get('SELECT id FROM platform_keys LIMIT 1')) === undefined
  if (isNew) {
    // Loaded here, because certificates are made only at the first start.
    const { makeSandboxKeys, storeSandbox } = await import('./create-sandbox.ts')
    const keys = options.keys ?? (await makeSandboxKeys(clock, random))
    isNew = await storeSandbox(platform, keys, () => writeSandboxFiles(options, keys, platform.seeds))
  }
  if (!isNew) {
    // Another node may have made the sandbox, without a key.
    await sealStore(db, platform.secrets)
  }
  const { trust } = options
  if (trust) await db.transaction(tx => putTrust(tx, trust))
  return { isNew }
}

/** Puts all merchants that call into one trust state, with a fixed share of the public key; nobody rotates while switching. */
export async function putTrust(tx: Transaction, trust: TrustState): Promise<void> {
  await tx.run(
    `UPDATE merchants SET trust_state = $1, switching_since = NULL,
            rotation = CASE $1 WHEN 'CERTIFICATE' THEN rotation ELSE 'NONE' END
      WHERE kind <> 'sub' AND trust_state <> $1`,
    trust,
  )
}
