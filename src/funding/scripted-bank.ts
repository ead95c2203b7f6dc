import type { Database, Statements, Transaction } from '../store/database.ts'
import type { Bank, BankAnswer, BankPayment, BankRefund } from './bank.ts'

type Outcome = Exclude<BankAnswer, 'unknown'>

/** How a card's bank behaves. */
interface Script {
  meaning: string
  /** What it decides; an approval becomes `no_funds` when `available` does not suffice. */
  outcome: Outcome
  /** The time it is asked at which it decides, and takes the money. */
  decidesAt: number
  /** The first time it is asked that it gives its decision. Before, its answer is `unknown`. */
  answersAt: number
}

/** How a scripted bank can behave. A behaviour is that of the card when a payment is asked for the first time. */
export const BEHAVIOURS = {
  APPROVE: {
    meaning: 'Pays while there is money, otherwise answers that there is none',
    outcome: 'approved',
    decidesAt: 1,
    answersAt: 1,
  },
  NO_FUNDS: {
    meaning: 'Answers that there is no money, whatever is available',
    outcome: 'no_funds',
    decidesAt: 1,
    answersAt: 1,
  },
  REFUSE: {
    meaning: 'Refuses for good',
    outcome: 'refused',
    decidesAt: 1,
    answersAt: 1,
  },
  TIME_OUT: {
    meaning: 'Is out of reach twice; asked a third time it behaves like APPROVE',
    outcome: 'approved',
    decidesAt: 3,
    answersAt: 3,
  },
  UNKNOWN_THEN_APPROVED: {
    meaning: 'Pays at once like APPROVE, but its first answer is lost',
    outcome: 'approved',
    decidesAt: 1,
    answersAt: 2,
  },
  UNKNOWN_THEN_REFUSED: {
    meaning: 'Refuses for good, but its first answer is lost',
    outcome: 'refused',
    decidesAt: 1,
    answersAt: 2,
  },
} as const satisfies Record<string, Script>

export type Behaviour = keyof typeof BEHAVIOURS

/** How a scripted bank can take refunds: a refund needs no money on the card. */
export const REFUND_BEHAVIOURS = [
  'APPROVE',
  'REFUSE',
  'TIME_OUT',
  'UNKNOWN_THEN_APPROVED',
  'UNKNOWN_THEN_REFUSED',
] as const satisfies readonly Behaviour[]

export type RefundBehaviour = (typeof REFUND_BEHAVIOURS)[number]

/** A card as its scripted bank knows it. */
export interface ScriptedCard {
  card_id: string
  /** What the bank will pay in all, in fen. */
  available: number
  behaviour: Behaviour
  /** `APPROVE` where it is not said. */
  refund_behaviour?: RefundBehaviour
}

/** A payment or a refund in the books of a scripted bank. */
interface ScriptedMovement {
  card_id: string
  amount: number
  behaviour: Behaviour
  asked: number
  outcome: Outcome | null
}

/**
 * The banks of the sandbox. They keep books of their own, in transactions of their own, as a real bank does: what they
 * have decided stands, whatever becomes of the platform's transaction.
 *
 * Nobody waits for them in earnest: where a real bank would not answer in time, the answer is `unknown` at once. A card that
 * they do not know is `refused`, unless money comes to it. What is asked again with another card or amount fails.
 */
export function scriptedBank(db: Database): Bank {
  return {
    pay: payment => db.transaction(tx => pay(tx, payment)),
    refund: asked => db.transaction(tx => refund(tx, asked)),
  }
}

/** Gives a card to its scripted bank, or changes how much it pays and how it behaves. */
export async function putScriptedCard(
  tx: Transaction,
  { card_id, available, behaviour, refund_behaviour = 'APPROVE' }: ScriptedCard,
): Promise<void> {
  await tx.run(
    `INSERT INTO scripted_cards (card_id, available, behaviour, refund_behaviour) VALUES ($1, $2, $3, $4)
     ON CONFLICT (card_id) DO UPDATE SET available = excluded.available, behaviour = excluded.behaviour,
                                         refund_behaviour = excluded.refund_behaviour`,
    card_id,
    available,
    behaviour,
    refund_behaviour,
  )
}

/** A card of a scripted bank; `lock` is the clause of a transaction that is going to change it. */
export function findScriptedCard(
  db: Statements,
  cardId: string,
  lock: Transaction['forUpdate'] = '',
): Promise<Required<ScriptedCard> | undefined> {
  return db.get<Required<ScriptedCard>>(
    `SELECT card_id, available, behaviour, refund_behaviour FROM scripted_cards WHERE card_id = $1 ${lock}`,
    cardId,
  )
}

async function pay(tx: Transaction, { payment_id, card_id, amount }: BankPayment): Promise<BankAnswer> {
  await tx.run(
    `INSERT INTO scripted_payments (payment_id, card_id, amount, behaviour)
     SELECT $1, card_id, $2, behaviour FROM scripted_cards WHERE card_id = $3 ON CONFLICT DO NOTHING`,
    payment_id,
    amount,
    card_id,
  )
  const payment = await tx.get<ScriptedMovement>(
    `UPDATE scripted_payments SET asked = asked + 1 WHERE payment_id = $1
     RETURNING card_id, amount, behaviour, asked, outcome`,
    payment_id,
  )
  if (!payment) return 'refused'
  if (payment.card_id !== card_id || payment.amount !== amount) {
    throw new Error(`The payment ${payment_id} was asked for with another card or amount before`)
  }
  const script: Script = BEHAVIOURS[payment.behaviour]
  const outcome = payment.outcome ?? (await decide(tx, payment_id, payment, script))
  return outcome && payment.asked >= script.answersAt ? outcome : 'unknown'
}

/** The decision, made and kept when it is time for it. */
async function decide(
  tx: Transaction,
  paymentId: string,
  { card_id, amount, asked }: ScriptedMovement,
  script: Script,
): Promise<Outcome | undefined> {
  if (asked < script.decidesAt) return undefined
  const isCovered = script.outcome !== 'approved' || (await take(tx, card_id, amount))
  const outcome = isCovered ? script.outcome : 'no_funds'
  await tx.run('UPDATE scripted_payments SET outcome = $1 WHERE payment_id = $2', outcome, paymentId)
  return outcome
}

async function take(tx: Transaction, cardId: string, amount: number): Promise<boolean> {
  const taken = await tx.run(
    'UPDATE scripted_cards SET available = available - $1 WHERE card_id = $2 AND available >= $1',
    amount,
    cardId,
  )
  return taken === 1
}

async function refund(tx: Transaction, { refund_id, card_id, amount }: BankRefund): Promise<BankAnswer> {
  await tx.run(
    `INSERT INTO scripted_refunds (refund_id, card_id, amount, behaviour)
     VALUES ($1, $2, $3, COALESCE((SELECT refund_behaviour FROM scripted_cards WHERE card_id = $2), 'APPROVE'))
     ON CONFLICT DO NOTHING`,
    refund_id,
    card_id,
    amount,
  )
  const asked = await tx.get<ScriptedMovement>(
    `UPDATE scripted_refunds SET asked = asked + 1 WHERE refund_id = $1
     RETURNING card_id, amount, behaviour, asked, outcome`,
    refund_id,
  )
  if (asked?.card_id !== card_id || asked.amount !== amount) {
    throw new Error(`The refund ${refund_id} was asked for with another card or amount before`)
  }
  const script: Script = BEHAVIOURS[asked.behaviour]
  const outcome = asked.outcome ?? (await decideRefund(tx, refund_id, asked, script))
  return outcome && asked.asked >= script.answersAt ? outcome : 'unknown'
}

async function decideRefund(
  tx: Transaction,
  refundId: string,
  { card_id, amount, asked }: ScriptedMovement,
  { outcome, decidesAt }: Script,
): Promise<Outcome | undefined> {
  if (asked < decidesAt) return undefined
  await tx.run('UPDATE scripted_refunds SET outcome = $1 WHERE refund_id = $2', outcome, refundId)
  if (outcome === 'approved') {
    await tx.run('UPDATE scripted_cards SET available = available + $1 WHERE card_id = $2', amount, card_id)
  }
  return outcome
}
