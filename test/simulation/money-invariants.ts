import { auditLedger } from '../../src/ledger/audit.ts'
import type { SqlValue, Statements } from '../../src/store/database.ts'
import type { Invariant, View } from './invariants.ts'
import { allOrders, promotionsOf } from './snapshot.ts'

/** All accounts of a merchant, its bank account outside among them. */
const ACCOUNTS_OF_MERCHANTS = ['pending', 'held', 'available', 'fees', 'operation', 'refunding', 'bank']
  .map(book => `'merchant/' || m.mchid || '/${book}'`)
  .join(', ')

/** What is true of all books, the platform's and the banks'. */
export const MONEY = {
  /** The whole audit every now and then; what it finds between two of them is looked for in the sums after every step. */
  async booksBalance({ db, isThorough }) {
    if (isThorough) return auditLedger(db)
    return sentences(
      db,
      `SELECT 'All balances sum to ' || balance || ', ' || debits || ' fen of debits and ' || credits ||
              ' of credits are pending, in transfers ' || promised AS what
         FROM (SELECT CAST(SUM(balance) AS BIGINT) AS balance, CAST(SUM(pending_debits) AS BIGINT) AS debits,
                      CAST(SUM(pending_credits) AS BIGINT) AS credits,
                      (SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM ledger_transfers
                        WHERE state = 'PENDING') AS promised FROM ledger_accounts) AS sums
        WHERE balance <> 0 OR debits <> promised OR credits <> promised`,
    )
  },

  arrearsAreOverdueAdvances({ db }) {
    return sentences(
      db,
      `SELECT 'Payer ' || payer_id || ' is ' || arrears || ' fen in arrears, and ' || overdue || ' are overdue' AS what
         FROM (SELECT o.payer_id, o.arrears,
                      (SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM advances a
                        WHERE a.payer_id = o.payer_id AND a.state = 'OVERDUE') AS overdue FROM payers o) AS owing
        WHERE arrears <> overdue`,
    )
  },

  repaidOrdersSaySo({ db }) {
    return sentences(
      db,
      `SELECT 'The advance for ' || a.subject || ' is ' || a.state || ', and the order says ' ||
              COALESCE(t.user_repaid, 'nothing') AS what
         FROM advances a JOIN orders t ON a.subject = 'order/' || t.mchid || '/' || t.out_trade_no
        WHERE COALESCE(t.user_repaid, '') <> CASE a.state WHEN 'REPAID' THEN 'Y' ELSE 'N' END`,
    )
  },

  /** What was collected before the last midnight that was settled is not pending any more. */
  async settledDaysLeaveNothing({ db }) {
    // A transaction of another node may have begun before midnight and be committed after it.
    if (db.shared) return []
    const last = await db.get<{ day: string | null }>('SELECT MAX(day) AS day FROM settled_days')
    if (!last?.day) return []
    return sentences(
      db,
      `SELECT account || ' has ' || balance || ' fen from before the last settled day' AS what
         FROM ledger_accounts l
        WHERE account LIKE 'merchant/%/pending' AND balance > 0
          AND balance > (SELECT CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) FROM ledger_transfers t
                          WHERE t.credit_account = l.account AND t.state = 'POSTED' AND t.business_time >= $1)`,
      Date.parse(`${last.day}T00:00:00+08:00`) + 24 * 60 * 60 * 1000,
    )
  },

  advancesAreBooked({ db }) {
    return sentences(
      db,
      `SELECT 'The advance account of ' || payer_id || ' has ' || balance || ', and ' || unpaid || ' are unpaid' AS what
         FROM (SELECT o.payer_id, l.balance,
                      (SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM advances a
                        WHERE a.payer_id = o.payer_id AND a.state <> 'REPAID') AS unpaid
                 FROM payers o JOIN ledger_accounts l ON l.account = 'payer/' || o.payer_id || '/advance') AS owing
        WHERE -balance <> unpaid`,
    )
  },

  holdsAreBooked({ db }) {
    return sentences(
      db,
      `SELECT 'The held account of ' || mchid || ' has ' || balance || ', and ' || held || ' are on hold' AS what
         FROM (SELECT m.mchid, l.balance,
                      (SELECT CAST(COALESCE(SUM(h.amount), 0) AS BIGINT) FROM profit_sharing_holds h
                        WHERE h.mchid = m.mchid AND h.due_at IS NOT NULL) AS held
                 FROM merchants m JOIN ledger_accounts l ON l.account = 'merchant/' || m.mchid || '/held') AS holding
        WHERE balance <> held`,
    )
  },

  async couponsAreUsedOnce({ db, now }) {
    const users = new Map<string, string>()
    const found: string[] = []
    for (const order of allOrders(now).values()) {
      for (const { coupon_id } of promotionsOf(order)) {
        const subject = `order/${order.mchid}/${order.out_trade_no}`
        if (users.has(coupon_id))
          found.push(`Coupon ${coupon_id} is used by ${users.get(coupon_id)} and ${subject}`)
        users.set(coupon_id, subject)
      }
    }
    const used = await db.all<{ coupon_id: string; subject: string }>(
      `SELECT coupon_id, subject FROM coupons WHERE state = 'USED'`,
    )
    for (const { coupon_id, subject } of used) {
      if (users.get(coupon_id) !== subject)
        found.push(`Coupon ${coupon_id} is used for ${subject}, which has not got it`)
      users.delete(coupon_id)
    }
    for (const [coupon_id, subject] of users)
      found.push(`${subject} has coupon ${coupon_id}, which is not used`)
    return found
  },

  couponFundsCoverCoupons({ db }) {
    return sentences(
      db,
      `SELECT 'Stock ' || stock_id || ' has ' || balance || ' for coupons of ' || owed AS what
         FROM (SELECT s.stock_id, l.balance - l.pending_debits AS balance,
                      s.amount * (SELECT COUNT(*) FROM coupons c
                                   WHERE c.stock_id = s.stock_id AND c.state = 'SENDED') AS owed
                 FROM coupon_stocks s JOIN ledger_accounts l ON l.account = 'coupon/' || s.stock_id || '/fund'
                WHERE s.state = 'RUNNING') AS stocks
        WHERE balance < owed`,
    )
  },

  promisesWaitForABank({ db }) {
    return sentences(
      db,
      `SELECT 'Money is promised for ' || l.subject || ' without a bank that was asked' AS what
         FROM ledger_transfers l
        WHERE l.state = 'PENDING'
          AND NOT EXISTS (SELECT 1 FROM bank_payments b WHERE b.subject = l.subject AND b.state = 'PENDING')
       UNION ALL
       SELECT 'Coupon ' || c.coupon_id || ' is locked for ' || c.subject || ' without a bank that was asked'
         FROM coupons c
        WHERE c.state = 'LOCKED'
          AND NOT EXISTS (SELECT 1 FROM bank_payments b WHERE b.subject = c.subject AND b.state = 'PENDING')`,
    )
  },

  oneOrderOneCharge({ db }) {
    return sentences(
      db,
      `SELECT 'Order ' || mchid || '/' || out_trade_no || ' is ' || trade_state || ' with ' || charges ||
              ' charges of ' || charged || ' fen instead of ' || COALESCE(payer_total, 0) AS what
         FROM (SELECT t.mchid, t.out_trade_no, t.trade_state, t.payer_total, COUNT(l.amount) AS charges,
                      CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS charged
                 FROM orders t
                 LEFT JOIN ledger_transfers l ON l.subject = 'order/' || t.mchid || '/' || t.out_trade_no
                                             AND l.kind = 'charge' AND l.state = 'POSTED'
                GROUP BY t.mchid, t.out_trade_no, t.trade_state, t.payer_total) AS booked
        WHERE charges <> CASE WHEN trade_state IN ('SUCCESS', 'REFUND') THEN 1 ELSE 0 END OR charged <> COALESCE(payer_total, 0)`,
    )
  },

  bankAndLedgerAgree,

  /**
   * A merchant has what its orders are worth, less what has reached those who were refunded: a NOCASH coupon makes an order
   * less, fees are the platform's share of it, and the merchant's bank account has what it took out.
   */
  async merchantsGetWhatIsTheirs({ db, now }) {
    const earned = new Map<string, number>()
    const earn = ({ mchid, sub_mchid }: { mchid: string; sub_mchid: string }, amount: number) =>
      earned.set(sub_mchid || mchid, (earned.get(sub_mchid || mchid) ?? 0) + amount)
    for (const order of allOrders(now).values()) {
      if (order.success_time === null) continue
      const unpaid = promotionsOf(order).filter(({ type }) => type === 'NOCASH')
      earn(order, order.total - unpaid.reduce((sum, { amount }) => sum + amount, 0))
    }
    for (const refund of now.refunds.values()) {
      const { status, destination, settlement_refund, payer_refund } = refund
      const kept = destination === 'merchant_bank_card' ? payer_refund : 0
      if (status === 'SUCCESS') earn(refund, kept - settlement_refund)
    }
    const booked = await db.all<{ mchid: string; booked: number }>(
      `SELECT m.mchid, CAST(SUM(l.balance) AS BIGINT) AS booked
         FROM merchants m JOIN ledger_accounts l ON l.account IN (${ACCOUNTS_OF_MERCHANTS})
        GROUP BY m.mchid`,
    )
    return booked
      .filter(({ mchid, booked }) => booked !== (earned.get(mchid) ?? 0))
      .map(({ mchid, booked }) => `Merchant ${mchid} has earned ${earned.get(mchid) ?? 0} and has ${booked}`)
  },
} as const satisfies Record<string, Invariant>

/** What is true of them when nothing is under way. */
export const MONEY_AT_THE_END = {
  nothingIsLeft({ db }) {
    return sentences(
      db,
      `SELECT 'Order ' || mchid || '/' || out_trade_no || ' is still accepted' AS what
         FROM orders WHERE trade_state = 'ACCEPTED'
       UNION ALL SELECT 'Bank payment ' || payment_id || ' is still pending' FROM bank_payments WHERE state = 'PENDING'
       UNION ALL SELECT 'Repayment ' || repayment_id || ' is still pending' FROM repayments WHERE state = 'PENDING'
       UNION ALL SELECT 'Transfer ' || subject || ' is still pending' FROM ledger_transfers WHERE state = 'PENDING'
       UNION ALL SELECT 'Notice ' || id || ' is still pending' FROM notices WHERE state = 'PENDING'
       UNION ALL SELECT 'Coupon ' || coupon_id || ' is still locked' FROM coupons WHERE state = 'LOCKED'
       UNION ALL SELECT 'Hold ' || subject || ' is not released' FROM profit_sharing_holds WHERE due_at IS NOT NULL
       UNION ALL SELECT account || ' still has ' || balance || ' fen, days after the last charge'
                   FROM ledger_accounts WHERE account LIKE 'merchant/%/pending' AND balance <> 0
       UNION ALL SELECT 'Stock ' || s.stock_id || ' has ended and keeps ' || l.balance || ' fen'
                   FROM coupon_stocks s JOIN ledger_accounts l ON l.account = 'coupon/' || s.stock_id || '/fund'
                  WHERE s.state = 'ENDED' AND l.balance <> 0`,
    )
  },
} as const satisfies Record<string, Invariant>

async function bankAndLedgerAgree({ db, bank }: View): Promise<string[]> {
  const found = [...bank.breaches]
  const asked = await db.all<{
    payment_id: string
    subject: string
    amount: number
    state: string
    booked: number
  }>(
    `SELECT b.payment_id, b.subject, b.amount, b.state,
            (SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM ledger_transfers l
              WHERE l.state = 'POSTED' AND l.debit_account = 'bank/clearing'
                AND ((l.kind = 'charge' AND l.subject = b.subject) OR
                     (l.kind = 'repayment' AND l.entry = b.subject))) AS booked
       FROM bank_payments b`,
  )
  const bySubject = Map.groupBy(asked, ({ subject }) => subject)
  for (const [subject, payments] of bySubject) {
    const paid = payments.filter(({ payment_id }) => bank.paidFor(payment_id) > 0)
    if (paid.length > 1) found.push(`Banks have paid ${paid.length} times for ${subject}`)
    for (const { payment_id, amount, state } of payments) {
      if (state === 'PENDING') continue
      const expected = state === 'APPROVED' ? amount : 0
      const taken = bank.paidFor(payment_id)
      if (taken !== expected) found.push(`The bank paid ${taken} for ${payment_id}, on record it is ${state}`)
    }
    if (payments.some(({ state }) => state === 'PENDING')) continue
    const taken = payments.reduce((sum, { payment_id }) => sum + bank.paidFor(payment_id), 0)
    const booked = payments[0]?.booked ?? 0
    if (taken !== booked) found.push(`Banks paid ${taken} for ${subject}, and ${booked} are booked`)
  }
  const known = new Set(asked.map(({ payment_id }) => payment_id))
  for (const paymentId of bank.payments.keys())
    if (!known.has(paymentId)) found.push(`The bank was asked for ${paymentId}, which is not on record`)
  return found
}

export async function sentences(db: Statements, sql: string, ...parameters: SqlValue[]): Promise<string[]> {
  return (await db.all<{ what: string }>(sql, ...parameters)).map(({ what }) => what)
}
