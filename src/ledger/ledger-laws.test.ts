import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { openAccount } from './accounts.ts'
import { auditLedger } from './audit.ts'
import { post, postPending, reserve, type Transfer, voidPending } from './ledger.ts'

// The ledger beside a model of it, which is written as the laws are said and not as the tables are.

const MINIMA: readonly (number | null)[] = [null, 0, 0, -300, 50]
const SUBJECTS = 4
const ENTRIES = 12

interface Movement {
  subject: number
  entry: number
  debit: number
  credit: number
  amount: number
}

type Step =
  | { does: 'post' | 'reserve'; movements: Movement[] }
  | { does: 'post pending' | 'void'; subject: number }

type State = 'PENDING' | 'POSTED' | 'VOIDED'

/** Every transfer that was ever written, and nothing else: what accounts hold is added up from it. */
class Model {
  readonly #transfers: (Movement & { state: State })[]

  constructor(opening: readonly Movement[]) {
    this.#transfers = opening.map(movement => ({ ...movement, state: 'POSTED' }))
  }

  run(step: Step): boolean | number | 'fails' {
    if ('movements' in step) return this.#write(step.does, step.movements)
    const pending = this.#transfers.filter(
      ({ subject, state }) => subject === step.subject && state === 'PENDING',
    )
    for (const transfer of pending) transfer.state = step.does === 'void' ? 'VOIDED' : 'POSTED'
    return pending.length
  }

  #write(does: 'post' | 'reserve', movements: readonly Movement[]): boolean | 'fails' {
    const state: State = does === 'post' ? 'POSTED' : 'PENDING'
    const added = movements.map(movement => ({ ...movement, state }))
    const all = [...this.#transfers, ...added]
    if (MINIMA.some((minimum, account) => minimum !== null && freeOf(all, account) < minimum)) return false
    const names = new Set(all.map(({ subject, entry }) => `${subject}/${entry}`))
    if (names.size < all.length) return 'fails'
    this.#transfers.push(...added)
    return true
  }

  books(): number[][] {
    return MINIMA.map((_, account) => [
      sum(this.#transfers, 'POSTED', 'credit', account) - sum(this.#transfers, 'POSTED', 'debit', account),
      sum(this.#transfers, 'PENDING', 'debit', account),
      sum(this.#transfers, 'PENDING', 'credit', account),
    ])
  }
}

type Transfers = readonly (Movement & { state: State })[]

function sum(transfers: Transfers, state: State, side: 'debit' | 'credit', account: number): number {
  return transfers
    .filter(transfer => transfer.state === state && transfer[side] === account)
    .reduce((total, { amount }) => total + amount, 0)
}

/** What can be spent: what has come less what has gone and what is promised. What others have promised does not count. */
function freeOf(transfers: Transfers, account: number): number {
  return (
    sum(transfers, 'POSTED', 'credit', account) -
    sum(transfers, 'POSTED', 'debit', account) -
    sum(transfers, 'PENDING', 'debit', account)
  )
}

const account = fc.nat({ max: MINIMA.length - 1 })
const subject = fc.nat({ max: SUBJECTS - 1 })
const movement = fc
  .record({
    subject,
    entry: fc.nat({ max: ENTRIES - 1 }),
    debit: account,
    credit: account,
    amount: fc.integer({ min: 1, max: 400 }),
  })
  .filter(({ debit, credit }) => debit !== credit)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constantFrom('post' as const, 'reserve' as const),
      movements: fc.array(movement, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('post pending' as const, 'void' as const), subject }),
  },
)

/** Where the money comes from: the account without a minimum fills the others. */
const OPENING: readonly Movement[] = [300, 1, 0, 400].map((amount, index) => ({
  subject: -1,
  entry: index,
  debit: 0,
  credit: index + 1,
  amount,
}))

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, 0)
})
after(() => db.close())

let runs = 0

/** Five accounts of the real ledger that no other run has. */
async function openLedger() {
  runs += 1
  const prefix = `run-${runs}`
  const transferOf = ({ subject, entry, debit, credit, amount }: Movement): Transfer => ({
    subject: `${prefix}/${subject}`,
    entry: String(entry),
    kind: 'top_up',
    debit_account: `${prefix}/${debit}`,
    credit_account: `${prefix}/${credit}`,
    amount,
    business_time: 0,
  })
  await db.transaction(async tx => {
    for (const index of MINIMA.keys()) await openAccount(tx, `${prefix}/${index}`, null)
    await post(tx, OPENING.map(transferOf))
    for (const [index, minimum] of MINIMA.entries()) {
      await tx.run(
        'UPDATE ledger_accounts SET minimum = $1 WHERE account = $2',
        minimum,
        `${prefix}/${index}`,
      )
    }
  })
  return {
    async run(step: Step): Promise<boolean | number | 'fails'> {
      try {
        return await db.transaction<boolean | number>(tx => {
          if ('movements' in step) {
            return (step.does === 'post' ? post : reserve)(tx, step.movements.map(transferOf))
          }
          const end = step.does === 'void' ? voidPending : postPending
          return end(tx, `${prefix}/${step.subject}`, 1)
        })
      } catch {
        return 'fails'
      }
    },
    async books(): Promise<number[][]> {
      const rows = await db.all<{ balance: number; pending_debits: number; pending_credits: number }>(
        `SELECT balance, pending_debits, pending_credits FROM ledger_accounts WHERE account LIKE $1 ORDER BY account`,
        `${prefix}/%`,
      )
      return rows.map(({ balance, pending_debits, pending_credits }) => [
        balance,
        pending_debits,
        pending_credits,
      ])
    },
  }
}

test('whatever is posted, promised and taken back: the ledger holds what its transfers say, and no account passes its minimum', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const ledger = await openLedger()
      const model = new Model(OPENING)
      for (const step of steps) {
        assert.equal(await ledger.run(step), model.run(step), JSON.stringify(step))
        assert.deepEqual(await ledger.books(), model.books(), JSON.stringify(step))
      }
    }),
    { numRuns: 40 },
  )
  assert.deepEqual(await auditLedger(db), [])
})

test('whatever happens at the same time: the books are right, and no entry is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async steps => {
      const ledger = await openLedger()
      await Promise.all(steps.map(step => ledger.run(step)))
      assert.deepEqual(await auditLedger(db), [])
      const free = (await ledger.books()).map(([balance = 0, promised = 0]) => balance - promised)
      for (const [index, minimum] of MINIMA.entries()) {
        assert.ok(minimum === null || Number(free[index]) >= minimum)
      }
    }),
    { numRuns: 20 },
  )
})
