import type { Database } from '../src/store/database.ts'

const AT_ONCE = 50_000
const NUMBERS =
  'WITH RECURSIVE numbers (number) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT number + 1 FROM numbers WHERE number < $2)'
/** Half of everything is of the first merchant, the rest of the others; 1900000109 has none of the payer's. */
const MCHID = `CASE WHEN number % 2 = 0 THEN '1230000109' WHEN number % 20 = 1 THEN '1900000109' ELSE '1230000110' END`
const PAYER = `CASE WHEN number % 2 = 0 THEN 'payer-of-粤B10001' ELSE 'bench-payer' || (number % 1000) END`
const PLATE = `CASE WHEN number % 2 = 0 THEN '粤B10001' ELSE '粤X' || (10000 + number % 1000) END`
/** A minute has a thousand rows, so that many have the same time. */
const TIME = '1767225600000 + number / 1000 * 60000'

const PAYERS = `INSERT INTO payers (payer_id, score) ${NUMBERS} SELECT 'bench-payer' || number, 700 FROM numbers`

const STATEMENTS = [
  `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url, start_time, parking_name,
                         free_duration, create_time, content_digest)
   ${NUMBERS} SELECT 'row' || number, ${MCHID}, '', 'row' || number, ${PLATE}, 'BLUE', 'https://example.com/n',
                     '2026-01-01T08:00:00+08:00', '欢乐海岸停车场', 0, ${TIME}, '' FROM numbers`,
  `INSERT INTO orders (mchid, out_trade_no, product, trade_type, appid, sub_mchid, sub_appid, description, attach, goods_tag,
                       notify_url, profit_sharing, create_time, transaction_id, trade_state, success_time, scene, payer_id, openid,
                       sub_openid, total, currency, content_digest)
   ${NUMBERS} SELECT ${MCHID}, 'row' || number, 'parking', 'PAP', 'wxcbda96de0b165486', '', '', '停车场扣费', '', '',
                     'https://example.com/n', 'N', ${TIME}, '4200' || number,
                     CASE WHEN number % 100000 = 8 THEN 'PAY_FAIL' WHEN number % 100000 = 7 THEN 'ACCEPTED' ELSE 'SUCCESS' END,
                     ${TIME}, '{}', ${PAYER}, 'o' || number, '', 1000, 'CNY', '' FROM numbers`,
  `INSERT INTO refunds (mchid, out_refund_no, refund_id, sub_mchid, out_trade_no, transaction_id, reason, notify_url,
                        asked_funds_account, amount_from, goods_detail, content_digest, refund, total, currency, payer_total,
                        payer_refund, settlement_total, settlement_refund, discount_refund, refund_fee, promotion_detail, status,
                        channel, user_received_account, destination, funds_account, create_time)
   ${NUMBERS} SELECT ${MCHID}, 'row' || number, 'refund' || number, '', 'row' || number, '4200' || number, '', '', '', '', '', '',
                     1, 1000, 'CNY', 1000, 1, 1000, 1, 0, 0, '',
                     CASE WHEN number % 100000 = 8 THEN 'ABNORMAL' ELSE 'SUCCESS' END,
                     'ORIGINAL', '', 'wallet', 'AVAILABLE', ${TIME} FROM numbers`,
  `INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state, subject)
   ${NUMBERS} SELECT 'row' || (1000000000 + number), ${MCHID}, 'https://example.com/n',
                     CASE WHEN number % 4 = 1 THEN 'refunds' ELSE 'parking' END,
                     CASE WHEN number % 4 = 1 THEN 'REFUND.SUCCESS' ELSE 'TRANSACTION.SUCCESS' END, 'transaction', '', ${TIME}, '{}',
                     CASE WHEN number % 100000 = 8 THEN 'EXHAUSTED' ELSE 'DELIVERED' END,
                     'order/1230000109/row' || number FROM numbers`,
]

/** Makes `count` entries, orders, refunds and notices each, by SQL that both engines take. */
export async function seedLists(db: Database, count: number): Promise<void> {
  await db.transaction(tx => tx.run(PAYERS, 0, 999))
  for (let first = 0; first < count; first += AT_ONCE)
    for (const statement of STATEMENTS)
      await db.transaction(tx => tx.run(statement, first, Math.min(first + AT_ONCE, count) - 1))
}
