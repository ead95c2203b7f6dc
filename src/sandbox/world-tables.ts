import type { Transaction } from '../store/database.ts'

/**
 * The tables of the world with their keys: each comes after those that it refers to. The platform's own keys, the history of
 * migrations and the record of what was done to the world are not of it.
 */
export const WORLD_TABLES: readonly { readonly name: string; readonly key: readonly string[] }[] = [
  { name: 'merchants', key: ['mchid'] },
  { name: 'merchant_bindings', key: ['provider_mchid', 'sub_mchid'] },
  { name: 'app_bindings', key: ['appid', 'mchid'] },
  { name: 'merchant_certificates', key: ['serial_no'] },
  { name: 'owners', key: ['owner_id'] },
  { name: 'owner_openids', key: ['appid', 'openid'] },
  { name: 'plates', key: ['plate_number', 'plate_color'] },
  { name: 'ledger_accounts', key: ['account'] },
  { name: 'ledger_transfers', key: ['subject', 'entry'] },
  { name: 'cards', key: ['card_id'] },
  { name: 'bank_payments', key: ['payment_id'] },
  { name: 'scripted_cards', key: ['card_id'] },
  { name: 'scripted_payments', key: ['payment_id'] },
  { name: 'scripted_refunds', key: ['refund_id'] },
  { name: 'advances', key: ['subject'] },
  { name: 'repayments', key: ['repayment_id'] },
  { name: 'repaid_advances', key: ['repayment_id', 'subject'] },
  { name: 'coupon_stocks', key: ['stock_id'] },
  { name: 'coupon_stock_merchants', key: ['stock_id', 'mchid'] },
  { name: 'coupons', key: ['coupon_id'] },
  { name: 'profit_sharing_holds', key: ['subject'] },
  { name: 'settled_days', key: ['day'] },
  { name: 'parkings', key: ['id'] },
  { name: 'latest_parkings', key: ['plate_number', 'plate_color'] },
  { name: 'transactions', key: ['mchid', 'out_trade_no'] },
  { name: 'other_product_orders', key: ['mchid', 'out_trade_no'] },
  { name: 'refunds', key: ['mchid', 'out_refund_no'] },
  { name: 'bills', key: ['bill_id'] },
  { name: 'bill_makings', key: ['bill_id'] },
  { name: 'bill_chunks', key: ['bill_id', 'sequence'] },
  { name: 'notices', key: ['id'] },
  { name: 'notice_attempts', key: ['notice_id', 'attempt'] },
  { name: 'notice_replays', key: ['notice_id', 'replay_id'] },
  { name: 'faults', key: ['fault_id'] },
  { name: 'reminders', key: ['reminder_id'] },
  { name: 'business_clock', key: ['id'] },
  { name: 'clock_moves', key: ['move_id'] },
]

/** Tables that outlive what is done to the world. */
export const KEPT_TABLES = [
  'platform_keys',
  'schema_migrations',
  'world_changes',
  'refused_signatures',
  'store_checks',
] as const

/** Empties all tables of the world, and lets nobody write to them until the transaction ends. */
export async function emptyWorld(tx: Transaction): Promise<void> {
  if (tx.forUpdate === '') {
    for (const { name } of WORLD_TABLES.toReversed()) await tx.run(`DELETE FROM ${name}`)
  } else {
    // Other transactions may be under way on the tables, and this waits for them and locks them out.
    await tx.run(`TRUNCATE ${WORLD_TABLES.map(({ name }) => name).join(', ')}`)
  }
}
