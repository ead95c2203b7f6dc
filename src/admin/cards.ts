import { type Card, findCard, listCards, putCard, removeCard } from '../funding/cards.ts'
import { findScriptedCard, putScriptedCard, type ScriptedCard } from '../funding/scripted-bank.ts'
import { lockPayer } from '../payers/payers.ts'
import type { Statements, Transaction } from '../store/database.ts'
import * as contract from './cards.contract.ts'
import { adminEndpoint } from './operation.ts'
import { conflict, invalidFields, notFound } from './problems.ts'

/** What a new card's bank will pay, unless said, in fen, and how it behaves. */
const NEW_CARD: Required<Omit<ScriptedCard, 'card_id'>> = {
  available: 10_000_000,
  behaviour: 'APPROVE',
  refund_behaviour: 'APPROVE',
}

export const cards = [
  adminEndpoint(contract.listCards, async ({ payer_id }, { platform }) => {
    const payer = await platform.db.get('SELECT payer_id FROM payers WHERE payer_id = $1', payer_id)
    if (!payer) throw notFound('payer', payer_id)
    const data = []
    for (const { card_id } of await listCards(platform.db, payer_id))
      data.push(await detailOf(platform.db, payer_id, card_id))
    return { data }
  }),
  adminEndpoint(contract.putCard, ({ payer_id, card_id, ...given }, { platform }) =>
    platform.db.transaction(async tx => {
      await requirePayer(tx, payer_id)
      const known = await findCard(tx, card_id)
      const bank_type = given.bank_type ?? known?.bank_type
      if (!bank_type)
        throw invalidFields({ field: 'bank_type', issue: 'is required, because the card is new' })
      const position = given.position ?? known?.position ?? (await lastPosition(tx, payer_id)) + 1
      requireDone(await putCard(tx, { card_id, payer_id, bank_type, position }))
      // The bank may be paying from it at this moment.
      const bank = (await findScriptedCard(tx, card_id, tx.forUpdate)) ?? { card_id, ...NEW_CARD }
      const { available = bank.available, behaviour = bank.behaviour } = given
      const { refund_behaviour = bank.refund_behaviour } = given
      await putScriptedCard(tx, { card_id, available, behaviour, refund_behaviour })
      return detailOf(tx, payer_id, card_id)
    }),
  ),
  adminEndpoint(contract.deleteCard, ({ payer_id, card_id }, { platform }) =>
    platform.db.transaction(async tx => {
      await requirePayer(tx, payer_id)
      if ((await findCard(tx, card_id))?.payer_id === payer_id) await removeCard(tx, card_id)
      return { payer_id, card_id }
    }),
  ),
]

/** The payer's row keeps two who add cards at once apart. */
async function requirePayer(tx: Transaction, payerId: string): Promise<void> {
  if (!(await lockPayer(tx, payerId))) throw notFound('payer', payerId)
}

async function lastPosition(tx: Transaction, payerId: string): Promise<number> {
  return (await listCards(tx, payerId)).reduce((last, { position }) => Math.max(last, position), 0)
}

function requireDone(outcome: Awaited<ReturnType<typeof putCard>>): void {
  if (outcome === 'other_payer')
    throw conflict(
      'The card_id is used by another payer; ids of cards are unique in the sandbox. Give another card_id.',
    )
  if (outcome === 'other_bank')
    throw conflict('The card is at another bank, and that never changes; give another card_id.')
  if (outcome === 'reserved')
    throw conflict('wallet and advance are names of other sources; give another card_id.')
  if (outcome === 'too_many') throw conflict('The payer has as many cards as one can have; delete one first.')
}

async function detailOf(db: Statements, payerId: string, cardId: string) {
  const card: Card | undefined = await findCard(db, cardId)
  if (card?.payer_id !== payerId) throw notFound('card', cardId)
  const bank = (await findScriptedCard(db, cardId)) ?? { ...NEW_CARD, available: 0 }
  const { available, behaviour, refund_behaviour } = bank
  return { ...card, available, behaviour, refund_behaviour } as CardReply
}

type CardReply = import('../contract/schema.ts').Static<(typeof contract.putCard)['reply']>
