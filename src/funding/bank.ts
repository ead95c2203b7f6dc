/** What a bank is asked to pay from a payer's card. */
export interface BankPayment {
  /** Names the payment. A bank that is asked again pays nothing twice and says what it said before. */
  payment_id: string
  card_id: string
  /** Which bank, such as `CMB_DEBIT`. */
  bank_type: string
  /** Fen. */
  amount: number
}

/** What a bank is asked to put back on a payer's card. */
export interface BankRefund {
  /** Names the refund. A bank that is asked again pays nothing twice and says what it said before. */
  refund_id: string
  card_id: string
  /** Which bank, such as `CMB_DEBIT`. */
  bank_type: string
  /** Fen. */
  amount: number
}

/** `no_funds` is worth another attempt later, `refused` is not; after `unknown` the bank is asked again until it knows. */
export type BankAnswer = 'approved' | 'no_funds' | 'refused' | 'unknown'

/**
 * Where payers' cards are. The sandbox has a scripted one; a real one takes its place at start.
 *
 * A call that throws or takes longer than {@link BANK_TIMEOUT_MS} counts as `unknown`: the money may have moved.
 */
export interface Bank {
  pay(payment: BankPayment): Promise<BankAnswer>
  /** Anything clear but `approved` means that the card cannot take it. */
  refund(refund: BankRefund): Promise<BankAnswer>
}

/** How long a bank may take to answer, in milliseconds of wall time. */
export const BANK_TIMEOUT_MS = 5_000
