import { type Card, findCard, listCards, putCard, removeCard } from '../../funding/cards.ts'
import { findScriptedCard, putScriptedCard, type ScriptedCard } from '../../funding/scripted-bank.ts'
import { lockOwner } from '../../owners/owners.ts'
import type { Statements, Transaction } from '../../store/database.ts'
import * as contract from './contract/cards.ts'
import { adminEndpoint } from './operation.ts'
import { conflict, invalidFields, notFound } from './problems.ts'

/** What a new card's bank will pay, unless said, in fen, and how it behaves. */
const NEW_CARD: Required<Omit<ScriptedCard, 'card_id'>> = {
  available: 10_000_000,
  behaviour: 'APPROVE',
  refund_behaviour: 'APPROVE',
}

export const cards = [
  adminEndpoint(contract.listCards, async ({ owner_id }, { platform }) => {
    const owner = await platform.db.get('SELECT owner_id FROM owners WHERE owner_id = $1', owner_id)
    if (!owner) throw notFound('owner', owner_id)
    const data = []
    for (const { card_id } of await listCards(platform.db, owner_id))
      data.push(await detailOf(platform.db, owner_id, card_id))
    return { data }
  }),
  adminEndpoint(contract.putCard, ({ owner_id, card_id, ...given }, { platform }) =>
    platform.db.transaction(async tx => {
      await requireOwner(tx, owner_id)
      const known = await findCard(tx, card_id)
      const bank_type = given.bank_type ?? known?.bank_type
      if (!bank_type)
        throw invalidFields({ field: 'bank_type', issue: 'is required, because the card is new' })
      const position = given.position ?? known?.position ?? (await lastPosition(tx, owner_id)) + 1
      requireDone(await putCard(tx, { card_id, owner_id, bank_type, position }))
      // The bank may be paying from it at this moment.
      const bank = (await findScriptedCard(tx, card_id, tx.forUpdate)) ?? { card_id, ...NEW_CARD }
      const { available = bank.available, behaviour = bank.behaviour } = given
      const { refund_behaviour = bank.refund_behaviour } = given
      await putScriptedCard(tx, { card_id, available, behaviour, refund_behaviour })
      return detailOf(tx, owner_id, card_id)
    }),
  ),
  adminEndpoint(contract.deleteCard, ({ owner_id, card_id }, { platform }) =>
    platform.db.transaction(async tx => {
      await requireOwner(tx, owner_id)
      if ((await findCard(tx, card_id))?.owner_id === owner_id) await removeCard(tx, card_id)
      return { owner_id, card_id }
    }),
  ),
]

/** The owner's row keeps two who add cards at once apart. */
async function requireOwner(tx: Transaction, ownerId: string): Promise<void> {
  if (!(await lockOwner(tx, ownerId))) throw notFound('owner', ownerId)
}

async function lastPosition(tx: Transaction, ownerId: string): Promise<number> {
  return (await listCards(tx, ownerId)).reduce((last, { position }) => Math.max(last, position), 0)
}

function requireDone(outcome: Awaited<ReturnType<typeof putCard>>): void {
  if (outcome === 'other_owner')
    throw conflict(
      'The card_id is used by another owner; ids of cards are unique in the world. Give another card_id.',
    )
  if (outcome === 'other_bank')
    throw conflict('The card is at another bank, and that never changes; give another card_id.')
  if (outcome === 'reserved')
    throw conflict('wallet and advance are names of other sources; give another card_id.')
  if (outcome === 'too_many') throw conflict('The owner has as many cards as one can have; delete one first.')
}

async function detailOf(db: Statements, ownerId: string, cardId: string) {
  const card: Card | undefined = await findCard(db, cardId)
  if (card?.owner_id !== ownerId) throw notFound('card', cardId)
  const bank = (await findScriptedCard(db, cardId)) ?? { ...NEW_CARD, available: 0 }
  const { available, behaviour, refund_behaviour } = bank
  return { ...card, available, behaviour, refund_behaviour } as CardReply
}

type CardReply = import('../../contract/schema.ts').Static<(typeof contract.putCard)['reply']>
