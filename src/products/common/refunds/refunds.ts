import { BANK_TYPES, type BankType } from '../../../funding/bank-types.ts'
import type { RefundToFund } from '../../../funding/refund-funds.ts'
import { formatTime } from '../../../protocol/time.ts'
import type { SqlValue, Statements, Transaction } from '../../../store/database.ts'
import type { Refund as RefundReply } from './contract.ts'
import type { RefundStatus } from './refund-state.ts'

/** Where the payer's part goes; a card by the number that it has with the payer's cards. */
export type Destination = 'wallet' | 'advance' | `card/${string}` | 'user_bank_card' | 'merchant_bank_card'

/** A refund as the table `refunds` has it: empty text where an optional text was not sent. */
export interface Refund {
  /** The merchant number that called. */
  mchid: string
  out_refund_no: string
  refund_id: string
  sub_mchid: string
  out_trade_no: string
  transaction_id: string
  reason: string
  notify_url: string
  asked_funds_account: string
  /** JSON, or empty; so are the goods. */
  amount_from: string
  goods_detail: string
  content_digest: string
  /** Fen, like all amounts. */
  refund: number
  total: number
  currency: string
  payer_total: number
  payer_refund: number
  settlement_total: number
  settlement_refund: number
  discount_refund: number
  refund_fee: number
  /** JSON, or empty. */
  promotion_detail: string
  status: RefundStatus
  channel: RefundReply['channel']
  user_received_account: string
  destination: Destination
  /** Empty while the refund waits for money of its merchant. */
  funds_account: RefundReply['funds_account'] | ''
  /** Business time in milliseconds, like all times of a refund. */
  create_time: number
  success_time: number | null
  abnormal_time: number | null
  closed_time: number | null
  /** How often a bank was asked without a clear answer. */
  unanswered: number
  due_at: number | null
}

export type RefundKey = Pick<Refund, 'mchid' | 'out_refund_no'>
export type RefundPromotion = NonNullable<RefundReply['promotion_detail']>[number]

/** What the wire calls the payer's wallet. */
export const WALLET_TEXT = '支付用户零钱'
/** What it calls the merchant's bank account. */
export const MERCHANT_BANK_TEXT = '商户结算银行账户'

/** A bank account as the user knows it, such as `招商银行信用卡0403`. */
export function bankAccountText(bankType: string, account: string): string {
  const bank = BANK_TYPES[bankType as BankType] ?? ''
  const digits = account.replaceAll(/\D/g, '')
  return `${bank.replaceAll(/[()]/g, '')}${(digits || account).slice(-4)}`
}

/** The refund under a merchant's number; `lock` is the clause of a transaction that is going to change it. */
export function findRefund(
  db: Statements,
  { mchid, out_refund_no }: RefundKey,
  lock: Transaction['forUpdate'] = '',
): Promise<Refund | undefined> {
  return db.get<Refund>(
    `SELECT * FROM refunds WHERE mchid = $1 AND out_refund_no = $2 ${lock}`,
    mchid,
    out_refund_no,
  )
}

/** What refunds have taken from an order; those that were given up have taken nothing. */
export function listRefundsOf(
  db: Statements,
  { mchid, out_trade_no }: Pick<Refund, 'mchid' | 'out_trade_no'>,
): Promise<Pick<Refund, 'settlement_refund' | 'refund_fee' | 'promotion_detail'>[]> {
  return db.all(
    `SELECT settlement_refund, refund_fee, promotion_detail FROM refunds
      WHERE mchid = $1 AND out_trade_no = $2 AND status <> 'CLOSED'`,
    mchid,
    out_trade_no,
  )
}

const WRITTEN_ONCE = [
  'mchid',
  'out_refund_no',
  'refund_id',
  'sub_mchid',
  'out_trade_no',
  'transaction_id',
  'reason',
  'notify_url',
  'asked_funds_account',
  'amount_from',
  'goods_detail',
  'content_digest',
  'refund',
  'total',
  'currency',
  'payer_total',
  'payer_refund',
  'settlement_total',
  'settlement_refund',
  'discount_refund',
  'refund_fee',
  'promotion_detail',
  'create_time',
] as const satisfies (keyof Refund)[]
const CHANGING = [
  'status',
  'channel',
  'user_received_account',
  'destination',
  'funds_account',
  'success_time',
  'abnormal_time',
  'closed_time',
  'unanswered',
  'due_at',
] as const satisfies (keyof Refund)[]

const COLUMNS = [...WRITTEN_ONCE, ...CHANGING]
const INSERT = `INSERT INTO refunds (${COLUMNS.join(', ')})
                VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')}) ON CONFLICT DO NOTHING`
const UPDATE = `UPDATE refunds SET ${CHANGING.map((column, index) => `${column} = $${index + 3}`).join(', ')}
                 WHERE mchid = $1 AND out_refund_no = $2`

/** Writes an accepted refund. Answers false when its number is taken. */
export async function insertRefund(tx: Statements, refund: Refund): Promise<boolean> {
  return (await tx.run(INSERT, ...COLUMNS.map((column): SqlValue => refund[column] ?? null))) === 1
}

/** Writes what can change of a refund, whose row the caller has locked. */
export async function updateRefund(tx: Statements, refund: Refund): Promise<void> {
  const values = CHANGING.map((column): SqlValue => refund[column] ?? null)
  await tx.run(UPDATE, refund.mchid, refund.out_refund_no, ...values)
}

/** The coupons' parts of a refund. */
export function promotionsOf({ promotion_detail }: Pick<Refund, 'promotion_detail'>): RefundPromotion[] {
  return promotion_detail ? (JSON.parse(promotion_detail) as RefundPromotion[]) : []
}

/** What the merchant wants taken from where. */
export function fromOf({ amount_from }: Pick<Refund, 'amount_from'>): RefundToFund['from'] {
  return amount_from ? (JSON.parse(amount_from) as RefundToFund['from']) : []
}

/** Whose money it is: the sub-merchant's in partner mode. */
export function payeeOf({ mchid, sub_mchid }: Pick<Refund, 'mchid' | 'sub_mchid'>): string {
  return sub_mchid || mchid
}

/** What the entries of a refund in the ledger begin with. */
export function entryOf({ out_refund_no }: Pick<Refund, 'out_refund_no'>): string {
  return `refund/${out_refund_no}`
}

/** The refund as apply and query give it back. */
export function refundReply(refund: Refund): RefundReply {
  const from = fromOf(refund)
  const promotions = promotionsOf(refund)
  return {
    refund_id: refund.refund_id,
    out_refund_no: refund.out_refund_no,
    transaction_id: refund.transaction_id,
    out_trade_no: refund.out_trade_no,
    channel: refund.channel,
    user_received_account: refund.user_received_account,
    ...(refund.success_time !== null && { success_time: formatTime(refund.success_time) }),
    create_time: formatTime(refund.create_time),
    status: refund.status,
    ...(refund.funds_account && { funds_account: refund.funds_account }),
    amount: {
      total: refund.total,
      refund: refund.refund,
      ...(from.length > 0 && { from: [...from] }),
      payer_total: refund.payer_total,
      payer_refund: refund.payer_refund,
      settlement_refund: refund.settlement_refund,
      settlement_total: refund.settlement_total,
      discount_refund: refund.discount_refund,
      currency: refund.currency,
      refund_fee: refund.refund_fee,
    },
    ...(promotions.length > 0 && { promotion_detail: promotions }),
  }
}
