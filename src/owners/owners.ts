import { advanceOf, openAccount, walletOf } from '../ledger/accounts.ts'
import type { Statements, Transaction } from '../store/database.ts'

/** An owner of cars with what is in the ledger for them. Amounts in fen. */
export interface Owner {
  owner_id: string
  /** The pay score, {@link LOWEST_SCORE} to {@link HIGHEST_SCORE}. */
  score: number
  /** What was not paid back in time; above zero no stay can be charged. */
  arrears: number
  wallet_state: 'NORMAL' | 'FROZEN'
  /** Where the wallet stands among the owner's cards. */
  wallet_position: number
  /** What is in the wallet and promised to nobody. */
  wallet: number
  /** What the platform has advanced, or promised to, and the owner has not paid back. */
  advanced: number
  /** How much the platform advances at most. */
  advance_limit: number
}

export const LOWEST_SCORE = 350
export const HIGHEST_SCORE = 850

/**
 * Makes an owner with an empty wallet. Answers false, and changes nothing, when the owner exists. Throws a RangeError on a
 * score that is none or a limit below zero.
 */
export async function createOwner(
  tx: Transaction,
  { owner_id, score, advance_limit }: Pick<Owner, 'owner_id' | 'score' | 'advance_limit'>,
): Promise<boolean> {
  requireRanges({ score, advance_limit })
  const created = await tx.run(
    'INSERT INTO owners (owner_id, score) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    owner_id,
    score,
  )
  if (created === 0) return false
  await openAccount(tx, walletOf(owner_id))
  // The account's minimum is the limit; there is no other place for it.
  await openAccount(tx, advanceOf(owner_id), -advance_limit)
  return true
}

/** What of an owner somebody sets; what is left out stays as it is. */
export type OwnerChanges = Partial<
  Pick<Owner, 'score' | 'wallet_state' | 'wallet_position' | 'advance_limit'>
>

/**
 * Changes an owner, or refuses and changes nothing: there is no such owner, or more is advanced than the new limit.
 * Throws a RangeError on a score that is none or a limit below zero. Nobody is told of another score: it is judged when an
 * entry is made and when it is charged.
 */
export async function changeOwner(
  tx: Transaction,
  ownerId: string,
  { score, wallet_state, wallet_position, advance_limit }: OwnerChanges,
): Promise<'done' | 'owner_unknown' | 'limit_below_advanced'> {
  requireRanges({ score, advance_limit })
  if (!(await lockOwner(tx, ownerId))) return 'owner_unknown'
  if (advance_limit !== undefined) {
    const limited = await tx.run(
      'UPDATE ledger_accounts SET minimum = $1 WHERE account = $2 AND balance - pending_debits >= $1',
      -advance_limit,
      advanceOf(ownerId),
    )
    if (limited === 0) return 'limit_below_advanced'
  }
  await tx.run(
    `UPDATE owners SET score = COALESCE($1, score), wallet_state = COALESCE($2, wallet_state),
                       wallet_position = COALESCE($3, wallet_position)
      WHERE owner_id = $4`,
    score ?? null,
    wallet_state ?? null,
    wallet_position ?? null,
    ownerId,
  )
  return 'done'
}

const SELECT = `
  SELECT o.owner_id, o.score, o.arrears, o.wallet_state, o.wallet_position,
         w.balance - w.pending_debits AS wallet, a.pending_debits - a.balance AS advanced, -a.minimum AS advance_limit
    FROM owners o
    JOIN ledger_accounts w ON w.account = 'owner/' || o.owner_id || '/wallet'
    JOIN ledger_accounts a ON a.account = 'owner/' || o.owner_id || '/advance'`

/** An owner by the platform's own number for them. */
export function readOwner(db: Statements, ownerId: string): Promise<Owner | undefined> {
  return db.get<Owner>(`${SELECT} WHERE o.owner_id = $1`, ownerId)
}

/**
 * Reads what decides about an owner's plates and holds up everybody else who would change it. It comes before the locks of
 * plates, and those before the locks of their entries.
 */
export function lockOwner(
  tx: Transaction,
  ownerId: string,
): Promise<Pick<Owner, 'score' | 'arrears' | 'wallet_state'> | undefined> {
  return tx.get(
    `SELECT score, arrears, wallet_state FROM owners WHERE owner_id = $1 ${tx.forUpdate}`,
    ownerId,
  )
}

function requireRanges({ score = LOWEST_SCORE, advance_limit = 0 }: OwnerChanges): void {
  if (!Number.isInteger(score) || score < LOWEST_SCORE || score > HIGHEST_SCORE)
    throw new RangeError(`${score} is no score: they run from ${LOWEST_SCORE} to ${HIGHEST_SCORE}`)
  if (!Number.isSafeInteger(advance_limit) || advance_limit < 0)
    throw new RangeError(`${advance_limit} fen is no limit: it cannot be below zero`)
}
