import type { Clock } from '../clock/clock.ts'
import { BANK_CLEARING, openAccount, post, walletOf } from '../ledger/ledger.ts'
import { type Random, randomDigits, randomText } from '../protocol/ids.ts'
import { APIV3_KEY_LENGTH } from '../protocol/sealed-resource.ts'
import { formatDate } from '../protocol/time.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  type IssuedCertificate,
  type KeyPairPem,
  newCertificate,
  newKeyPair,
  newRoot,
} from './certificates.ts'
import {
  APPID,
  fleetPlates,
  OTHER_PRODUCT_ORDER,
  openTimeMs,
  WORLD_MERCHANTS,
  WORLD_PLATES,
  type WorldMerchant,
  type WorldPlate,
} from './world.ts'

/** The secrets of a new world: they go into the store and into the files that merchants read. */
export interface WorldKeys {
  root: IssuedCertificate
  platform: IssuedCertificate
  publicKey: KeyPairPem
  merchants: MerchantKeys[]
}

/** What a merchant who calls is given. */
export interface MerchantKeys {
  merchant: WorldMerchant
  certificate: IssuedCertificate
  apiv3_key: string
  public_key_id: string
}

/** Makes all keys of a new world, several at once in the thread pool. */
export async function makeWorldKeys(clock: Clock, random: Random): Promise<WorldKeys> {
  const now = Math.floor(clock.wallNow() / 1000) * 1000
  const { issuer, ...root } = await newRoot(now)
  const callers = WORLD_MERCHANTS.filter(({ kind }) => kind !== 'sub')
  const [platform, { pem: publicKey }, ...certificates] = await Promise.all([
    newCertificate('CN=Tenpay.com sign, OU=Tenpay.com, O=Tenpay.com, C=CN', issuer, now),
    newKeyPair(),
    ...callers.map(({ mchid }) =>
      newCertificate(`CN=${mchid}, O=微信商户系统, OU=Boomgate sandbox, L=Shenzhen, C=CN`, issuer, now),
    ),
  ])
  const merchants = certificates.map((certificate, index) => {
    const merchant = callers[index] as WorldMerchant
    const public_key_id = `PUB_KEY_ID_01${merchant.mchid}${formatDate(now)}${randomDigits(14, random)}`
    return { merchant, certificate, apiv3_key: randomText(APIV3_KEY_LENGTH, random), public_key_id }
  })
  return { root, platform, publicKey, merchants }
}

/**
 * Writes a new world as one transaction, and its files by `writeFiles` just before the commit. Answers false, and does
 * nothing, when another node has made a world in the meantime.
 *
 * A crash between the files and the commit leaves a store without a world, and the next start makes both anew.
 */
export async function storeWorld(
  db: Database,
  clock: Clock,
  keys: WorldKeys,
  writeFiles: () => void,
): Promise<boolean> {
  return db.transaction(async tx => {
    if (!(await storePlatformKeys(tx, keys))) return false
    for (const merchant of WORLD_MERCHANTS) await storeMerchant(tx, merchant, keys)
    for (const merchant of WORLD_MERCHANTS) await storeBindings(tx, merchant)
    await openAccount(tx, BANK_CLEARING, true)
    for (const plate of [...WORLD_PLATES, ...fleetPlates()]) await storePlate(tx, plate, clock.now())
    writeFiles()
    return true
  })
}

/** Answers false when there is a public key already: its row is what two first starts compete for. */
async function storePlatformKeys(
  tx: Transaction,
  { root, platform, publicKey }: WorldKeys,
): Promise<boolean> {
  const insert = (id: string, kind: string, key: KeyPairPem, certificate: string, span: Span) =>
    tx.run(
      `INSERT INTO platform_keys (id, kind, certificate, public_key, private_key, effective_time, expire_time)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      id,
      kind,
      certificate,
      key.public_key,
      key.private_key,
      span.not_before,
      span.not_after,
    )
  // The public key has no end of its own, so it has the root's.
  if ((await insert('PUB_KEY', 'public_key', publicKey, '', root)) === 0) return false
  await insert(root.serial_no, 'root', root, root.certificate, root)
  await insert(platform.serial_no, 'certificate', platform, platform.certificate, platform)
  return true
}

type Span = Pick<IssuedCertificate, 'not_before' | 'not_after'>

async function storeMerchant(
  tx: Transaction,
  merchant: WorldMerchant,
  { merchants }: WorldKeys,
): Promise<void> {
  const keys = merchants.find(candidate => candidate.merchant.mchid === merchant.mchid)
  await tx.run(
    `INSERT INTO merchants (mchid, kind, name, apiv3_key, parking_enabled, collection_restricted, trust_state, public_key_id)
     VALUES ($1, $2, $3, $4, $5, $6, 'SWITCHING', $7)`,
    merchant.mchid,
    merchant.kind,
    merchant.name,
    keys?.apiv3_key ?? '',
    merchant.parking_enabled ? 1 : 0,
    merchant.collection_restricted ? 1 : 0,
    keys?.public_key_id ?? '',
  )
  if (!keys) return
  const { serial_no, certificate, public_key, not_before, not_after } = keys.certificate
  await tx.run(
    `INSERT INTO merchant_certificates (serial_no, mchid, certificate, public_key, not_before, not_after)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    serial_no,
    merchant.mchid,
    certificate,
    public_key,
    not_before,
    not_after,
  )
  await tx.run(
    `INSERT INTO other_product_orders (mchid, out_trade_no, product) VALUES ($1, $2, 'basic payment')`,
    merchant.mchid,
    OTHER_PRODUCT_ORDER,
  )
}

async function storeBindings(tx: Transaction, { mchid, appids, sub_mchids }: WorldMerchant): Promise<void> {
  for (const appid of appids) {
    await tx.run('INSERT INTO app_bindings (appid, mchid) VALUES ($1, $2)', appid, mchid)
  }
  for (const sub of sub_mchids) {
    await tx.run('INSERT INTO merchant_bindings (provider_mchid, sub_mchid) VALUES ($1, $2)', mchid, sub)
  }
}

async function storePlate(tx: Transaction, plate: WorldPlate, now: number): Promise<void> {
  if (plate.service_state === 'OUT_SERVICE') return
  const ownerId = `owner-of-${plate.plate_number}`
  await tx.run(
    'INSERT INTO owners (owner_id, score, arrears, wallet_state) VALUES ($1, $2, $3, $4)',
    ownerId,
    plate.score,
    plate.arrears,
    plate.wallet_state,
  )
  await tx.run(
    'INSERT INTO owner_openids (appid, openid, owner_id) VALUES ($1, $2, $3)',
    APPID,
    plate.openid,
    ownerId,
  )
  await tx.run(
    `INSERT INTO plates (plate_number, plate_color, owner_id, service_state, service_open_time)
     VALUES ($1, $2, $3, $4, $5)`,
    plate.plate_number,
    plate.plate_color,
    ownerId,
    plate.service_state,
    openTimeMs(plate.service_open_time),
  )
  await openAccount(tx, walletOf(ownerId))
  if (plate.wallet === 0) return
  await post(tx, {
    id: `top_up/${ownerId}`,
    kind: 'top_up',
    debit_account: BANK_CLEARING,
    credit_account: walletOf(ownerId),
    amount: plate.wallet,
    business_time: now,
  })
}
