import { advanceOf, BANK_CLEARING, feesOf, heldOf, pendingOf, walletOf } from '../ledger/accounts.ts'
import { lockAccounts, post, postPending, reserve, type Transfer, voidPending } from '../ledger/ledger.ts'
import type { Merchant } from '../merchants/merchants.ts'
import { lockPayer, MINIMUM_SCORE } from '../payers/payers.ts'
import type { Transaction } from '../store/database.ts'
import { ADVANCE_BANK_TYPE, recordAdvance } from './advance.ts'
import type { BankPayment } from './bank.ts'
import {
  type Answered,
  type AskedPayment,
  askAgainAfter,
  paymentsOf,
  recordAnswer,
  rememberPayment,
} from './bank-payments.ts'
import type { FundingContext } from './context.ts'
import {
  type Choice,
  chooseCoupons,
  couponTransfers,
  lockCoupons,
  NO_COUPONS,
  type Promotion,
  unlockCoupons,
  useCoupons,
} from './coupons.ts'
import { hold } from './profit-sharing.ts'
import { findPayer, type Payer, type Source } from './sources.ts'

/** An accepted charge that is to be paid. */
export interface Charge {
  /** What its money is booked under, such as `order/1230000109/20150806125346`. */
  subject: string
  payer_id: string
  /** Who gets the money. */
  payee: Pick<Merchant, 'mchid' | 'advance_enabled' | 'fee_rate'>
  /** Fen. */
  total: number
  goods_tag: string
  /** True when the money is held until it is released. */
  profit_sharing: boolean
  /** The first attempt is 1. */
  attempt: number
  /** How many of the attempts were made for an earlier charge under the same subject, which has failed. */
  attempts_before: number
  /** Set where the payer pays: which sources the payer and the merchant allow. The platform advances nothing then. */
  allows?: (source: Source) => boolean
}

/** A charge that was paid. Amounts are fen; `payer_total` and `discount_total` add up to the total. */
export interface Paid {
  result: 'paid'
  /** What the payee receives before the fee: a coupon that was not paid for beforehand makes it less. */
  settlement_total: number
  fee: number
  bank_type: string
  /** `N` when the platform has paid for the payer. */
  user_repaid: 'N' | null
  payer_total: number
  discount_total: number
  promotion_detail: Promotion[]
}

/**
 * What comes next: nothing, because it is `paid`; a bank is to be asked, `askAgainAfter` milliseconds from now if it gives no
 * answer; `no_funds`, which is worth another attempt; `refused`, which is final; `recorded` when somebody else was first.
 */
export type Step =
  | Paid
  | { result: 'ask_bank'; payment: BankPayment; askAgainAfter: number }
  | { result: 'unknown'; askAgainAfter: number }
  | { result: 'no_funds' | 'refused' | 'recorded' }

/** What a payment that the bank approves completes. */
type Completes = Omit<Paid, 'result' | 'fee'> & { source: string }

/**
 * Tries to get a charge paid, inside the caller's transaction: coupons first, then the payer's wallet and cards in the
 * payer's order, then an advance. It goes as far as the next bank; {@link deductAfter} goes on with what the bank said.
 */
export async function deduct(tx: Transaction, platform: FundingContext, charge: Charge): Promise<Step> {
  const payer = await findPayer(tx, charge.payer_id, charge.subject)
  if (!payer) return { result: 'refused' }
  const asked = payer.askedBanks ? await paymentsOf(tx, charge.subject) : []
  const waiting = asked.find(({ state }) => state === 'PENDING')
  if (waiting) return ask(waiting)
  if (payer.wallet_state === 'FROZEN') return { result: 'refused' }
  const choice = payer.hasCoupons ? await choose(tx, platform, charge) : NO_COUPONS
  for (const source of untried(payer, asked, charge)) {
    const step = await trySource(tx, platform, charge, choice, source)
    if (step) return step
  }
  if (!charge.allows && (await advance(tx, platform, charge, choice))) {
    return paidBy(choice, charge, ADVANCE_BANK_TYPE, 'N')
  }
  // A wallet may be filled and a card may be added, so it is worth another attempt whatever the banks have said.
  return { result: 'no_funds' }
}

/** Goes on with what a bank has answered. */
export async function deductAfter(
  tx: Transaction,
  platform: FundingContext,
  charge: Charge,
  answered: Answered,
): Promise<Step> {
  const now = platform.clock.now()
  const { payer_id, payee, subject } = charge
  await lockPayer(tx, payer_id)
  await lockAccounts(tx, subject, [walletOf(payer_id), advanceOf(payer_id), feesOf(payee.mchid)])
  const payment = await recordAnswer(tx, subject, answered, now)
  if (!payment) return { result: 'recorded' }
  if (answered.answer === 'unknown') {
    return { result: 'unknown', askAgainAfter: askAgainAfter(payment.unanswered) }
  }
  if (answered.answer === 'approved') return complete(tx, platform, charge, payment, now)
  await voidPending(tx, subject, now)
  await unlockCoupons(tx, subject)
  return deduct(tx, platform, charge)
}

async function choose(tx: Transaction, { clock }: FundingContext, charge: Charge): Promise<Choice> {
  const { payer_id, payee, total, goods_tag } = charge
  // Two orders of one payer choose one after the other, so that they do not choose the same coupon.
  await lockPayer(tx, payer_id)
  return chooseCoupons(tx, { payer_id, payee_mchid: payee.mchid, total, goods_tag, now: clock.now() })
}

function ask(payment: AskedPayment): Step {
  return { result: 'ask_bank', payment, askAgainAfter: askAgainAfter(payment.unanswered) }
}

/** The sources behind the last one that this attempt has asked, without those that have refused this charge for good. */
function untried(
  { sources }: Payer,
  asked: readonly AskedPayment[],
  { attempt, attempts_before, allows = () => true }: Charge,
): Source[] {
  const wasAsked = ({ id }: Source) => asked.some(one => one.card_id === id && one.attempt === attempt)
  const hasRefused = ({ id }: Source) =>
    asked.some(one => one.card_id === id && one.state === 'REFUSED' && one.attempt > attempts_before)
  return sources
    .slice(sources.findLastIndex(wasAsked) + 1)
    .filter(source => allows(source) && !hasRefused(source))
}

/** Takes the money from a wallet, or promises what a card's bank will be asked for. `undefined` when there is too little. */
async function trySource(
  tx: Transaction,
  platform: FundingContext,
  charge: Charge,
  choice: Choice,
  source: Source,
): Promise<Step | undefined> {
  const paid = paidBy(choice, charge, source.bank_type, null)
  if (source.id === 'wallet') {
    const wallet = walletOf(charge.payer_id)
    return (await payAtOnce(tx, platform, charge, choice, source.id, wallet)) ? paid : undefined
  }
  const promised = transfersOf(platform, charge, choice, source.id, BANK_CLEARING)
  if (!(await reserve(tx, promised))) throw new Error(`The coupons of ${charge.subject} are not covered`)
  await take(tx, charge, choice)
  const payment: BankPayment = {
    payment_id: `${charge.subject}/${charge.attempt}/${source.id}`,
    card_id: source.id,
    bank_type: source.bank_type,
    amount: paid.payer_total,
  }
  const { result: _, fee: _atCompletion, ...completes } = paid
  await rememberPayment(tx, {
    ...payment,
    subject: charge.subject,
    attempt: charge.attempt,
    business_time: platform.clock.now(),
    completes: { ...completes, source: source.id } satisfies Completes,
  })
  return { result: 'ask_bank', payment, askAgainAfter: askAgainAfter(0) }
}

/** The platform pays for a payer who is in good standing, as far as the payer's limit goes. */
async function advance(
  tx: Transaction,
  platform: FundingContext,
  charge: Charge,
  choice: Choice,
): Promise<boolean> {
  const { payer_id, subject, payee, total } = charge
  if (payee.advance_enabled === 0) return false
  // Before the books, as a repayment has it, so that the two do not wait for each other.
  const payer = await lockPayer(tx, payer_id)
  if (!payer || payer.arrears > 0 || payer.score < MINIMUM_SCORE) return false
  if (!(await payAtOnce(tx, platform, charge, choice, 'advance', advanceOf(payer_id)))) return false
  await recordAdvance(tx, platform, { subject, payer_id, amount: total - choice.discount_total })
  return true
}

/** Books a payment of which nothing is uncertain. Answers false when the account has too little. */
async function payAtOnce(
  tx: Transaction,
  platform: FundingContext,
  charge: Charge,
  choice: Choice,
  source: string,
  account: string,
): Promise<boolean> {
  const fee = feeTransfer(platform, charge, source, settlementTotal(charge, choice))
  const transfers = [...transfersOf(platform, charge, choice, source, account), fee]
  if (!(await post(tx, transfers))) return false
  if (choice.promotion_detail.length > 0) {
    await take(tx, charge, choice)
    await useCoupons(tx, charge.subject, platform.clock.now())
  }
  if (charge.profit_sharing) await holdRest(tx, platform, charge, settlementTotal(charge, choice))
  return true
}

/** The stock of a coupon may have ended since it was chosen; then the attempt is made anew. */
async function take(tx: Transaction, { subject }: Charge, choice: Choice): Promise<void> {
  if (choice.promotion_detail.length === 0) return
  if (!(await lockCoupons(tx, choice, subject))) throw new Error(`A coupon chosen for ${subject} is taken`)
}

/** The bank has paid: what was promised is posted. */
async function complete(
  tx: Transaction,
  platform: FundingContext,
  charge: Charge,
  payment: AskedPayment,
  now: number,
): Promise<Paid> {
  const { source, ...paid } = JSON.parse(payment.completes) as Completes
  const { settlement_total } = paid
  await postPending(tx, charge.subject, now)
  await post(tx, [feeTransfer(platform, charge, source, settlement_total)])
  await useCoupons(tx, charge.subject, now)
  if (charge.profit_sharing) await holdRest(tx, platform, charge, settlement_total)
  return { result: 'paid', ...paid, fee: feeOf(settlement_total, charge.payee.fee_rate) }
}

function paidBy(choice: Choice, charge: Charge, bank_type: string, user_repaid: 'N' | null): Paid {
  const { discount_total, promotion_detail } = choice
  const settlement_total = settlementTotal(charge, choice)
  return {
    result: 'paid',
    bank_type,
    user_repaid,
    payer_total: charge.total - discount_total,
    discount_total,
    promotion_detail,
    settlement_total,
    fee: feeOf(settlement_total, charge.payee.fee_rate),
  }
}

/** What the merchant receives before the fee: a coupon that was not paid for beforehand makes it less. */
function settlementTotal({ total }: Charge, { promotion_detail }: Choice): number {
  return promotion_detail.reduce(
    (rest, { type, amount }) => (type === 'NOCASH' ? rest - amount : rest),
    total,
  )
}

function transfersOf(
  { clock }: FundingContext,
  charge: Charge,
  choice: Choice,
  source: string,
  debit_account: string,
): Transfer[] {
  const { subject, total, attempt } = charge
  const name = `${attempt}/${source}`
  const business_time = clock.now()
  const credit_account = collectedOn(charge)
  return [
    {
      subject,
      entry: `charge/${name}`,
      kind: 'charge',
      debit_account,
      credit_account,
      amount: total - choice.discount_total,
      business_time,
    },
    ...couponTransfers(choice, { subject, attempt: name, credit_account, business_time }),
  ]
}

function feeTransfer(
  { clock }: FundingContext,
  charge: Charge,
  source: string,
  settlementTotal: number,
): Transfer {
  const { subject, attempt, payee } = charge
  return {
    subject,
    entry: `fee/${attempt}/${source}`,
    kind: 'fee',
    debit_account: collectedOn(charge),
    credit_account: feesOf(payee.mchid),
    amount: feeOf(settlementTotal, payee.fee_rate),
    business_time: clock.now(),
  }
}

function collectedOn({ profit_sharing, payee }: Charge): string {
  return profit_sharing ? heldOf(payee.mchid) : pendingOf(payee.mchid)
}

/** The fee in fen for a rate in hundredths of a percent, rounded half up. */
export function feeOf(amount: number, rate: number): number {
  return Math.round((amount * rate) / 10_000)
}

async function holdRest(
  tx: Transaction,
  platform: FundingContext,
  { subject, payee }: Charge,
  settlementTotal: number,
): Promise<void> {
  const amount = settlementTotal - feeOf(settlementTotal, payee.fee_rate)
  await hold(tx, platform, { subject, mchid: payee.mchid, amount })
}
