import { advanceOf, openAccount, walletOf } from '../ledger/accounts.ts'
import type { Statements, Transaction } from '../store/database.ts'

/** A payer of cars with what is in the ledger for them. Amounts in fen. */
export interface Payer {
  payer_id: string
  /** The pay score, {@link LOWEST_SCORE} to {@link HIGHEST_SCORE}. */
  score: number
  /** What was not paid back in time; above zero no stay can be charged. */
  arrears: number
  wallet_state: 'NORMAL' | 'FROZEN'
  /** Where the wallet stands among the payer's cards. */
  wallet_position: number
  /** What is in the wallet and promised to nobody. */
  wallet: number
  /** What the platform has advanced, or promised to, and the payer has not paid back. */
  advanced: number
  /** How much the platform advances at most. */
  advance_limit: number
}

export const LOWEST_SCORE = 350
export const HIGHEST_SCORE = 850
/** Payers below this do not pass the overall assessment. */
export const MINIMUM_SCORE = 550

/**
 * Makes a payer with an empty wallet. Answers false, and changes nothing, when the payer exists. Throws a RangeError on a
 * score that is none or a limit below zero.
 */
export async function createPayer(
  tx: Transaction,
  { payer_id, score, advance_limit }: Pick<Payer, 'payer_id' | 'score' | 'advance_limit'>,
): Promise<boolean> {
  requireRanges({ score, advance_limit })
  const created = await tx.run(
    'INSERT INTO payers (payer_id, score) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    payer_id,
    score,
  )
  if (created === 0) return false
  await openAccount(tx, walletOf(payer_id))
  // The account's minimum is the limit; there is no other place for it.
  await openAccount(tx, advanceOf(payer_id), -advance_limit)
  return true
}

/** What of a payer somebody sets; what is left out stays as it is. */
export type PayerChanges = Partial<
  Pick<Payer, 'score' | 'wallet_state' | 'wallet_position' | 'advance_limit'>
>

/**
 * Changes a payer, or refuses and changes nothing: there is no such payer, or more is advanced than the new limit.
 * Throws a RangeError on a score that is none or a limit below zero. No notice reports another score: it is judged when an
 * entry is made and when it is charged.
 */
export async function changePayer(
  tx: Transaction,
  payerId: string,
  { score, wallet_state, wallet_position, advance_limit }: PayerChanges,
): Promise<'done' | 'payer_unknown' | 'limit_below_advanced'> {
  requireRanges({ score, advance_limit })
  if (!(await lockPayer(tx, payerId))) return 'payer_unknown'
  if (advance_limit !== undefined) {
    const limited = await tx.run(
      'UPDATE ledger_accounts SET minimum = $1 WHERE account = $2 AND balance - pending_debits >= $1',
      -advance_limit,
      advanceOf(payerId),
    )
    if (limited === 0) return 'limit_below_advanced'
  }
  await tx.run(
    `UPDATE payers SET score = COALESCE($1, score), wallet_state = COALESCE($2, wallet_state),
                       wallet_position = COALESCE($3, wallet_position)
      WHERE payer_id = $4`,
    score ?? null,
    wallet_state ?? null,
    wallet_position ?? null,
    payerId,
  )
  return 'done'
}

const SELECT = `
  SELECT o.payer_id, o.score, o.arrears, o.wallet_state, o.wallet_position,
         w.balance - w.pending_debits AS wallet, a.pending_debits - a.balance AS advanced, -a.minimum AS advance_limit
    FROM payers o
    JOIN ledger_accounts w ON w.account = 'payer/' || o.payer_id || '/wallet'
    JOIN ledger_accounts a ON a.account = 'payer/' || o.payer_id || '/advance'`

/** A payer by the platform's own number for them. */
export function readPayer(db: Statements, payerId: string): Promise<Payer | undefined> {
  return db.get<Payer>(`${SELECT} WHERE o.payer_id = $1`, payerId)
}

/** Whether there is a payer of this number. */
export async function isPayer(db: Statements, payerId: string): Promise<boolean> {
  return (await db.get('SELECT payer_id FROM payers WHERE payer_id = $1', payerId)) !== undefined
}

/** At most so many payers by their own numbers, beginning with the first that is not before `from`. */
export async function listPayerIds(db: Statements, from: string, limit: number): Promise<string[]> {
  const rows = await db.all<{ payer_id: string }>(
    'SELECT payer_id FROM payers WHERE payer_id >= $1 ORDER BY payer_id LIMIT $2',
    from,
    limit,
  )
  return rows.map(({ payer_id }) => payer_id)
}

/**
 * Reads the standing of a payer and holds up everybody else who would change it. It comes before the locks of what a
 * product has of the payer.
 */
export function lockPayer(
  tx: Transaction,
  payerId: string,
): Promise<Pick<Payer, 'score' | 'arrears' | 'wallet_state'> | undefined> {
  return tx.get(
    `SELECT score, arrears, wallet_state FROM payers WHERE payer_id = $1 ${tx.forUpdate}`,
    payerId,
  )
}

function requireRanges({ score = LOWEST_SCORE, advance_limit = 0 }: PayerChanges): void {
  if (!Number.isInteger(score) || score < LOWEST_SCORE || score > HIGHEST_SCORE)
    throw new RangeError(`${score} is no score: they run from ${LOWEST_SCORE} to ${HIGHEST_SCORE}`)
  if (!Number.isSafeInteger(advance_limit) || advance_limit < 0)
    throw new RangeError(`${advance_limit} fen is no limit: it cannot be below zero`)
}
