import { contentDigest } from '../src/products/content-digest.ts'
import type { Database } from '../src/store/database.ts'

/** A plate with an entry that can be charged, made by writing rows: the bench measures charges, not entries. */
export interface Stay {
  parking_id: string
  plate_number: string
  start_time: string
}

const MCHID = '1230000109'
const APPID = 'wxcbda96de0b165486'
const CHUNK = 1_000
export const PARKING_NAME = '欢乐海岸停车场'
const HOUR_MS = 60 * 60 * 1000

/** Makes `count` stays, each of a plate and an owner of its own with money enough. */
export async function seedStays(db: Database, count: number, notifyUrl: string): Promise<Stay[]> {
  const start_time = new Date(Date.now() - HOUR_MS).toISOString().replace(/\.\d+Z$/, 'Z')
  const stays = Array.from({ length: count }, (_, index) => ({
    parking_id: `bench${String(index).padStart(20, '0')}`,
    // Two letters and three digits: 粤EAA000 and on.
    plate_number: `粤E${letterAt(index / 24_000)}${letterAt(index / 1_000)}${String(index % 1_000).padStart(3, '0')}`,
    start_time,
  }))
  await inChunks(stays, chunk =>
    db.transaction(async tx => {
      for (const { parking_id, plate_number } of chunk) {
        const owner = `bench-owner-of-${plate_number}`
        await tx.run('INSERT INTO owners (owner_id, score) VALUES ($1, 700)', owner)
        await tx.run(
          'INSERT INTO owner_openids (appid, openid, owner_id) VALUES ($1, $2, $3)',
          APPID,
          `oBench${plate_number}`,
          owner,
        )
        await tx.run(
          'INSERT INTO ledger_accounts (account, balance) VALUES ($1, 100000)',
          `owner/${owner}/wallet`,
        )
        await tx.run(
          `INSERT INTO plates (plate_number, plate_color, owner_id, service_state, service_open_time)
           VALUES ($1, 'BLUE', $2, 'NORMAL', 0)`,
          plate_number,
          owner,
        )
        await tx.run(
          `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url,
                                 start_time, parking_name, free_duration, create_time, content_digest)
           VALUES ($1, $2, '', $1, $3, 'BLUE', $4, $5, $6, 0, $7, '')`,
          parking_id,
          MCHID,
          plate_number,
          notifyUrl,
          start_time,
          PARKING_NAME,
          Date.now(),
        )
        await tx.run(
          `INSERT INTO latest_parkings (plate_number, plate_color, parking_id) VALUES ($1, 'BLUE', $2)`,
          plate_number,
          parking_id,
        )
      }
    }),
  )
  return stays
}

/** Makes `count` paid orders, `seed0`, `seed1`, …, for reads against a full store. */
export async function seedOrders(db: Database, count: number, from = 0): Promise<void> {
  const owner = 'owner-of-粤B10001'
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  await inChunks(numbers, chunk =>
    db.transaction(async tx => {
      for (const number of chunk) {
        const id = `seed${number}`
        await tx.run(
          `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url,
                                 start_time, parking_name, free_duration, create_time, content_digest)
           VALUES ($1, $2, '', $1, '粤B10001', 'BLUE', 'https://example.com/n', '2026-01-01T08:00:00+08:00', $3, 0, 0, '')`,
          id,
          MCHID,
          PARKING_NAME,
        )
        await tx.run(
          `INSERT INTO transactions (mchid, out_trade_no, appid, sub_mchid, sub_appid, description, attach, goods_tag,
                                     notify_url, profit_sharing, create_time, transaction_id, trade_state,
                                     success_time, bank_type, parking_id, parking_info, owner_id, openid, sub_openid,
                                     total, currency, payer_total, discount_total, content_digest)
           VALUES ($1, $2, 'wxcbda96de0b165486', '', '', '停车场扣费', '深圳分店', '', 'https://example.com/n', 'N', $3,
                   $4, 'SUCCESS', $3, 'OTHERS', $2, $5, $6, 'oSandboxOwnerOfB100010000000', '', 888, 'CNY', 888, 0, $7)`,
          MCHID,
          id,
          Date.now(),
          `4200${String(number).padStart(24, '0')}`,
          JSON.stringify({
            parking_id: id,
            plate_number: '粤B10001',
            plate_color: 'BLUE',
            start_time: '2026-01-01T08:00:00+08:00',
            end_time: '2026-01-01T09:00:00+08:00',
            parking_name: PARKING_NAME,
            charging_duration: 3600,
            device_id: '12313',
          }),
          owner,
          contentDigest([number]),
        )
      }
    }),
  )
}

async function inChunks<T>(items: readonly T[], work: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += CHUNK) await work(items.slice(start, start + CHUNK))
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

function letterAt(index: number): string {
  return LETTERS[Math.floor(index) % LETTERS.length] ?? 'A'
}
