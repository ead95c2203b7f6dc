import { advanceOf, BANK_CLEARING, bankOf, couponFundOf, refundingOf, walletOf } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import { lockPayer } from '../payers/payers.ts'
import type { Transaction } from '../store/database.ts'
import { findUnpaidAdvance, isBeingRepaid, reduceAdvance } from './advance.ts'
import type { FundingContext } from './context.ts'
import { findCoupon } from './coupon-stocks.ts'
import { makeDueAgain } from './coupons.ts'

/** Where the payer's part goes: the wallet, an account at a bank, or the merchant's own bank account. */
export type Receiver = 'wallet' | 'bank' | 'merchant_bank'

/** A refund whose money was put aside. Amounts are fen. */
export interface RefundToPay {
  /** The order's subject in the ledger. */
  subject: string
  /** What the refund's entries begin with. */
  entry: string
  payee_mchid: string
  payer_id: string
  payer_refund: number
  /** What the coupons of type `CASH` get back. */
  coupons: readonly { coupon_id: string; amount: number }[]
  receiver: Receiver
}

/** A closed wallet takes nothing, and while a card pays the order's advance back it is not known what is owed. */
export type Payout =
  | { result: 'paid'; endedAdvance: boolean }
  | { result: 'wallet_frozen' }
  | { result: 'being_repaid' }

/**
 * Pays a refund out, all of it or nothing. As far as the order was advanced and is not paid back, the payer's part ends
 * that debt, whoever was to get it. What coupons paid goes back to their stocks; the coupons stay used.
 */
export async function payOutRefund(
  tx: Transaction,
  platform: FundingContext,
  refund: RefundToPay,
): Promise<Payout> {
  const { subject, payer_id, payer_refund } = refund
  const payer = await lockPayer(tx, payer_id)
  if (await isBeingRepaid(tx, subject)) return { result: 'being_repaid' }
  const unpaid = await findUnpaidAdvance(tx, subject)
  const toAdvance = Math.min(payer_refund, unpaid?.amount ?? 0)
  const rest = payer_refund - toAdvance
  if (refund.receiver === 'wallet' && rest > 0 && payer?.wallet_state === 'FROZEN') {
    return { result: 'wallet_frozen' }
  }
  const funds = await fundsOf(tx, refund)
  const to = (name: string, credit_account: string, amount: number): Transfer => ({
    ...{ subject, entry: `${refund.entry}/${name}`, kind: 'refund_payout', amount, credit_account },
    ...{ debit_account: refundingOf(refund.payee_mchid), business_time: platform.clock.now() },
  })
  const paid = await post(tx, [
    to('advance', advanceOf(payer_id), toAdvance),
    to('payer', accountOf(refund), rest),
    ...funds.map(({ coupon_id, stock_id, amount }) =>
      to(`coupon/${coupon_id}`, couponFundOf(stock_id), amount),
    ),
  ])
  if (!paid) throw new Error(`The money for ${refund.entry} of ${subject} is not there any more`)
  for (const { stock_id } of funds) await makeDueAgain(tx, stock_id)
  const endedAdvance =
    toAdvance > 0 && (await reduceAdvance(tx, platform, { subject, payer_id, amount: toAdvance }))
  return { result: 'paid', endedAdvance }
}

const ACCOUNTS: Record<Receiver, (refund: RefundToPay) => string> = {
  wallet: ({ payer_id }) => walletOf(payer_id),
  bank: () => BANK_CLEARING,
  merchant_bank: ({ payee_mchid }) => bankOf(payee_mchid),
}

function accountOf(refund: RefundToPay): string {
  return ACCOUNTS[refund.receiver](refund)
}

/** The coupons with their stocks, in the order in which stocks are locked. */
async function fundsOf(
  tx: Transaction,
  { coupons }: RefundToPay,
): Promise<{ coupon_id: string; stock_id: string; amount: number }[]> {
  const funds: { coupon_id: string; stock_id: string; amount: number }[] = []
  for (const coupon of coupons) {
    const known = await findCoupon(tx, coupon.coupon_id)
    if (!known) throw new Error(`There is no coupon ${coupon.coupon_id}`)
    if (coupon.amount > 0) funds.push({ ...coupon, stock_id: known.stock_id })
  }
  return funds.sort((one, other) => (one.stock_id < other.stock_id ? -1 : 1))
}
