import type { Statements, Transaction } from '../store/database.ts'

/** A payer has at most this many cards, so one attempt asks at most this many banks. */
export const MAX_CARDS = 20

/** Names of other sources of money, which no card can have. */
const RESERVED_IDS = ['wallet', 'advance']

/** A bank card of a payer. Removed cards stay on record, because payments name them. */
export interface Card {
  card_id: string
  payer_id: string
  /** Which bank and kind of card, such as `CMB_DEBIT`. */
  bank_type: string
  /** Its place among the payer's sources; the lowest is tried first. */
  position: number
  state: 'NORMAL' | 'REMOVED'
}

/**
 * Adds a card or changes its place. Answers why not when the card is somebody else's, at another bank, one too many, or
 * has the name of another source.
 */
export async function putCard(
  tx: Transaction,
  { card_id, payer_id, bank_type, position }: Omit<Card, 'state'>,
): Promise<'done' | 'other_payer' | 'other_bank' | 'too_many' | 'reserved'> {
  if (RESERVED_IDS.includes(card_id)) return 'reserved'
  const known = await findCard(tx, card_id)
  if (known && known.payer_id !== payer_id) return 'other_payer'
  if (known && known.bank_type !== bank_type) return 'other_bank'
  const others = (await listCards(tx, payer_id)).filter(card => card.card_id !== card_id)
  if (others.length >= MAX_CARDS) return 'too_many'
  await tx.run(
    `INSERT INTO cards (card_id, payer_id, bank_type, position) VALUES ($1, $2, $3, $4)
     ON CONFLICT (card_id) DO UPDATE SET position = excluded.position, state = 'NORMAL'`,
    card_id,
    payer_id,
    bank_type,
    position,
  )
  return 'done'
}

/** Takes a card away: it is not asked any more. What its bank has been asked already is still waited for. */
export async function removeCard(tx: Transaction, cardId: string): Promise<void> {
  await tx.run(`UPDATE cards SET state = 'REMOVED' WHERE card_id = $1`, cardId)
}

export function findCard(db: Statements, cardId: string): Promise<Card | undefined> {
  return db.get<Card>(
    'SELECT card_id, payer_id, bank_type, position, state FROM cards WHERE card_id = $1',
    cardId,
  )
}

/** The cards that can be asked, in the order in which they are. */
export function listCards(db: Statements, payerId: string): Promise<Card[]> {
  return db.all<Card>(
    `SELECT card_id, payer_id, bank_type, position, state FROM cards
      WHERE payer_id = $1 AND state = 'NORMAL' ORDER BY position, card_id`,
    payerId,
  )
}
