import { availableOf, bankOf, heldOf, operationOf, pendingOf, refundingOf } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import type { Statements, Transaction } from '../store/database.ts'
import { lockMerchant } from './change-merchant.ts'

/** The accounts that a merchant moves money into and out of: the basic account, and the operation account (运营账户). */
export const MERCHANT_ACCOUNTS = ['BASIC', 'OPERATION'] as const
export type MerchantAccountName = (typeof MERCHANT_ACCOUNTS)[number]

/** Of the basic account, what is pending or held cannot be moved. */
const ACCOUNT_OF: Record<MerchantAccountName, (mchid: string) => string> = {
  BASIC: availableOf,
  OPERATION: operationOf,
}

/** Money that comes from the merchant's bank account outside, or goes there, in fen. */
export interface MerchantMovement {
  mchid: string
  /** Its name among those of the merchant; `/` cannot be part of it. */
  id: string
  account: MerchantAccountName
  amount: number
  /** Milliseconds of business time; of the first time when it is repeated. */
  business_time: number
}

/** Why money did not move. `id_used`: with another amount or account. */
export type MerchantMoneyRefusal = 'merchant_unknown' | 'id_used' | 'no_funds'

type MovementKind = 'top_up' | 'withdrawal'

/** Puts money from the merchant's bank account into one of its accounts, once for each id. */
export function topUpMerchant(
  tx: Transaction,
  movement: MerchantMovement,
): Promise<MerchantMovement | MerchantMoneyRefusal> {
  return move(tx, movement, 'top_up')
}

/** Pays money of one of the merchant's accounts to its bank account, once for each id. */
export function withdrawFromMerchant(
  tx: Transaction,
  movement: MerchantMovement,
): Promise<MerchantMovement | MerchantMoneyRefusal> {
  return move(tx, movement, 'withdrawal')
}

/** Money that was moved before. */
export async function findMerchantMovement(
  db: Statements,
  { mchid, id }: Pick<MerchantMovement, 'mchid' | 'id'>,
  kind: MovementKind,
): Promise<MerchantMovement | undefined> {
  const known = await db.get<Transfer>(
    `SELECT debit_account, credit_account, amount, business_time
       FROM ledger_transfers WHERE subject = $1 AND entry = $2`,
    movementSubject(mchid, id, kind),
    kind,
  )
  if (!known) return undefined
  const { debit_account, credit_account, amount, business_time } = known
  const account = [debit_account, credit_account].includes(operationOf(mchid)) ? 'OPERATION' : 'BASIC'
  return { mchid, id, account, amount, business_time }
}

/** What a movement is booked under. */
export function movementSubject(mchid: string, id: string, kind: MovementKind): string {
  return `merchant_${kind}/${mchid}/${id}`
}

async function move(
  tx: Transaction,
  movement: MerchantMovement,
  kind: MovementKind,
): Promise<MerchantMovement | MerchantMoneyRefusal> {
  const { mchid, id, account, amount, business_time } = movement
  // The merchant's row keeps two of the same id apart.
  if (!(await lockMerchant(tx, mchid))) return 'merchant_unknown'
  const known = await findMerchantMovement(tx, movement, kind)
  if (known) return known.amount === amount && known.account === account ? known : 'id_used'
  const own = ACCOUNT_OF[account](mchid)
  const [debit_account, credit_account] = kind === 'top_up' ? [bankOf(mchid), own] : [own, bankOf(mchid)]
  const subject = movementSubject(mchid, id, kind)
  const transfer = { subject, entry: kind, kind, debit_account, credit_account, amount, business_time }
  return (await post(tx, [transfer])) ? movement : 'no_funds'
}

/** What a merchant has on each of its accounts and is promised to nobody, in fen. */
export interface MerchantBalances {
  pending: number
  held: number
  available: number
  operation: number
  refunding: number
}

export async function merchantBalances(db: Statements, mchid: string): Promise<MerchantBalances> {
  const accounts = [pendingOf, heldOf, availableOf, operationOf, refundingOf].map(accountOf =>
    accountOf(mchid),
  )
  const rows = await db.all<{ account: string; free: number }>(
    `SELECT account, balance - pending_debits AS free FROM ledger_accounts
      WHERE account IN (${accounts.map((_, index) => `$${index + 1}`).join(', ')})`,
    ...accounts,
  )
  const freeOn = new Map(rows.map(({ account, free }) => [account, free]))
  const [pending = 0, held = 0, available = 0, operation = 0, refunding = 0] = accounts.map(account =>
    freeOn.get(account),
  )
  return { pending, held, available, operation, refunding }
}
