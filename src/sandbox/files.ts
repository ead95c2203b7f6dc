import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WorldKeys } from './create-world.ts'
import {
  APPID,
  FLEET_SIZE,
  fleetPlates,
  OTHER_PRODUCT_ORDER,
  WORLD_MERCHANTS,
  WORLD_PLATES,
} from './world.ts'

/** Readable by its owner alone, because it is or holds a private key. */
const PRIVATE = 0o600
const PUBLIC = 0o644

/** What `merchants/<mchid>/merchant.json` holds. */
export interface MerchantFile {
  mchid: string
  /** Of `apiclient_cert.pem`. */
  serial_no: string
  apiv3_key: string
  appids: string[]
  sub_mchids: string[]
  /** Of `platform_cert.pem`. */
  platform_serial: string
  /** Of `pub_key.pem`. */
  public_key_id: string
  /** Where the platform listens. */
  base_url: string
}

/** Writes everything that a person or a merchant's program needs to know of a new world. */
export function writeWorldFiles(folder: string, keys: WorldKeys, baseUrl: string): void {
  const { root, platform, publicKey } = keys
  writeFile(join(folder, 'platform', 'ca.pem'), root.certificate)
  writeFile(join(folder, 'platform', 'platform_cert.pem'), platform.certificate)
  writeFile(join(folder, 'platform', 'pub_key.pem'), publicKey.public_key)
  for (const { merchant, certificate, apiv3_key, public_key_id } of keys.merchants) {
    const own = join(folder, 'merchants', merchant.mchid)
    writeFile(join(own, 'apiclient_key.pem'), certificate.private_key, PRIVATE)
    writeFile(join(own, 'apiclient_cert.pem'), certificate.certificate)
    writeFile(join(own, 'platform_cert.pem'), platform.certificate)
    writeFile(join(own, 'pub_key.pem'), publicKey.public_key)
    writeMerchantFile(own, {
      mchid: merchant.mchid,
      serial_no: certificate.serial_no,
      apiv3_key,
      appids: merchant.appids,
      sub_mchids: merchant.sub_mchids,
      platform_serial: platform.serial_no,
      public_key_id,
      base_url: baseUrl,
    })
  }
  writeFile(join(folder, 'world.json'), worldFile())
}

/** Keeps `base_url` true when the platform listens somewhere else than last time. */
export function updateBaseUrl(folder: string, baseUrl: string): void {
  for (const { mchid } of WORLD_MERCHANTS) {
    const own = join(folder, 'merchants', mchid)
    const path = join(own, 'merchant.json')
    if (!existsSync(path)) continue
    const file = JSON.parse(readFileSync(path, 'utf8')) as MerchantFile
    if (file.base_url !== baseUrl) writeMerchantFile(own, { ...file, base_url: baseUrl })
  }
}

function writeMerchantFile(folder: string, file: MerchantFile): void {
  writeFile(join(folder, 'merchant.json'), `${JSON.stringify(file, null, 2)}\n`, PRIVATE)
}

function worldFile(): string {
  const fleet = fleetPlates()
  const world = {
    merchants: WORLD_MERCHANTS,
    plates: WORLD_PLATES.map(plate => ({ appid: APPID, ...plate })),
    fleet: {
      behaviour: 'Normal plates for load tests, each with an owner and money of its own',
      plate_color: 'BLUE',
      first: fleet[0]?.plate_number,
      last: fleet.at(-1)?.plate_number,
      count: FLEET_SIZE,
    },
    other_product_order: {
      behaviour: 'A number that a basic payment has used',
      out_trade_no: OTHER_PRODUCT_ORDER,
    },
  }
  return `${JSON.stringify(world, null, 2)}\n`
}

/** Written beside and renamed, so that a reader never sees half a file. */
function writeFile(path: string, text: string, mode = PUBLIC): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(`${path}.new`, text, { mode })
  renameSync(`${path}.new`, path)
}
