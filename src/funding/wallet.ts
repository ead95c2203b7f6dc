import { BANK_CLEARING, walletOf } from '../ledger/accounts.ts'
import { post, type Transfer } from '../ledger/ledger.ts'
import { lockPayer } from '../payers/payers.ts'
import type { Statements, Transaction } from '../store/database.ts'

/** Money that a payer puts into the wallet or takes out of it, in fen. */
export interface WalletMovement {
  payer_id: string
  /** Its name among those of the payer; `/` cannot be part of it. */
  id: string
  amount: number
  /** Milliseconds of business time; of the first time when it is repeated. */
  business_time: number
}

/** Why money did not move. */
export type WalletRefusal = 'payer_unknown' | 'other_amount' | 'no_funds' | 'wallet_frozen'

/** Puts money from a bank into the wallet, once for each id. */
export function topUp(tx: Transaction, movement: WalletMovement): Promise<Transfer | WalletRefusal> {
  return move(tx, movement, 'top_up')
}

/** Takes money out of the wallet, once for each id. */
export function withdraw(tx: Transaction, movement: WalletMovement): Promise<Transfer | WalletRefusal> {
  return move(tx, movement, 'withdrawal')
}

/** Money that was moved before. */
export function findMovement(
  db: Statements,
  { payer_id, id }: Pick<WalletMovement, 'payer_id' | 'id'>,
  kind: 'top_up' | 'withdrawal',
): Promise<Transfer | undefined> {
  return readTransfer(db, subjectOf(payer_id, id, kind), kind)
}

function subjectOf(payerId: string, id: string, kind: 'top_up' | 'withdrawal'): string {
  return `${kind}/${payerId}/${id}`
}

async function move(
  tx: Transaction,
  { payer_id, id, amount, business_time }: WalletMovement,
  kind: 'top_up' | 'withdrawal',
): Promise<Transfer | WalletRefusal> {
  // The payer's row keeps two of the same id apart.
  const payer = await lockPayer(tx, payer_id)
  if (!payer) return 'payer_unknown'
  const subject = subjectOf(payer_id, id, kind)
  const known = await readTransfer(tx, subject, kind)
  if (known) return known.amount === amount ? known : 'other_amount'
  if (kind === 'withdrawal' && payer.wallet_state === 'FROZEN') return 'wallet_frozen'
  const [debit_account, credit_account] =
    kind === 'top_up' ? [BANK_CLEARING, walletOf(payer_id)] : [walletOf(payer_id), BANK_CLEARING]
  const transfer: Transfer = {
    subject,
    entry: kind,
    kind,
    debit_account,
    credit_account,
    amount,
    business_time,
  }
  return (await post(tx, [transfer])) ? transfer : 'no_funds'
}

function readTransfer(db: Statements, subject: string, entry: string): Promise<Transfer | undefined> {
  return db.get<Transfer>(
    `SELECT subject, entry, kind, debit_account, credit_account, amount, business_time
       FROM ledger_transfers WHERE subject = $1 AND entry = $2`,
    subject,
    entry,
  )
}
