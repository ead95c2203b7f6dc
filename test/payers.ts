import assert from 'node:assert/strict'
import { type Card, putCard } from '../src/funding/cards.ts'
import { putScriptedCard, type ScriptedCard } from '../src/funding/scripted-bank.ts'
import { topUp } from '../src/funding/wallet.ts'
import type { Platform } from '../src/node/platform.ts'
import { createPayer } from '../src/payers/payers.ts'
import { plateContext } from '../src/products/industry/parking/plate-context.ts'
import { openPlate } from '../src/products/industry/parking/plates.ts'
import type { Database, Transaction } from '../src/store/database.ts'

// Payers for tests: made by the rooms' own functions, as the administration API makes them.

/** A card and how its bank behaves. */
export type TestCard = Partial<Pick<Card, 'card_id' | 'bank_type' | 'position'>> & Partial<ScriptedCard>

export interface TestPayer {
  payer_id: string
  plate_number: string
}

let last = 0

/** Makes a payer who can be charged, by a blue plate of its own; without money, without cards and with a limit for advances of 0 unless said. */
export async function newPayer(
  platform: Platform,
  options: {
    wallet?: number
    cards?: TestCard[]
    score?: number
    advance_limit?: number
    opened?: boolean
  } = {},
): Promise<TestPayer> {
  last += 1
  const payer_id = `test-payer-${last}`
  const plate_number = `粤C${String(10_000 + last)}`
  const { wallet = 0, cards = [], score = 700, advance_limit = 0, opened = true } = options
  await platform.db.transaction(async tx => {
    await createPayer(tx, { payer_id, score, advance_limit })
    if (opened) await open(tx, platform, { payer_id, plate_number })
    for (const [index, card] of cards.entries()) {
      const {
        card_id = `${payer_id}-card-${index + 1}`,
        bank_type = 'CMB_DEBIT',
        position = index + 1,
      } = card
      const { available = 1_000_000, behaviour = 'APPROVE' } = card
      assert.equal(await putCard(tx, { card_id, payer_id, bank_type, position }), 'done')
      await putScriptedCard(tx, { card_id, available, behaviour })
    }
  })
  if (wallet > 0) await fillWallet(platform, payer_id, wallet)
  return { payer_id, plate_number }
}

/** Lets a payer who is there be charged. */
export async function chargeable(platform: Platform, payer_id: string): Promise<TestPayer> {
  last += 1
  const payer = { payer_id, plate_number: `粤C${String(10_000 + last)}` }
  await platform.db.transaction(tx => open(tx, platform, payer))
  return payer
}

async function open(tx: Transaction, platform: Platform, payer: TestPayer): Promise<void> {
  const plate = { ...payer, plate_color: 'BLUE' as const }
  assert.equal(await openPlate(tx, plateContext(platform), plate), 'changed')
}

/** Money comes from outside into a wallet. */
export async function fillWallet(platform: Platform, payer_id: string, amount: number): Promise<void> {
  last += 1
  const movement = { payer_id, id: `test-${last}`, amount, business_time: platform.clock.now() }
  const done = await platform.db.transaction(tx => topUp(tx, movement))
  assert.equal(typeof done, 'object', String(done))
}

/** What is posted on an account. */
export async function balance(db: Database, account: string): Promise<number> {
  const row = await db.get<{ balance: number }>(
    'SELECT balance FROM ledger_accounts WHERE account = $1',
    account,
  )
  return row?.balance ?? 0
}
