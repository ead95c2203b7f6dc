import assert from 'node:assert/strict'
import type { Notice, NoticedTransaction, OwnPayment, OwnRefund, ReplyTo } from '../../src/sdk/index.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** The bills of a day are as of nine in the morning after it. */
const SNAPSHOT_AFTER_MS = DAY_MS + 9 * 60 * 60 * 1000
/** What the merchant's contract says, in hundredths of a percent. */
const FEE_RATE = 60

type Refund = ReplyTo<'refunds.createRefund'>

/** A payment on record, with what can still be given back. */
export interface RecordedPayment {
  bill: OwnPayment & { transaction_id: string; success_time: string; settlement_total: number; fee: number }
  rest: number
}

interface RecordedRefund {
  bill: OwnRefund & { create_time: string; settlement_refund: number; fee: number }
  /** What notices have said, each with the time that counts for a bill. */
  news: { status: 'SUCCESS' | 'CHANGE' | 'FAIL'; time: number }[]
}

/** The books of one merchant, from replies and notices only. */
export class OwnBooks {
  readonly payments = new Map<string, RecordedPayment>()
  readonly #refunds = new Map<string, RecordedRefund>()
  readonly #movements: { time: number; amount: number }[] = []
  /** Refunds that somebody has to decide about. */
  readonly abnormal: { refund_id: string; out_refund_no: string }[] = []
  /** How often each kind of notice was taken. */
  readonly met = new Map<string, number>()

  /** Takes a notice, perhaps for the second time. */
  take(notice: Notice): void {
    this.met.set(notice.event_type, (this.met.get(notice.event_type) ?? 0) + 1)
    switch (notice.event_type) {
      case 'TRANSACTION.SUCCESS':
        if (notice.kind === 'parking.transactionResult') this.#takePayment(notice.resource)
        return
      case 'REFUND.SUCCESS': {
        const { success_time = '', out_refund_no } = notice.resource
        this.#refundOf(out_refund_no).news.push({ status: 'SUCCESS', time: Date.parse(success_time) })
        return
      }
      case 'REFUND.ABNORMAL': {
        const { refund_id, out_refund_no } = notice.resource
        this.#refundOf(out_refund_no).news.push({ status: 'CHANGE', time: Date.parse(notice.create_time) })
        this.abnormal.push({ refund_id, out_refund_no })
        return
      }
      case 'REFUND.CLOSED':
        assert.fail('No refund of this month is given up')
    }
  }

  #takePayment(order: NoticedTransaction): void {
    const { out_trade_no, transaction_id = '', success_time = '', amount, attach, bank_type } = order
    if (this.payments.has(out_trade_no)) return
    const coupons = order.promotion_detail ?? []
    const sum = (type: string) =>
      coupons.filter(coupon => coupon.type === type).reduce((total, coupon) => total + coupon.amount, 0)
    const settlement_total = amount.total - sum('NOCASH')
    const fee = Math.round((settlement_total * FEE_RATE) / 10_000)
    this.payments.set(out_trade_no, {
      rest: amount.total,
      bill: {
        ...{ out_trade_no, transaction_id, success_time, total: amount.total, bank_type, attach },
        ...{ settlement_total, coupon_total: sum('CASH'), fee, fee_rate: '0.60%' },
      },
    })
  }

  /** Takes the reply to an application. */
  acceptRefund({
    out_refund_no,
    out_trade_no,
    refund_id,
    create_time,
    amount,
    promotion_detail = [],
  }: Refund): void {
    const { refund, settlement_refund, refund_fee = 0 } = amount
    const cash = promotion_detail.filter(({ type }) => type === 'CASH')
    const payment = this.payments.get(out_trade_no)
    assert.ok(payment && payment.rest >= refund)
    payment.rest -= refund
    this.#refunds.set(out_refund_no, {
      news: [],
      bill: {
        ...{ out_refund_no, out_trade_no, refund_id, create_time, refund, settlement_refund },
        coupon_refund: cash.reduce((sum, { refund_amount }) => sum + refund_amount, 0),
        // Zero has one sign.
        fee: 0 - refund_fee,
      },
    })
  }

  /** Money that the merchant has put into its basic account itself, or taken out. */
  move(time: number, amount: number): void {
    this.#movements.push({ time, amount })
  }

  /** What the trade bill of a day should say. */
  recordsOf(begin: number): (OwnPayment | OwnRefund)[] {
    const isOfDay = isWithin(begin)
    const payments = [...this.payments.values()].filter(({ bill }) => isOfDay(bill.success_time))
    const refunds = [...this.#refunds.values()].filter(({ bill }) => isOfDay(bill.create_time))
    return [
      ...payments.map(({ bill }) => bill),
      ...refunds.map(({ bill, news }) => {
        const known = news.filter(({ time }) => time <= begin + SNAPSHOT_AFTER_MS)
        return { ...bill, refund_status: known.at(-1)?.status ?? ('PROCESSING' as const) }
      }),
    ]
  }

  /** What the merchant has put in and taken out on a day, in fen. */
  movedOn(begin: number): number {
    return this.#movements
      .filter(({ time }) => time >= begin && time < begin + DAY_MS)
      .reduce((sum, { amount }) => sum + amount, 0)
  }

  #refundOf(outRefundNo: string): RecordedRefund {
    const refund = this.#refunds.get(outRefundNo)
    assert.ok(refund, `A notice is about refund ${outRefundNo}, which nobody has applied for`)
    return refund
  }
}

/** Whether an instant, RFC 3339, is of the day. */
function isWithin(begin: number): (time: string) => boolean {
  return time => Date.parse(time) >= begin && Date.parse(time) < begin + DAY_MS
}
