import { openMerchantAccounts } from '../ledger/accounts.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { SqlValue, Statements, Transaction } from '../store/database.ts'
import type { RefundWithoutFunds, Rotation } from './merchants.ts'
import { permissionsColumn } from './permissions.ts'

/** What is set of a merchant number; flags are 0 and 1, as in the table. */
export interface MerchantSettings {
  name: string
  apiv3_key: string
  collection_restricted: number
  /** 1 when the platform pays for payers without funds. */
  advance_enabled: number
  /** Hundredths of a percent. */
  fee_rate: number
  notify_profile: '' | 'sandbox' | 'production'
  notices_paused: number
  trust_state: TrustState
  /** Percent; counts while switching unless the days of `switching_since` do. */
  notice_key_share: number
  switching_since: number | null
  rotation: Rotation
  rotation_since: number | null
  rotation_share: number
  next_certificate_days: number
  shangmi: number
  /** 1 when what a settled day makes available is paid to the merchant's bank account at once. */
  auto_withdrawal: number
  /** What becomes of a refund that the merchant has no money for. */
  refund_without_funds: RefundWithoutFunds
}

const SETTINGS = [
  'name',
  'apiv3_key',
  'collection_restricted',
  'advance_enabled',
  'fee_rate',
  'notify_profile',
  'notices_paused',
  'trust_state',
  'notice_key_share',
  'switching_since',
  'rotation',
  'rotation_since',
  'rotation_share',
  'next_certificate_days',
  'shangmi',
  'auto_withdrawal',
  'refund_without_funds',
] as const satisfies readonly (keyof MerchantSettings)[]

/** A merchant number as it is administered. */
export interface MerchantAccount extends MerchantSettings {
  mchid: string
  kind: 'direct' | 'provider' | 'sub'
  public_key_id: string
  /** The names of those that it was given, with spaces between them. */
  permissions: string
}

export const MERCHANT_COLUMNS = `mchid, kind, public_key_id, ${SETTINGS.join(', ')}, ${permissionsColumn('merchants.mchid')}`

/** Reads a merchant number with everything that is set of it. */
export function readMerchant(db: Statements, mchid: string): Promise<MerchantAccount | undefined> {
  return db.get(`SELECT ${MERCHANT_COLUMNS} FROM merchants WHERE mchid = $1`, mchid)
}

/** The same, and holds up everybody else who would change it until the transaction ends. */
export function lockMerchant(tx: Transaction, mchid: string): Promise<MerchantAccount | undefined> {
  return tx.get(`SELECT ${MERCHANT_COLUMNS} FROM merchants WHERE mchid = $1 ${tx.forUpdate}`, mchid)
}

/**
 * Makes a merchant number with its accounts and without permissions; like a real new one it has only the public key. Answers false, and changes
 * nothing, when there is one.
 */
export async function createMerchant(
  tx: Transaction,
  { mchid, kind, name, public_key_id }: Pick<MerchantAccount, 'mchid' | 'kind' | 'name' | 'public_key_id'>,
): Promise<boolean> {
  const created = await tx.run(
    `INSERT INTO merchants (mchid, kind, name, public_key_id, trust_state)
     VALUES ($1, $2, $3, $4, 'PUBLIC_KEY') ON CONFLICT DO NOTHING`,
    mchid,
    kind,
    name,
    public_key_id,
  )
  if (created === 0) return false
  await openMerchantAccounts(tx, mchid)
  return true
}

/** Changes what is given and leaves the rest. */
export async function changeMerchant(
  tx: Transaction,
  mchid: string,
  changes: Partial<MerchantSettings>,
): Promise<void> {
  const given = SETTINGS.filter(column => changes[column] !== undefined)
  if (given.length === 0) return
  const values = given.map(column => changes[column] as SqlValue)
  await tx.run(
    `UPDATE merchants SET ${given.map((column, index) => `${column} = $${index + 1}`).join(', ')}
      WHERE mchid = $${given.length + 1}`,
    ...values,
    mchid,
  )
}

export async function listAppids(db: Statements, mchid: string): Promise<string[]> {
  const rows = await db.all<{ appid: string }>(
    'SELECT appid FROM app_bindings WHERE mchid = $1 ORDER BY appid',
    mchid,
  )
  return rows.map(({ appid }) => appid)
}

export async function listSubMerchants(db: Statements, mchid: string): Promise<string[]> {
  const rows = await db.all<{ sub_mchid: string }>(
    'SELECT sub_mchid FROM merchant_bindings WHERE provider_mchid = $1 ORDER BY sub_mchid',
    mchid,
  )
  return rows.map(({ sub_mchid }) => sub_mchid)
}

/** Binds an app id to a merchant number; an app id may belong to several. */
export async function bindApp(tx: Transaction, mchid: string, appid: string): Promise<void> {
  await tx.run('INSERT INTO app_bindings (appid, mchid) VALUES ($1, $2) ON CONFLICT DO NOTHING', appid, mchid)
}

export async function unbindApp(tx: Transaction, mchid: string, appid: string): Promise<void> {
  await tx.run('DELETE FROM app_bindings WHERE appid = $1 AND mchid = $2', appid, mchid)
}

/** Lets a provider act for a sub-merchant. Both must exist. */
export async function bindSubMerchant(
  tx: Transaction,
  providerMchid: string,
  subMchid: string,
): Promise<void> {
  await tx.run(
    'INSERT INTO merchant_bindings (provider_mchid, sub_mchid) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    providerMchid,
    subMchid,
  )
}

export async function unbindSubMerchant(
  tx: Transaction,
  providerMchid: string,
  subMchid: string,
): Promise<void> {
  await tx.run(
    'DELETE FROM merchant_bindings WHERE provider_mchid = $1 AND sub_mchid = $2',
    providerMchid,
    subMchid,
  )
}
