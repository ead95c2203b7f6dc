import type { Database, Statements, Transaction } from '../store/database.ts'
import type { Bank, BankAnswer, BankPayment } from './bank.ts'

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

/** A card as its scripted bank knows it. */
export interface ScriptedCard {
  card_id: string
  /** What the bank will pay in all, in fen. */
  available: number
  behaviour: Behaviour
}

interface ScriptedPayment {
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
 * they do not know is `refused`. A payment that is asked again with another card or amount fails.
 */
export function scriptedBank(db: Database): Bank {
  return { pay: payment => db.transaction(tx => pay(tx, payment)) }
}

/** Gives a card to its scripted bank, or changes how much it pays and how it behaves. */
export async function putScriptedCard(
  tx: Transaction,
  { card_id, available, behaviour }: ScriptedCard,
): Promise<void> {
  await tx.run(
    `INSERT INTO scripted_cards (card_id, available, behaviour) VALUES ($1, $2, $3)
     ON CONFLICT (card_id) DO UPDATE SET available = excluded.available, behaviour = excluded.behaviour`,
    card_id,
    available,
    behaviour,
  )
}

/** A card of a scripted bank; `lock` is the clause of a transaction that is going to change it. */
export function findScriptedCard(
  db: Statements,
  cardId: string,
  lock: Transaction['forUpdate'] = '',
): Promise<ScriptedCard | undefined> {
  return db.get<ScriptedCard>(
    `SELECT card_id, available, behaviour FROM scripted_cards WHERE card_id = $1 ${lock}`,
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
  const payment = await tx.get<ScriptedPayment>(
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
  { card_id, amount, asked }: ScriptedPayment,
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
