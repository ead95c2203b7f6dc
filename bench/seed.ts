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
const DAY_MS = 24 * HOUR_MS
/** Orders that one transaction writes. */
const ORDERS_AT_ONCE = 50_000

/** Makes `count` stays, each of a plate and a payer of its own with money enough. */
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
        const payer = `bench-payer-of-${plate_number}`
        await tx.run('INSERT INTO payers (payer_id, score) VALUES ($1, 700)', payer)
        await tx.run(
          'INSERT INTO payer_openids (appid, openid, payer_id) VALUES ($1, $2, $3)',
          APPID,
          `oBench${plate_number}`,
          payer,
        )
        await tx.run(
          'INSERT INTO ledger_accounts (account, balance) VALUES ($1, 100000)',
          `payer/${payer}/wallet`,
        )
        await tx.run(
          `INSERT INTO plates (plate_number, plate_color, payer_id, service_state, service_open_time)
           VALUES ($1, 'BLUE', $2, 'NORMAL', 0)`,
          plate_number,
          payer,
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

/** The day on which the seeded orders were paid, in Beijing time, such as `2026-06-01`: not yesterday, whose bills may not be ready. */
export function seededDay(): string {
  return new Date(Date.now() + 8 * HOUR_MS - 2 * DAY_MS).toISOString().slice(0, 10)
}

/**
 * Makes `count` paid orders, `seed0`, `seed1`, …, a million of which fill {@link seededDay}; numbers, openids and amounts
 * differ as real ones do. They are written by SQL only: a million take a quarter of a minute.
 */
export async function seedOrders(db: Database, count: number, from = 0): Promise<void> {
  const begin = Date.parse(`${seededDay()}T00:00:00+08:00`)
  for (let first = from; first < from + count; first += ORDERS_AT_ONCE) {
    const last = Math.min(first + ORDERS_AT_ONCE, from + count) - 1
    const numbers =
      'WITH RECURSIVE numbers (number) AS (SELECT $1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $2)'
    await db.transaction(async tx => {
      await tx.run(
        `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url,
                               start_time, parking_name, free_duration, create_time, content_digest)
         ${numbers}
         SELECT 'seed' || number, $3, '', 'seed' || number, '粤B10001', 'BLUE', 'https://example.com/n',
                '2026-01-01T08:00:00+08:00', $4, 0, 0, ''
           FROM numbers`,
        first,
        last,
        MCHID,
        PARKING_NAME,
      )
      await tx.run(
        `INSERT INTO orders (mchid, out_trade_no, product, trade_type, appid, sub_mchid, sub_appid, description, attach,
                             goods_tag, notify_url, profit_sharing, create_time, transaction_id, trade_state,
                             success_time, bank_type, scene, payer_id, openid, sub_openid, total, currency, payer_total, discount_total, settlement_total, fee, fee_rate, content_digest)
         ${numbers}
         SELECT $3, 'seed' || number, 'parking', 'PAP', '${APPID}', '', '', '停车场扣费', '深圳分店', '', 'https://example.com/n', 'N',
                $5 + number * 86 % ${DAY_MS}, printf('4200%012d%012d', number, abs(random() % 1000000000000)), 'SUCCESS', $5 + number * 86 % ${DAY_MS},
                'OTHERS', '{"parking_id":"seed' || number || $4, 'payer-of-粤B10001',
                'o' || substr(hex(randomblob(14)), 2), '', total, 'CNY', total, 0, total, (total * 60 + 5000) / 10000, 60,
                printf('%064d', number)
           FROM (SELECT number, 500 + abs(random() % 2000) AS total FROM numbers)`,
        first,
        last,
        MCHID,
        `",${JSON.stringify({
          plate_number: '粤B10001',
          plate_color: 'BLUE',
          start_time: '2026-01-01T08:00:00+08:00',
          end_time: '2026-01-01T09:00:00+08:00',
          parking_name: PARKING_NAME,
          charging_duration: 3600,
          device_id: '12313',
        }).slice(1)}`,
        begin,
      )
      await tx.run(
        `INSERT INTO parking_charges (mchid, out_trade_no, parking_id, deduction_attempts)
         ${numbers} SELECT $3, 'seed' || number, 'seed' || number, 1 FROM numbers`,
        ...[first, last, MCHID],
      )
    })
  }
}

async function inChunks<T>(items: readonly T[], work: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += CHUNK) await work(items.slice(start, start + CHUNK))
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

function letterAt(index: number): string {
  return LETTERS[Math.floor(index) % LETTERS.length] ?? 'A'
}
