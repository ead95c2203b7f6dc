import type { TransactionResult } from '../../src/products/industry/parking/contract.ts'
import type { Statements } from '../../src/store/database.ts'
import type { Account } from './accountant.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** How a bill calls the way of paying: of basic payments by the call that has ordered them, of all others parking's. */
const TRADE_TYPE = `COALESCE(CASE kind WHEN 'H5' THEN 'MWEB' WHEN 'MINI_PROGRAM' THEN 'JSAPI' ELSE kind END, 'PAP') AS trade_type`
const PAYMENT_OF_ORDER = 'LEFT JOIN basic_payments p ON p.mchid = t.mchid AND p.out_trade_no = t.out_trade_no'

/** An order that was paid on the day. */
export interface PaidOrder {
  mchid: string
  sub_mchid: string
  out_trade_no: string
  transaction_id: string
  total: number
  settlement_total: number
  fee: number
  trade_type: string
}

/** A refund that was accepted on the day. */
export interface AcceptedRefund {
  mchid: string
  sub_mchid: string
  out_refund_no: string
  refund_id: string
  out_trade_no: string
  notify_url: string
  refund: number
  settlement_refund: number
  refund_fee: number
  success_time: number | null
  closed_time: number | null
  abnormal_time: number | null
  trade_type: string
}

/** Something that changed an account's balance; less than nothing when it took from it. */
export interface Flow {
  /** 业务类型. */
  type: '交易' | '扣除交易手续费' | '退款' | '充值' | '提现'
  amount: number
  /** 业务凭证号 of orders and refunds. */
  number: string
}

interface Transfer {
  subject: string
  entry: string
  kind: string
  debit_account: string
  credit_account: string
  amount: number
}

const ACCOUNTS: Record<Account, readonly string[]> = {
  BASIC: ['pending', 'held', 'available'],
  OPERATION: ['operation'],
  FEES: ['fees'],
}

const TYPES: Readonly<Record<string, Flow['type']>> = {
  charge: '交易',
  coupon: '交易',
  fee: '扣除交易手续费',
  fee_return: '退款',
  refund: '退款',
  top_up: '充值',
  withdrawal: '提现',
}

/** What the platform's own tables say of a day that is over. */
export class DayBooks {
  readonly begin: number
  readonly end: number
  /** The instant as of which the bills of the day are. */
  readonly snapshot: number
  readonly payments: readonly PaidOrder[]
  readonly refunds: readonly AcceptedRefund[]
  /** Orders that were reported to a merchant as paid, as `mchid/out_trade_no`. */
  readonly noticedPayments: ReadonlySet<string>
  /** Refunds that were reported to a merchant as arrived, before the bills were made. */
  readonly noticedRefunds: ReadonlySet<string>
  readonly #transfers: readonly Transfer[]
  readonly #balances: ReadonlyMap<string, number>

  private constructor(
    begin: number,
    read: Pick<DayBooks, 'payments' | 'refunds' | 'noticedPayments' | 'noticedRefunds'>,
    transfers: Transfer[],
    balances: Map<string, number>,
  ) {
    this.begin = begin
    this.end = begin + DAY
    this.snapshot = begin + DAY + 9 * HOUR
    this.payments = read.payments
    this.refunds = read.refunds
    this.noticedPayments = read.noticedPayments
    this.noticedRefunds = read.noticedRefunds
    this.#transfers = transfers
    this.#balances = balances
  }

  static async read(db: Statements, begin: number): Promise<DayBooks> {
    const end = begin + DAY
    const payments = await db.all<PaidOrder>(
      `SELECT t.mchid, sub_mchid, t.out_trade_no, transaction_id, total, settlement_total, fee, ${TRADE_TYPE}
         FROM orders t ${PAYMENT_OF_ORDER} WHERE success_time >= $1 AND success_time < $2`,
      begin,
      end,
    )
    const refunds = await db.all<AcceptedRefund>(
      `SELECT t.mchid, sub_mchid, out_refund_no, refund_id, t.out_trade_no, notify_url, refund, settlement_refund,
              refund_fee, success_time, closed_time, abnormal_time, ${TRADE_TYPE}
         FROM refunds t ${PAYMENT_OF_ORDER} WHERE create_time >= $1 AND create_time < $2`,
      begin,
      end,
    )
    const transfers = await db.all<Transfer>(
      `SELECT subject, entry, kind, debit_account, credit_account, amount FROM ledger_transfers
        WHERE state = 'POSTED' AND business_time >= $1 AND business_time < $2`,
      begin,
      end,
    )
    const balances = await db.all<{ account: string; balance: number }>(
      `SELECT account, CAST(SUM(amount) AS BIGINT) AS balance
         FROM (SELECT credit_account AS account, amount FROM ledger_transfers WHERE state = 'POSTED' AND business_time < $1
               UNION ALL
               SELECT debit_account, -amount FROM ledger_transfers WHERE state = 'POSTED' AND business_time < $1) AS moved
        WHERE account LIKE 'merchant/%' GROUP BY account`,
      end,
    )
    const noticedPayments = await noticed(db, 'TRANSACTION.SUCCESS', begin, end)
    const noticedRefunds = await noticed(db, 'REFUND.SUCCESS', begin, end + 9 * HOUR + 1)
    const byAccount = new Map(balances.map(({ account, balance }) => [account, balance]))
    return new DayBooks(begin, { payments, refunds, noticedPayments, noticedRefunds }, transfers, byAccount)
  }

  /** What moved on an account of a merchant, as the ledger has it; several transfers of one order or refund are one. */
  flowsOf(mchid: string, account: Account): Flow[] {
    const own = new Set(ACCOUNTS[account].map(book => `merchant/${mchid}/${book}`))
    const flows = new Map<string, Flow>()
    for (const { subject, entry, kind, debit_account, credit_account, amount } of this.#transfers) {
      const [isIn, isOut] = [own.has(credit_account), own.has(debit_account)]
      if (isIn === isOut) continue
      const type = TYPES[kind] ?? '交易'
      const isOfRefund = kind === 'refund' || kind === 'fee_return'
      const number = (isOfRefund ? entry.split('/')[1] : subject.split('/')[2]) ?? ''
      const key = `${type} ${subject} ${isOfRefund ? number : ''}`
      const flow = flows.get(key) ?? { type, amount: 0, number }
      flow.amount += isIn ? amount : -amount
      flows.set(key, flow)
    }
    return [...flows.values()]
  }

  /** What an account of a merchant had when the day ended. */
  balanceOf(mchid: string, account: Account): number {
    return ACCOUNTS[account].reduce(
      (sum, book) => sum + (this.#balances.get(`merchant/${mchid}/${book}`) ?? 0),
      0,
    )
  }
}

async function noticed(db: Statements, eventType: string, from: number, until: number): Promise<Set<string>> {
  const rows = await db.all<{ resource: string }>(
    'SELECT resource FROM notices WHERE event_type = $1 AND create_time >= $2 AND create_time < $3',
    eventType,
    from,
    until,
  )
  const reported = rows.map(
    ({ resource }) =>
      JSON.parse(resource) as Partial<TransactionResult> & { mchid?: string; out_refund_no?: string },
  )
  return new Set(
    reported.map(
      ({ mchid, sp_mchid, out_trade_no, out_refund_no }) =>
        `${mchid ?? sp_mchid}/${out_refund_no ?? out_trade_no}`,
    ),
  )
}
