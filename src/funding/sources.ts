import type { Statements } from '../store/database.ts'

/** `bank_type` of money from the payer's wallet. */
export const WALLET_BANK_TYPE = 'OTHERS'

/** Where money of a payer can come from. */
export interface Source {
  /** `wallet`, or the card's id. */
  id: string
  bank_type: string
  position: number
}

/** What one look shows of a payer who is to pay. */
export interface Payer {
  wallet_state: 'NORMAL' | 'FROZEN'
  /** In the order in which they are tried. */
  sources: Source[]
  /** True when there may be coupons to use. */
  hasCoupons: boolean
  /** True when a bank was asked for this subject before. */
  askedBanks: boolean
}

interface Row {
  wallet_state: 'NORMAL' | 'FROZEN'
  wallet_position: number
  coupons: number
  payments: number
  card_id: string | null
  bank_type: string | null
  position: number | null
}

/** Reads everything that an attempt needs to know of the payer, in one statement. */
export async function findPayer(
  db: Statements,
  payerId: string,
  subject: string,
): Promise<Payer | undefined> {
  const rows = await db.all<Row>(
    `SELECT o.wallet_state, o.wallet_position, c.card_id, c.bank_type, c.position,
            CASE WHEN EXISTS (SELECT 1 FROM coupons WHERE payer_id = $1 AND state = 'SENDED') THEN 1 ELSE 0 END AS coupons,
            CASE WHEN EXISTS (SELECT 1 FROM bank_payments WHERE subject = $2) THEN 1 ELSE 0 END AS payments
       FROM payers o LEFT JOIN cards c ON c.payer_id = o.payer_id AND c.state = 'NORMAL'
      WHERE o.payer_id = $1`,
    payerId,
    subject,
  )
  const [payer] = rows
  if (!payer) return undefined
  const { wallet_state, wallet_position, coupons, payments } = payer
  const wallet = { id: 'wallet', bank_type: WALLET_BANK_TYPE, position: wallet_position }
  const sources = [wallet, ...rows.flatMap(cardOf)].sort(inOrder)
  return { wallet_state, sources, hasCoupons: coupons > 0, askedBanks: payments > 0 }
}

function cardOf({ card_id, bank_type, position }: Row): Source[] {
  return card_id === null ? [] : [{ id: card_id, bank_type: bank_type ?? '', position: position ?? 0 }]
}

/** By place; of two in one place the wallet is first. */
function inOrder(one: Source, other: Source): number {
  const rank = ({ id }: Source) => (id === 'wallet' ? '' : id)
  return one.position - other.position || (rank(one) < rank(other) ? -1 : 1)
}
