import type { Transaction } from '../store/database.ts'

/** One movement of money from one account to another, in fen. */
export interface Transfer {
  /** Names the cause, such as `charge/1230000109/20150806125346`; posted at most once. */
  id: string
  kind: 'top_up' | 'charge'
  debit_account: string
  credit_account: string
  amount: number
  business_time: number
}

/** Money that comes from or goes to banks outside; the one account that may be negative. */
export const BANK_CLEARING = 'bank/clearing'

export function walletOf(ownerId: string): string {
  return `owner/${ownerId}/wallet`
}

/** What was collected for a merchant number and is not settled to its bank yet. */
export function pendingOf(mchid: string): string {
  return `merchant/${mchid}/pending`
}

/** Opens an account with nothing on it; an account that exists is left as it is. */
export async function openAccount(tx: Transaction, account: string, mayBeNegative = false): Promise<void> {
  await tx.run(
    'INSERT INTO ledger_accounts (account, may_be_negative) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    account,
    mayBeNegative ? 1 : 0,
  )
}

/**
 * Posts a transfer. Answers false, and changes nothing, when the debited account has too little. A transfer whose id
 * was posted before is refused by the table.
 */
export async function post(tx: Transaction, transfer: Transfer): Promise<boolean> {
  const { id, kind, debit_account, credit_account, amount, business_time } = transfer
  const debited = await tx.run(
    `UPDATE ledger_accounts SET balance = balance - $1
      WHERE account = $2 AND (balance >= $1 OR may_be_negative = 1)`,
    amount,
    debit_account,
  )
  if (debited === 0) return false
  await tx.run('UPDATE ledger_accounts SET balance = balance + $1 WHERE account = $2', amount, credit_account)
  await tx.run(
    `INSERT INTO ledger_transfers (id, kind, debit_account, credit_account, amount, business_time)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    id,
    kind,
    debit_account,
    credit_account,
    amount,
    business_time,
  )
  return true
}
