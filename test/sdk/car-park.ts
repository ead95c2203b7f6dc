import { randomUUID } from 'node:crypto'
import {
  type ClientOptions,
  type FolderTrust,
  formatTime,
  type MerchantClient,
  optionsFromFolder,
  type PartnerClient,
  type ReplyTo,
  type RequestIn,
} from '../../src/sdk/index.ts'
import type { TestPlatform } from '../../src/testing/index.ts'

export const DIRECT = '1230000109'
export const PROVIDER = '1230000100'
export const SUB_MCHID = '1900000109'
export const APPID = 'wxcbda96de0b165486'
/** The payer of 粤B10001. */
export const OPENID = 'oSandboxOwnerOfB100010000000'
/** Nobody listens here; for tests that are not about notices. */
export const NOWHERE = 'http://127.0.0.1:9/notify'

const PLATE = { plate_number: '粤B10001', plate_color: 'BLUE' } as const
const PARKING_NAME = '欢乐海岸停车场'
const HOUR_MS = 3_600_000

/** Options of a sandbox merchant on this platform, with pauses too short to be noticed. */
export function optionsOf(platform: TestPlatform, mchid: string, trust: FolderTrust = 'both'): ClientOptions {
  return { ...optionsFromFolder(`${platform.folder}/merchants/${mchid}`, { trust }), retryPauseMs: 1 }
}

/** An entry of 粤B10001 an hour before `now`, under a number of its own. */
export function entryRequest(
  notify_url = NOWHERE,
  now = Date.now(),
): RequestIn<'parking.createParking', 'merchant'> {
  return {
    ...PLATE,
    out_parking_no: randomUUID(),
    notify_url,
    start_time: formatTime(now - HOUR_MS),
    parking_name: PARKING_NAME,
    free_duration: 600,
  }
}

/** The charge of an entry that ends at `now`, under a number of its own. */
export function chargeRequest(
  entry: ReplyTo<'parking.createParking'>,
  notify_url = NOWHERE,
  now = Date.now(),
): RequestIn<'parking.createTransaction', 'merchant'> {
  return {
    appid: APPID,
    description: '停车场扣费',
    out_trade_no: randomUUID().replaceAll('-', ''),
    trade_scene: 'PARKING',
    notify_url,
    amount: { total: 888, currency: 'CNY' },
    parking_info: {
      ...PLATE,
      parking_id: entry.id,
      start_time: entry.start_time,
      end_time: formatTime(now - 1000),
      parking_name: PARKING_NAME,
      charging_duration: 3600,
      device_id: 'gate-1',
    },
  }
}

/** The query of 粤B10001's service. */
export const plateRequest: RequestIn<'parking.queryPlateService', 'merchant'> = {
  ...PLATE,
  appid: APPID,
  openid: OPENID,
}

/** What parking takes of a client, whichever mode it is of. */
export type Parking = Pick<MerchantClient['parking'], 'createParking' | 'createTransaction'>

/** A provider's calls for its sub-merchant. */
export function parkingFor({ parking }: PartnerClient, sub_mchid: string): Parking {
  return {
    createParking: request => parking.createParking({ ...request, sub_mchid }),
    createTransaction: request => parking.createTransaction({ ...request, sub_mchid }),
  }
}

/** Parks 粤B10001 and charges 888 fen, which are paid on return. Answers `out_trade_no`. */
export async function paidOrder(running: TestPlatform, parking: Parking): Promise<string> {
  const now = running.platform.clock.now()
  const entry = await parking.createParking(entryRequest(NOWHERE, now))
  const { out_trade_no } = await parking.createTransaction(chargeRequest(entry, NOWHERE, now))
  await running.runDue()
  return out_trade_no
}
