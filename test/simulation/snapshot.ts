import type { Promotion } from '../../src/funding/coupons.ts'
import type { TradeState } from '../../src/orders/order-state.ts'
import type { PaymentResult } from '../../src/products/basic/payments/contract.ts'
import type { Refund, RefundResult } from '../../src/products/common/refunds/contract.ts'
import type { EntranceStateChange, TransactionResult } from '../../src/products/industry/parking/contract.ts'
import type { Usability } from '../../src/products/industry/parking/plate-service.ts'
import { usabilityOf } from '../../src/products/industry/parking/plate-service.ts'
import type { Statements } from '../../src/store/database.ts'
import { orderKey } from './history.ts'
import { type PaymentRow, type ResultRow, readPayments, readResults } from './payment-snapshot.ts'
import { refundKey } from './refund-history.ts'

/** What every product's orders have, as far as the invariants look at it. */
export interface SoldRow {
  mchid: string
  sub_mchid: string
  out_trade_no: string
  trade_state: TradeState
  transaction_id: string | null
  success_time: number | null
  bank_type: string | null
  openid: string
  total: number
  payer_total: number | null
  discount_total: number | null
  promotion_detail: string
  settlement_total: number | null
  fee: number | null
  refund_total: number
  refund_count: number
}

/** An order of parking. */
export interface OrderRow extends SoldRow {
  user_repaid: 'Y' | 'N' | null
  parking_id: string
  deduction_attempts: number
  /** Attempts of earlier charges under the number, which have failed. */
  attempts_before: number
  /** Whether its payer has paid an advance back; a refund can end an advance too. */
  repayments: number
}

/** A refund as far as the invariants look at it. */
export interface RefundRow {
  mchid: string
  sub_mchid: string
  out_refund_no: string
  refund_id: string
  out_trade_no: string
  transaction_id: string
  notify_url: string
  refund: number
  total: number
  payer_total: number
  payer_refund: number
  settlement_total: number
  settlement_refund: number
  discount_refund: number
  refund_fee: number
  promotion_detail: string
  status: Refund['status']
  channel: Refund['channel']
  user_received_account: string
  destination: string
  funds_account: Refund['funds_account'] | ''
  create_time: number
  success_time: number | null
  abnormal_time: number | null
  closed_time: number | null
}

/** The newest stay of a plate. */
export interface StayRow {
  id: string
  mchid: string
  out_parking_no: string
  plate_number: string
  create_time: number
  usability: Usability
}

/** A row of the outbox with its plaintext. */
export interface NoticeRow {
  id: string
  event_type: string
  create_time: number
  /** 0 where others about the same may overtake it. */
  sequence: number
  resource: EntranceStateChange | TransactionResult | RefundResult | PaymentResult
}

/** What is committed at one moment. */
export interface Snapshot {
  /** Those of parking. */
  orders: ReadonlyMap<string, OrderRow>
  payments: ReadonlyMap<string, PaymentRow>
  /** What payers did with payments. */
  results: readonly ResultRow[]
  refunds: ReadonlyMap<string, RefundRow>
  /** The newest stay of each plate, by its id. */
  stays: ReadonlyMap<string, StayRow>
  /** Notices that were written since the snapshot before. */
  newNotices: readonly NoticeRow[]
}

/** Takes one snapshot after the other. */
export class Snapshots {
  readonly #db: Statements
  readonly #noticed = new Map<string, NoticeRow>()
  #noticedUntil = 0

  constructor(db: Statements) {
    this.#db = db
  }

  /** All rows that the outbox has had, by id. */
  get notices(): ReadonlyMap<string, NoticeRow> {
    return this.#noticed
  }

  async take(): Promise<Snapshot> {
    const orders = await this.#db.all<OrderRow>(
      `SELECT o.mchid, sub_mchid, o.out_trade_no, trade_state, transaction_id, success_time, bank_type, user_repaid, parking_id, total,
              openid, deduction_attempts, attempts_before,
              payer_total, discount_total, promotion_detail, settlement_total, fee, refund_total, refund_count,
              (SELECT COUNT(*) FROM ledger_transfers l
                WHERE user_repaid IS NOT NULL AND l.kind = 'repayment'
                  AND l.subject = 'order/' || o.mchid || '/' || o.out_trade_no) AS repayments
         FROM orders o JOIN parking_charges c ON c.mchid = o.mchid AND c.out_trade_no = o.out_trade_no`,
    )
    const refunds = await this.#db.all<RefundRow>(
      `SELECT mchid, sub_mchid, out_refund_no, refund_id, out_trade_no, transaction_id, notify_url, refund, total, payer_total,
              payer_refund, settlement_total, settlement_refund, discount_refund, refund_fee, promotion_detail, status, channel,
              user_received_account, destination, funds_account, create_time, success_time, abnormal_time, closed_time
         FROM refunds ORDER BY mchid, out_refund_no`,
    )
    const stays = await this.#stays()
    const payments = await readPayments(this.#db)
    return {
      orders: new Map(orders.map(order => [orderKey(order.mchid, order.out_trade_no), order])),
      payments: new Map(payments.map(payment => [orderKey(payment.mchid, payment.out_trade_no), payment])),
      results: await readResults(this.#db),
      refunds: new Map(refunds.map(refund => [refundKey(refund.mchid, refund.out_refund_no), refund])),
      stays: new Map(stays.map(stay => [stay.id, stay])),
      newNotices: await this.#newNotices(),
    }
  }

  async #stays(): Promise<StayRow[]> {
    const rows = await this.#db.all<
      Omit<StayRow, 'usability'> & {
        service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
        arrears: number | null
        score: number | null
      }
    >(
      `SELECT p.id, p.mchid, p.out_parking_no, p.plate_number, p.create_time, s.service_state, o.arrears, o.score
         FROM latest_parkings l
         JOIN parkings p ON p.id = l.parking_id
         LEFT JOIN plates s ON s.plate_number = l.plate_number AND s.plate_color = l.plate_color
         LEFT JOIN payers o ON o.payer_id = s.payer_id`,
    )
    return rows.map(({ service_state, arrears, score, ...stay }) => ({
      ...stay,
      usability: usabilityOf({
        service_state: service_state ?? 'OUT_SERVICE',
        arrears: arrears ?? 0,
        score: score ?? 0,
      }),
    }))
  }

  async #newNotices(): Promise<NoticeRow[]> {
    const rows = await this.#db.all<Omit<NoticeRow, 'resource'> & { resource: string }>(
      'SELECT id, event_type, create_time, COALESCE(sequence, 0) AS sequence, resource FROM notices WHERE create_time >= $1 ORDER BY create_time, sequence',
      this.#noticedUntil,
    )
    const added: NoticeRow[] = []
    for (const row of rows) {
      this.#noticedUntil = Math.max(this.#noticedUntil, row.create_time)
      if (this.#noticed.has(row.id)) continue
      const notice: NoticeRow = { ...row, resource: JSON.parse(row.resource) }
      this.#noticed.set(row.id, notice)
      added.push(notice)
    }
    return added
  }
}

/** The orders of all products. */
export function allOrders({ orders, payments }: Snapshot): ReadonlyMap<string, SoldRow> {
  return new Map<string, SoldRow>([...orders, ...payments])
}

/** The coupons that an order has used. */
export function promotionsOf({
  promotion_detail,
}: Pick<SoldRow, 'promotion_detail'>): Pick<Promotion, 'coupon_id' | 'type' | 'amount'>[] {
  return promotion_detail === '' ? [] : JSON.parse(promotion_detail)
}

/** What a refund takes from each coupon of its order. */
export function refundedPromotionsOf({
  promotion_detail,
}: RefundRow): NonNullable<Refund['promotion_detail']> {
  return promotion_detail === '' ? [] : JSON.parse(promotion_detail)
}
