import type { Kind } from '../../src/products/basic/payments/kinds.ts'
import type { PaymentResult } from '../../src/products/basic/payments/payment-results.ts'
import { UNPAID_ORDER } from '../../src/products/basic/payments/seed.ts'
import type { Statements } from '../../src/store/database.ts'
import type { SoldRow } from './snapshot.ts'

/** An order of the basic payments as far as the invariants look at it. */
export interface PaymentRow extends SoldRow {
  trade_type: string
  description: string
  attach: string
  create_time: number
  sub_openid: string
  payer_id: string | null
  /** Null, like all that follows, of a number that was closed before it was ordered. */
  kind: Kind | null
  bound_payer_id: string | null
  attempts: number | null
  asking: string | null
  due_at: number | null
  /** Whether a bank was asked and has not answered. */
  waits: number
}

/** What a payer did, with the order that it was about; the numbers are empty when no order was opened. */
export interface ResultRow {
  payer_id: string
  payment_id: string
  mchid: string
  out_trade_no: string
  state: PaymentResult['state']
  create_time: number
}

/** All orders but those that the sandbox has from its start. */
export function readPayments(db: Statements): Promise<PaymentRow[]> {
  return db.all<PaymentRow>(
    `SELECT o.mchid, sub_mchid, o.out_trade_no, trade_type, trade_state, description, attach, create_time, transaction_id,
            success_time, bank_type, total, openid, sub_openid, o.payer_id, payer_total, discount_total, promotion_detail,
            settlement_total, fee, refund_total, refund_count,
            kind, p.payer_id AS bound_payer_id, attempts, asking, due_at,
            (SELECT COUNT(*) FROM bank_payments b
              WHERE b.subject = 'order/' || o.mchid || '/' || o.out_trade_no AND b.state = 'PENDING') AS waits
       FROM orders o LEFT JOIN basic_payments p ON p.mchid = o.mchid AND p.out_trade_no = o.out_trade_no
      WHERE o.product = 'payments' AND o.out_trade_no <> $1`,
    UNPAID_ORDER,
  )
}

export function readResults(db: Statements): Promise<ResultRow[]> {
  return db.all<ResultRow>(
    `SELECT payer_id, payment_id, mchid, out_trade_no, state, create_time FROM payer_payments ORDER BY payer_id, payment_id`,
  )
}
