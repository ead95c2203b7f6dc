import { post, walletOf } from '../ledger/ledger.ts'
import type { Transaction } from '../store/database.ts'

/** A charge that was accepted and is to be paid. Money in fen, time in milliseconds of business time. */
export interface Deduction {
  /** Names the charge; the ledger posts it at most once. */
  id: string
  owner_id: string
  amount: number
  credit_account: string
  business_time: number
}

/**
 * What came of one attempt: `paid`, with the source as `bank_type`; `no_funds`, which is worth another attempt; `refused`,
 * which is final.
 */
export type DeductionResult = { result: 'paid'; bank_type: string } | { result: 'no_funds' | 'refused' }

/** `bank_type` of money from the owner's wallet. */
const WALLET_BANK_TYPE = 'OTHERS'

/** Takes the money from the owner's wallet, inside the caller's transaction. */
export async function deduct(tx: Transaction, deduction: Deduction): Promise<DeductionResult> {
  const { id, owner_id, amount, credit_account, business_time } = deduction
  const owner = await tx.get<{ wallet_state: 'NORMAL' | 'FROZEN' }>(
    'SELECT wallet_state FROM owners WHERE owner_id = $1',
    owner_id,
  )
  if (owner?.wallet_state !== 'NORMAL') return { result: 'refused' }
  const debit_account = walletOf(owner_id)
  const paid = await post(tx, { id, kind: 'charge', debit_account, credit_account, amount, business_time })
  return paid ? { result: 'paid', bank_type: WALLET_BANK_TYPE } : { result: 'no_funds' }
}
