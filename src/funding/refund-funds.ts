import { availableOf, feesOf, heldOf, operationOf, pendingOf, refundingOf } from '../ledger/accounts.ts'
import { lockAccounts, post, type Transfer } from '../ledger/ledger.ts'
import type { Transaction } from '../store/database.ts'
import type { FundingContext } from './context.ts'
import { lockHold, reduceHold } from './profit-sharing.ts'
import { share } from './refund-parts.ts'

/** The merchant's account that pays for a refund: unsettled, available or held money, several of these, or the operation account. */
export type FundsAccount = 'UNSETTLED' | 'AVAILABLE' | 'UNAVAILABLE' | 'BASIC' | 'OPERATION'

/** A refund that a merchant is to pay for. Amounts are fen. */
export interface RefundToFund {
  /** The order's subject in the ledger. */
  subject: string
  /** What the refund's entries begin with. */
  entry: string
  /** Whose money it is. */
  payee_mchid: string
  refund: number
  settlement_refund: number
  refund_fee: number
  /** `AVAILABLE` when the merchant has asked for that account, else empty. */
  asked_funds_account: string
  /** What the merchant wants taken from where; empty when it leaves that open. */
  from: readonly { account: 'AVAILABLE' | 'UNAVAILABLE'; amount: number }[]
}

/** What is free on each account, and still held for the order. */
interface Free {
  pending: number
  available: number
  operation: number
  held: number
}

/** Which account pays, with what is taken from each. */
interface Source {
  funds_account: FundsAccount
  taken: Partial<Record<keyof Free, number>>
}

const ACCOUNT_OF: Record<keyof Free, (mchid: string) => string> = {
  pending: pendingOf,
  available: availableOf,
  operation: operationOf,
  held: heldOf,
}

/**
 * Takes a refund's money from its merchant, with the part of the fee that comes back, and puts it aside until it is paid
 * out. Answers which account has paid; `undefined`, and nothing is changed, when none has enough.
 */
export async function takeRefundFunds(
  tx: Transaction,
  platform: Pick<FundingContext, 'clock'>,
  refund: RefundToFund,
): Promise<FundsAccount | undefined> {
  const { subject, payee_mchid, settlement_refund, refund_fee } = refund
  // The hold comes before the accounts, as a release has it.
  const held = await lockHold(tx, subject)
  await lockAccounts(
    tx,
    subject,
    [...Object.values(ACCOUNT_OF), feesOf, refundingOf].map(accountOf => accountOf(payee_mchid)),
  )
  const free = { ...(await freeOf(tx, payee_mchid)), held }
  const source = chooseSource(refund, settlement_refund - refund_fee, free)
  if (!source) return undefined
  const business_time = platform.clock.now()
  const from = (name: string, kind: Transfer['kind'], debit_account: string, amount: number): Transfer => ({
    ...{ subject, entry: `${refund.entry}/${name}`, kind, amount, business_time },
    ...{ debit_account, credit_account: refundingOf(payee_mchid) },
  })
  const taken = Object.entries(source.taken) as [keyof Free, number][]
  const moved = await post(tx, [
    ...taken.map(([name, amount]) => from(name, 'refund', ACCOUNT_OF[name](payee_mchid), amount)),
    from('fee', 'fee_return', feesOf(payee_mchid), refund_fee),
  ])
  if (!moved) throw new Error(`The money for ${refund.entry} of ${subject} is not where it was`)
  if (source.taken.held) await reduceHold(tx, subject, source.taken.held)
  return source.funds_account
}

async function freeOf(tx: Transaction, mchid: string): Promise<Omit<Free, 'held'>> {
  const rows = await tx.all<{ account: string; free: number }>(
    'SELECT account, balance - pending_debits AS free FROM ledger_accounts WHERE account IN ($1, $2, $3)',
    pendingOf(mchid),
    availableOf(mchid),
    operationOf(mchid),
  )
  const on = (account: string) => rows.find(row => row.account === account)?.free ?? 0
  return {
    pending: on(pendingOf(mchid)),
    available: on(availableOf(mchid)),
    operation: on(operationOf(mchid)),
  }
}

/** What the merchant asks for; else what is held for the order; else the first account that has all of it. */
function chooseSource(
  { asked_funds_account, from, refund }: RefundToFund,
  needed: number,
  free: Free,
): Source | undefined {
  if (from.length > 0) {
    const shareOf = from.find(({ account }) => account === 'UNAVAILABLE')?.amount ?? 0
    const held = share(needed, shareOf, refund)
    return sharedSource({ held, available: needed - held }, free)
  }
  if (asked_funds_account === 'AVAILABLE') return sharedSource({ held: 0, available: needed }, free)
  if (free.held > 0) return sharedSource({ held: needed, available: 0 }, free)
  if (needed <= free.pending) return { funds_account: 'UNSETTLED', taken: { pending: needed } }
  if (needed <= free.available) return { funds_account: 'AVAILABLE', taken: { available: needed } }
  if (needed <= free.pending + free.available) {
    return {
      funds_account: 'BASIC',
      taken: { pending: free.pending, available: needed - free.pending },
    }
  }
  return needed <= free.operation ? { funds_account: 'OPERATION', taken: { operation: needed } } : undefined
}

function sharedSource(taken: { held: number; available: number }, free: Free): Source | undefined {
  if (taken.held > free.held || taken.available > free.available) return undefined
  if (taken.held === 0) return { funds_account: 'AVAILABLE', taken }
  return { funds_account: taken.available === 0 ? 'UNAVAILABLE' : 'BASIC', taken }
}
