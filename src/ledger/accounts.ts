import type { Transaction } from '../store/database.ts'

/** Money that comes from or goes to banks outside; without a limit, like the next one. */
export const BANK_CLEARING = 'bank/clearing'

/** What the platform itself spends on coupons. */
export const MARKETING = 'platform/marketing'

/** A payer's money at the platform. */
export function walletOf(payerId: string): string {
  return `payer/${payerId}/wallet`
}

/** What the platform has advanced for a payer: a debt, so it is below zero until it is repaid. */
export function advanceOf(payerId: string): string {
  return `payer/${payerId}/advance`
}

/** What was collected for a merchant number and becomes available with the next settled day. */
export function pendingOf(mchid: string): string {
  return `merchant/${mchid}/pending`
}

/** What was collected with `profit_sharing` and waits for its release. */
export function heldOf(mchid: string): string {
  return `merchant/${mchid}/held`
}

/** What a merchant number can refund from and withdraw. */
export function availableOf(mchid: string): string {
  return `merchant/${mchid}/available`
}

/** What the platform has kept of a merchant's charges. An account for each merchant, so that they do not wait for each other. */
export function feesOf(mchid: string): string {
  return `merchant/${mchid}/fees`
}

/** The merchant's operation account (运营账户): what it has put there itself. */
export function operationOf(mchid: string): string {
  return `merchant/${mchid}/operation`
}

/** What a merchant has given for refunds that have not reached their payers yet. */
export function refundingOf(mchid: string): string {
  return `merchant/${mchid}/refunding`
}

/** The merchant's own bank account outside: where withdrawals go to and top-ups come from. Without a limit. */
export function bankOf(mchid: string): string {
  return `merchant/${mchid}/bank`
}

/** What was put aside for the coupons of a stock. */
export function couponFundOf(stockId: string): string {
  return `coupon/${stockId}/fund`
}

/** Opens an account with nothing on it; an account that exists is left as it is. `minimum` is in fen, null for none. */
export async function openAccount(
  tx: Transaction,
  account: string,
  minimum: number | null = 0,
): Promise<void> {
  await tx.run(
    'INSERT INTO ledger_accounts (account, minimum) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    account,
    minimum,
  )
}

/** The accounts that every merchant number has. */
export async function openMerchantAccounts(tx: Transaction, mchid: string): Promise<void> {
  for (const accountOf of [pendingOf, heldOf, availableOf, feesOf, operationOf, refundingOf]) {
    await openAccount(tx, accountOf(mchid))
  }
  await openAccount(tx, bankOf(mchid), null)
}
