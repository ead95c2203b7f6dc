import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Algorithm } from '../protocol/suite.ts'
import type { Statements } from '../store/database.ts'

/** A key that a signature may have been made by. */
export interface KnownKey {
  /** The one that the request names, another of the same merchant, of another merchant, of the platform. */
  owner: 'claimed' | 'merchant' | 'other' | 'platform'
  /** For people: what it is and whose. */
  name: string
  algorithm: Algorithm
  readonly key: KeyObject
}

interface KeyRow {
  id: string
  mchid: string
  public_key: string
  algorithm: Algorithm
}

/** Keys of other merchants that are tried, the newest ones. */
const MAX_OTHERS = 100
const MAX_OWN = 50

const CERTIFICATES = 'SELECT serial_no AS id, mchid, public_key, algorithm FROM merchant_certificates'

/** The keys that are tried, the likely ones first: the named one, the merchant's others, the platform's, other merchants'. */
export async function knownKeys(db: Statements, mchid: string, serialNo: string): Promise<KnownKey[]> {
  const own = await db.all<KeyRow>(
    `${CERTIFICATES} WHERE mchid = $1 ORDER BY not_before DESC LIMIT ${MAX_OWN}`,
    mchid,
  )
  const claimed = own.filter(({ id }) => id === serialNo)
  const platform = await db.all<KeyRow>(
    "SELECT id, kind AS mchid, public_key, algorithm FROM platform_keys WHERE kind <> 'root'",
  )
  const others = await db.all<KeyRow>(
    `${CERTIFICATES} WHERE mchid <> $1 ORDER BY not_before DESC, serial_no LIMIT ${MAX_OTHERS}`,
    mchid,
  )
  return [
    ...claimed.map(row => known(row, 'claimed')),
    ...own.filter(({ id }) => id !== serialNo).map(row => known(row, 'merchant')),
    ...platform.map(row => known(row, 'platform')),
    ...others.map(row => known(row, 'other')),
  ]
}

/** The key is parsed when it is first tried, because the first ones are those that have signed. */
function known({ id, mchid, public_key, algorithm }: KeyRow, owner: KnownKey['owner']): KnownKey {
  let key: KeyObject | undefined
  return {
    owner,
    name: owner === 'platform' ? `the platform's key ${id}` : `certificate ${id} of merchant ${mchid}`,
    algorithm,
    get key() {
      key ??= createPublicKey(public_key)
      return key
    },
  }
}

/** What a serial number is of. */
export type SerialOwner =
  | { kind: 'merchant'; mchid: string; spelling: string }
  | { kind: 'platform' | 'public_key' | 'nobody' }

/** Whose serial number somebody has given, also when it is spelled in another way. */
export async function findSerial(db: Statements, serialNo: string): Promise<SerialOwner> {
  for (const spelling of new Set([serialNo, ...otherSpellings(serialNo)])) {
    const certificate = await db.get<{ mchid: string }>(
      'SELECT mchid FROM merchant_certificates WHERE serial_no = $1',
      spelling,
    )
    if (certificate) return { kind: 'merchant', mchid: certificate.mchid, spelling }
    const platform = await db.get(
      "SELECT id FROM platform_keys WHERE id = $1 AND kind = 'certificate'",
      spelling,
    )
    if (platform) return { kind: 'platform' }
  }
  const key = await db.get('SELECT mchid FROM merchants WHERE public_key_id = $1', serialNo)
  return { kind: key || serialNo.startsWith('PUB_KEY_ID_') ? 'public_key' : 'nobody' }
}

const SERIAL_DIGITS = 40
/** Longer numbers are no serial numbers. */
const MAX_SERIAL_LENGTH = 64

/** Without what tools put between the digits, and in hexadecimal where it is a decimal number. */
function otherSpellings(serialNo: string): string[] {
  const digits = serialNo
    .toUpperCase()
    .replace(/^SERIAL=/, '')
    .replaceAll(/[\s:-]/g, '')
    .replace(/^0X/, '')
  if (digits.length > MAX_SERIAL_LENGTH) return []
  const decimal = /^\d+$/.test(digits) ? [BigInt(digits).toString(16).toUpperCase()] : []
  const withoutZeros = [digits, ...decimal].map(text => text.replace(/^0+/, '')).filter(Boolean)
  return [digits, ...withoutZeros, ...withoutZeros.map(text => text.padStart(SERIAL_DIGITS, '0'))]
}
