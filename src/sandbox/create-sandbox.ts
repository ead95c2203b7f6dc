import type { Clock } from '../clock/clock.ts'
import { BANK_CLEARING, MARKETING, openAccount, openMerchantAccounts } from '../ledger/accounts.ts'
import { storePlatformKey } from '../merchants/change-platform-keys.ts'
import { storeCertificate } from '../merchants/merchant-certificates.ts'
import { setPermissions } from '../merchants/permissions.ts'
import { placeOfApiv3Key } from '../merchants/seal-for.ts'
import { type Random, randomText } from '../protocol/ids.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import type { Transaction } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import {
  type IssuedCertificate,
  type KeyPairPem,
  newCertificate,
  newKeyPair,
  newRoot,
  validityFrom,
} from './certificates.ts'
import type { SandboxContext } from './context.ts'
import { platformKeyOf } from './issue-certificate.ts'
import { certificateRow, merchantSubject, newPublicKeyId } from './issue-merchant.ts'
import { APPID, SANDBOX_MERCHANTS, type SandboxMerchant, sandboxPermissions } from './merchants.ts'
import { PLATFORM_SUBJECT } from './platform-certificates.ts'

/** The secrets of a new sandbox: they go into the store and into the files that merchants read. */
export interface SandboxKeys {
  root: IssuedCertificate
  platform: IssuedCertificate
  publicKey: KeyPairPem
  merchants: MerchantKeys[]
}

/** What a merchant who calls is given. */
export interface MerchantKeys {
  merchant: SandboxMerchant
  certificate: IssuedCertificate
  apiv3_key: string
  public_key_id: string
}

/** Makes all keys of a new sandbox, several at once in the thread pool. */
export async function makeSandboxKeys(clock: Clock, random: Random): Promise<SandboxKeys> {
  const validity = validityFrom(clock)
  const root = await newRoot(validity)
  const callers = SANDBOX_MERCHANTS.filter(({ kind }) => kind !== 'sub')
  const [platform, { pem: publicKey }, ...certificates] = await Promise.all([
    newCertificate(root.private_key, { subject: PLATFORM_SUBJECT, ...validity }),
    newKeyPair(),
    ...callers.map(({ mchid }) =>
      newCertificate(root.private_key, { subject: merchantSubject(mchid), ...validity }),
    ),
  ])
  const merchants = certificates.map((certificate, index) => {
    const merchant = callers[index] as SandboxMerchant
    const public_key_id = newPublicKeyId(merchant.mchid, clock.now(), random)
    return { merchant, certificate, apiv3_key: randomText(APIV3_KEY_LENGTH, random), public_key_id }
  })
  return { root, platform, publicKey, merchants }
}

/**
 * Writes a new sandbox as one transaction, and its files by `writeFiles` just before the commit. Answers false, and does
 * nothing, when another node has made a sandbox in the meantime.
 *
 * A crash between the files and the commit leaves a store without a sandbox, and the next start makes both anew.
 */
export async function storeSandbox(
  { db, clock, secrets, seeds }: Pick<SandboxContext, 'db' | 'clock' | 'secrets' | 'seeds'>,
  keys: SandboxKeys,
  writeFiles: () => void,
): Promise<boolean> {
  return db.transaction(async tx => {
    if (!(await storePlatformKeys(tx, secrets, keys))) return false
    await storeSandboxRows(tx, { secrets, seeds }, clock.now(), keys.merchants)
    writeFiles()
    return true
  })
}

/** Writes everything of the sandbox but the platform's keys, into tables that are empty otherwise. */
export async function storeSandboxRows(
  tx: Transaction,
  { secrets, seeds }: Pick<SandboxContext, 'secrets' | 'seeds'>,
  now: number,
  callers: readonly MerchantKeys[],
): Promise<void> {
  await openAccount(tx, BANK_CLEARING, null)
  await openAccount(tx, MARKETING, null)
  for (const merchant of SANDBOX_MERCHANTS) {
    await storeMerchant(
      tx,
      secrets,
      merchant,
      callers.find(candidate => candidate.merchant.mchid === merchant.mchid),
    )
  }
  for (const merchant of SANDBOX_MERCHANTS) {
    await setPermissions(tx, merchant.mchid, sandboxPermissions(merchant, seeds))
    await storeBindings(tx, merchant)
  }
  for (const seed of seeds) await seed.store(tx, { appid: APPID, now })
}

/** Answers false when there is a public key already: its row is what two first starts compete for. */
async function storePlatformKeys(
  tx: Transaction,
  secrets: Secrets,
  { root, platform, publicKey }: SandboxKeys,
): Promise<boolean> {
  // The public key has no end of its own, so it has the root's.
  const isFirst = await storePlatformKey(tx, secrets, {
    ...{ id: 'PUB_KEY', kind: 'public_key', algorithm: 'RSA', certificate: '', ...publicKey },
    ...{ effective_time: root.not_before, expire_time: root.not_after },
  })
  if (!isFirst) return false
  await storePlatformKey(tx, secrets, platformKeyOf('root', 'RSA', root))
  await storePlatformKey(tx, secrets, platformKeyOf('certificate', 'RSA', platform))
  return true
}

async function storeMerchant(
  tx: Transaction,
  secrets: Secrets,
  merchant: SandboxMerchant,
  keys: MerchantKeys | undefined,
): Promise<void> {
  await tx.run(
    `INSERT INTO merchants (mchid, kind, name, apiv3_key, collection_restricted, trust_state, public_key_id)
     VALUES ($1, $2, $3, $4, $5, 'SWITCHING', $6)`,
    merchant.mchid,
    merchant.kind,
    merchant.name,
    secrets.seal(keys?.apiv3_key ?? '', placeOfApiv3Key(merchant.mchid)),
    merchant.collection_restricted ? 1 : 0,
    keys?.public_key_id ?? '',
  )
  await openMerchantAccounts(tx, merchant.mchid)
  if (!keys) return
  await storeCertificate(tx, certificateRow(merchant.mchid, keys.certificate))
}

async function storeBindings(tx: Transaction, { mchid, appids, sub_mchids }: SandboxMerchant): Promise<void> {
  for (const appid of appids) {
    await tx.run('INSERT INTO app_bindings (appid, mchid) VALUES ($1, $2)', appid, mchid)
  }
  for (const sub of sub_mchids) {
    await tx.run('INSERT INTO merchant_bindings (provider_mchid, sub_mchid) VALUES ($1, $2)', mchid, sub)
  }
}
