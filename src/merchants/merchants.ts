import type { Algorithm } from '../protocol/suite.ts'
import type { TrustState } from '../protocol/trust.ts'
import type { Statements } from '../store/database.ts'
import { permissionsColumn } from './permissions.ts'

/** A refund that the merchant has no money for is refused at once, or accepted to wait for money. */
export const REFUND_WITHOUT_FUNDS = ['REFUSE', 'WAIT'] as const
export type RefundWithoutFunds = (typeof REFUND_WITHOUT_FUNDS)[number]

/** How the signatures of a merchant go over from one platform certificate to the next: not yet, by a fixed plan, by hand. */
export const ROTATIONS = ['NONE', 'AUTO', 'MANUAL'] as const
export type Rotation = (typeof ROTATIONS)[number]

/** Which addresses notices go to: `sandbox` takes http and private ones, `production` refuses both. */
export type NotifyProfile = 'sandbox' | 'production'

/** A merchant number and what it may do. The names are those of the table. */
export interface Merchant {
  mchid: string
  kind: 'direct' | 'provider' | 'sub'
  name: string
  apiv3_key: string
  /** The names of those that it was given, with spaces between them; see `hasPermission`. */
  permissions: string
  collection_restricted: number
  trust_state: TrustState
  notice_key_share: number
  public_key_id: string
  advance_enabled: number
  /** Hundredths of a percent. */
  fee_rate: number
  /** Empty where the platform's profile is the merchant's too. */
  notify_profile: NotifyProfile | ''
  refund_without_funds: RefundWithoutFunds
  /** 1 when it may use the Chinese algorithms and gets its notices by them. */
  shangmi: number
  /** Business time from which the notices' share of the public key grows by days; null while it is `notice_key_share`. */
  switching_since: number | null
  /** How it goes over to the next platform certificate, and since when by business time. */
  rotation: Rotation
  rotation_since: number | null
  /** With `MANUAL`: the share of the next certificate, in hundredths of a percent. */
  rotation_share: number
  /** How many days before the end of a platform certificate it is shown the next one. */
  next_certificate_days: number
}

const COLUMNS = [
  'mchid',
  'kind',
  'name',
  'apiv3_key',
  'collection_restricted',
  'trust_state',
  'notice_key_share',
  'public_key_id',
  'advance_enabled',
  'fee_rate',
  'notify_profile',
  'refund_without_funds',
  'shangmi',
  'switching_since',
  'rotation',
  'rotation_since',
  'rotation_share',
  'next_certificate_days',
] as const satisfies readonly Exclude<keyof Merchant, 'permissions'>[]

/** A merchant API certificate as far as a request's signature needs it. */
export interface MerchantCertificate {
  serial_no: string
  algorithm: Algorithm
  public_key: string
  not_before: number
  not_after: number
  revoked: number
  /** Business time from which another certificate has taken its place. */
  replaced_from: number | null
}

/** A caller: the merchant number, and the certificate that its request names if there is one. */
export type Caller = Merchant & {
  certificate: MerchantCertificate | undefined
  /** False for a number that never had a certificate, such as a sub-merchant's. */
  has_certificates: boolean
}

type CallerRow = Merchant & { [Column in keyof MerchantCertificate]: MerchantCertificate[Column] | null }

const MERCHANT = [...COLUMNS.map(column => `m.${column}`), permissionsColumn('m.mchid')].join(', ')
const CERTIFICATE =
  'c.serial_no, c.algorithm, c.public_key, c.not_before, c.not_after, c.revoked, c.replaced_from'

/** Looks a caller up by what its `Authorization` header says. `undefined` when there is no such merchant number. */
export async function findCaller(
  db: Statements,
  mchid: string,
  serialNo: string,
): Promise<Caller | undefined> {
  const row = await db.get<CallerRow>(
    `SELECT ${MERCHANT}, ${CERTIFICATE}
       FROM merchants m
       LEFT JOIN merchant_certificates c ON c.mchid = m.mchid AND c.serial_no = $2
      WHERE m.mchid = $1`,
    mchid,
    serialNo,
  )
  if (!row) return undefined
  const { serial_no, algorithm, public_key, not_before, not_after, revoked, replaced_from, ...merchant } = row
  if (serial_no === null) {
    const any = await db.get('SELECT serial_no FROM merchant_certificates WHERE mchid = $1 LIMIT 1', mchid)
    return { ...merchant, certificate: undefined, has_certificates: any !== undefined }
  }
  const certificate = { serial_no, algorithm, public_key, not_before, not_after, revoked, replaced_from }
  return { ...merchant, certificate: certificate as MerchantCertificate, has_certificates: true }
}

/** A merchant number by itself, such as a sub-merchant or the receiver of a notice. */
export async function findMerchant(db: Statements, mchid: string): Promise<Merchant | undefined> {
  return db.get<Merchant>(`SELECT ${MERCHANT} FROM merchants m WHERE m.mchid = $1`, mchid)
}

/** True when the provider may act for the sub-merchant. */
export async function isBound(db: Statements, providerMchid: string, subMchid: string): Promise<boolean> {
  const row = await db.get(
    'SELECT sub_mchid FROM merchant_bindings WHERE provider_mchid = $1 AND sub_mchid = $2',
    providerMchid,
    subMchid,
  )
  return row !== undefined
}

/** True when the app id belongs to the merchant number. */
export async function isAppBound(db: Statements, appid: string, mchid: string): Promise<boolean> {
  const row = await db.get('SELECT appid FROM app_bindings WHERE appid = $1 AND mchid = $2', appid, mchid)
  return row !== undefined
}
