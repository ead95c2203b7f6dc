import { putCard } from '../../../funding/cards.ts'
import { putScriptedCard, type ScriptedCard } from '../../../funding/scripted-bank.ts'
import { topUp } from '../../../funding/wallet.ts'
import { createPayer } from '../../../payers/payers.ts'
import type { Transaction } from '../../../store/database.ts'

/** A payer of the sandbox, each for one way in which a payment can end. */
interface SandboxPayer {
  payer_id: string
  /** Under the app id of the sandbox. */
  openid: string
  behaviour: string
  /** Fen. */
  wallet: number
  card?: { bank_type: string } & Pick<ScriptedCard, 'available' | 'behaviour'>
  /** What the payer does unless something else is asked for. */
  habit?: 'CANCELS' | 'IS_ANOTHER'
}

export const SANDBOX_PAYERS: readonly SandboxPayer[] = [
  {
    payer_id: 'payer-who-pays',
    openid: 'oSandboxPayerWhoPays00000000',
    behaviour: 'Has 10,000 yuan in the wallet: PAID',
    wallet: 1_000_000,
  },
  {
    payer_id: 'payer-who-cancels',
    openid: 'oSandboxPayerWhoCancels00000',
    behaviour: 'Looks and goes away: CANCELLED, unless `action` is `PAY`',
    wallet: 1_000_000,
    habit: 'CANCELS',
  },
  {
    payer_id: 'payer-without-money',
    openid: 'oSandboxPayerWithoutMoney000',
    behaviour: 'An empty wallet and an empty card: REFUSED, 余额不足',
    wallet: 0,
    card: { bank_type: 'CMB_DEBIT', available: 0, behaviour: 'APPROVE' },
  },
  {
    payer_id: 'payer-with-slow-bank',
    openid: 'oSandboxPayerWithSlowBank000',
    behaviour:
      'Pays by a card whose bank answers late: PROCESSING for 15 seconds, then PAID, bank_type CCB_DEBIT',
    wallet: 0,
    card: { bank_type: 'CCB_DEBIT', available: 1_000_000, behaviour: 'UNKNOWN_THEN_APPROVED' },
  },
  {
    payer_id: 'payer-who-is-another',
    openid: 'oSandboxPayerWhoIsAnother000',
    behaviour:
      'Is taken for another one than the order is for: REFUSED, 下单账号与支付账号不一致，请核实后再支付',
    wallet: 1_000_000,
    habit: 'IS_ANOTHER',
  },
]

const HABITS: ReadonlyMap<string, SandboxPayer['habit']> = new Map(
  SANDBOX_PAYERS.map(({ payer_id, habit }) => [payer_id, habit]),
)

/** What a payer does when nothing is asked for. */
export function usualAction(payerId: string): 'PAY' | 'CANCEL' {
  return HABITS.get(payerId) === 'CANCELS' ? 'CANCEL' : 'PAY'
}

/** Whether a payer is taken for somebody else by every order. */
export function isAlwaysAnother(payerId: string): boolean {
  return HABITS.get(payerId) === 'IS_ANOTHER'
}

/** Writes them into a new or a reset sandbox. */
export async function storePayers(tx: Transaction, appid: string, now: number): Promise<void> {
  for (const { payer_id, openid, wallet, card } of SANDBOX_PAYERS) {
    await createPayer(tx, { payer_id, score: 700, advance_limit: 0 })
    await tx.run(
      'INSERT INTO payer_openids (appid, openid, payer_id) VALUES ($1, $2, $3)',
      appid,
      openid,
      payer_id,
    )
    if (wallet > 0) await topUp(tx, { payer_id, id: 'opening', amount: wallet, business_time: now })
    if (!card) continue
    const { bank_type, available, behaviour } = card
    const card_id = `card-of-${payer_id}`
    await putCard(tx, { card_id, payer_id, bank_type, position: 1 })
    await putScriptedCard(tx, { card_id, available, behaviour })
  }
}
