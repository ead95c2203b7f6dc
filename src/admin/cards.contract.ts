import * as Type from '../contract/schema.ts'
import { CARD_BANK_TYPES } from '../funding/bank-types.ts'
import { BEHAVIOURS, type Behaviour, REFUND_BEHAVIOURS } from '../funding/scripted-bank.ts'
import { fen, id, integer, oneOf, payerId, sum } from './fields.ts'
import { adminOperation } from './operation.ts'

const cardId = id('The card, by a name that no other payer has used')
const behaviours = Object.keys(BEHAVIOURS) as Behaviour[]

const settings = {
  bank_type: oneOf('Which bank, and what kind of card; it never changes', CARD_BANK_TYPES),
  position: integer("Its place among the payer's sources; the lowest is tried first", 0, 1_000),
  available: fen('What its bank will pay in all'),
  behaviour: oneOf(
    Object.entries(BEHAVIOURS)
      .map(([name, { meaning }]) => `${name}: ${meaning}`)
      .join('. '),
    behaviours,
  ),
  refund_behaviour: oneOf(
    'How its bank takes refunds: as `behaviour` says, APPROVE unless said; a bank that refuses has closed the card',
    REFUND_BEHAVIOURS,
  ),
}

const card = Type.Object({
  card_id: cardId,
  payer_id: payerId,
  bank_type: settings.bank_type,
  position: settings.position,
  state: oneOf('A removed card is not asked any more', ['NORMAL', 'REMOVED'] as const),
  available: sum('What its bank will still pay'),
  behaviour: settings.behaviour,
  refund_behaviour: settings.refund_behaviour,
})

const path = '/admin/v1/payers/{payer_id}/cards/{card_id}'

export const listCards = adminOperation({
  name: 'listCards',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}/cards',
  title: "A payer's cards, in the order in which they are tried",
  request: Type.Object({ payer_id: payerId }),
  reply: Type.Object({ data: Type.Array(card) }),
  problems: ['NOT_FOUND'],
})

export const putCard = adminOperation({
  name: 'putCard',
  method: 'PUT',
  path,
  title: 'Gives a payer a card, or changes its place and its bank',
  description:
    'A new card needs its `bank_type`; unless said, it comes after the cards that are there and its bank approves up to ' +
    '10000000 fen.',
  request: Type.Object({
    payer_id: payerId,
    card_id: cardId,
    bank_type: Type.Optional(settings.bank_type),
    position: Type.Optional(settings.position),
    available: Type.Optional(settings.available),
    behaviour: Type.Optional(settings.behaviour),
    refund_behaviour: Type.Optional(settings.refund_behaviour),
  }),
  reply: card,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const deleteCard = adminOperation({
  name: 'deleteCard',
  method: 'DELETE',
  path,
  title: 'Takes a card away; what its bank was asked already is waited for',
  request: Type.Object({ payer_id: payerId, card_id: cardId }),
  reply: Type.Object({ payer_id: payerId, card_id: cardId }),
  problems: ['NOT_FOUND'],
})
