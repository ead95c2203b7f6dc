import { listCertificatesOf } from '../merchants/merchant-certificates.ts'
import { placeOfApiv3Key } from '../merchants/seal-for.ts'
import { randomText } from '../protocol/ids.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { Transaction } from '../store/database.ts'
import type { SandboxContext } from './context.ts'
import { type MerchantKeys, storeSandboxRows } from './create-sandbox.ts'
import { putTrust } from './ensure-sandbox.ts'
import { SANDBOX_MERCHANTS } from './merchants.ts'
import { emptySandbox } from './sandbox-tables.ts'

/**
 * Makes the sandbox of the first start again, at a business time in milliseconds. What its merchants were given then is valid
 * again: their keys, their first certificates, their ids of the public key. Merchants and certificates that were added are gone.
 */
export async function resetSandbox(
  tx: Transaction,
  { random, secrets, tables, seeds }: Pick<SandboxContext, 'random' | 'secrets' | 'tables' | 'seeds'>,
  { now, trust }: { now: number; trust: TrustState | undefined },
): Promise<void> {
  const callers: MerchantKeys[] = []
  for (const merchant of SANDBOX_MERCHANTS) {
    const held = await tx.get<{ apiv3_key: string; public_key_id: string }>(
      `SELECT apiv3_key, public_key_id FROM merchants WHERE mchid = $1 AND kind <> 'sub'`,
      merchant.mchid,
    )
    const certificates = await listCertificatesOf(tx, merchant.mchid)
    const first = certificates.find(({ certificate_id }) => certificate_id === 'first')
    if (!held || !first) continue
    // Somebody may have taken the key away, and the first start gives one.
    const apiv3_key =
      secrets.open(held.apiv3_key, placeOfApiv3Key(merchant.mchid)) || randomText(APIV3_KEY_LENGTH, random)
    callers.push({ merchant, certificate: { ...first, private_key: '' }, ...held, apiv3_key })
  }
  await emptySandbox(tx, tables)
  await tx.run('INSERT INTO business_clock (id, offset_ms) VALUES (1, 0)')
  await storeSandboxRows(tx, { secrets, seeds }, now, callers)
  if (trust) await putTrust(tx, trust)
}
