import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import type { Database } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import { bankOf, openAccount, openMerchantAccounts, pendingOf, walletOf } from './accounts.ts'
import { auditLedger } from './audit.ts'
import { post, postPending, reserve, type Transfer, type TransferKind, voidPending } from './ledger.ts'
import { transfersOf } from './transfers.ts'

const OUTSIDE = 'test/outside'
const NOW = 1_503_719_100_000

let db: Database
before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, NOW)
  await db.transaction(tx => openAccount(tx, OUTSIDE, null))
})
after(() => db.close())

/** Balance, promised debits, promised credits; a single number is a balance without promises. */
type Book = number | [balance: number, pendingDebits: number, pendingCredits: number]
type Books = Record<string, Book>
/** What an event answers; `fails` when its transaction does. */
type Answer = boolean | number | 'fails'
/** An account before the events: its balance, and its minimum where that is not 0. */
type Opening = Record<string, number | { balance: number; minimum: number | null }>

/**
 * One event, what it answers, and the accounts that it changes; all others must be as they were. Transfers are written
 * `subject/entry debit>credit amount`, several of one set with commas between.
 */
type Event = [
  does: 'post' | 'reserve' | 'post pending' | 'void',
  what: string,
  answer: Answer,
  changes?: Books,
]

const TABLES: [law: string, before: Opening, events: Event[]][] = [
  [
    'a transfer takes from one account what it gives to another, down to the minimum and not below',
    { wallet: 1_000, merchant: 0 },
    [
      ['post', 'o1/charge wallet>merchant 888', true, { wallet: 112, merchant: 888 }],
      ['post', 'o2/charge wallet>merchant 113', false],
      ['post', 'o2/charge wallet>merchant 112', true, { wallet: 0, merchant: 1_000 }],
      ['post', 'o3/charge wallet>merchant 1', false],
    ],
  ],
  [
    'a minimum can be below zero, above it, or not there at all',
    {
      debt: { balance: 0, minimum: -500 },
      deposit: { balance: 300, minimum: 100 },
      bank: { balance: 0, minimum: null },
      merchant: 0,
    },
    [
      ['post', 'o1/a debt>merchant 501', false],
      ['post', 'o1/a debt>merchant 500', true, { debt: -500, merchant: 500 }],
      ['post', 'o2/a deposit>merchant 201', false],
      ['post', 'o2/a deposit>merchant 200', true, { deposit: 100, merchant: 700 }],
      ['post', 'o3/a bank>merchant 9000000000', true, { bank: -9_000_000_000, merchant: 9_000_000_700 }],
    ],
  ],
  [
    'a refused transfer is not written down, so its entry can be posted once there is money',
    { wallet: 0, merchant: 0, bank: { balance: 0, minimum: null } },
    [
      ['post', 'o1/charge wallet>merchant 5', false],
      ['post', 'top-up/1 bank>wallet 5', true, { bank: -5, wallet: 5 }],
      ['post', 'o1/charge wallet>merchant 5', true, { wallet: 0, merchant: 5 }],
    ],
  ],
  [
    'an entry is written once, whether posted, promised or taken back',
    { wallet: 1_000, merchant: 0 },
    [
      ['post', 'o1/a wallet>merchant 1', true, { wallet: 999, merchant: 1 }],
      ['post', 'o1/a wallet>merchant 1', 'fails'],
      ['reserve', 'o1/a wallet>merchant 2', 'fails'],
      ['reserve', 'o1/b wallet>merchant 4', true, { wallet: [999, 4, 0], merchant: [1, 0, 4] }],
      ['post', 'o1/b wallet>merchant 4', 'fails'],
      ['void', 'o1', 1, { wallet: 999, merchant: 1 }],
      ['reserve', 'o1/b wallet>merchant 4', 'fails'],
      ['post', 'o2/a wallet>merchant 1, o2/a wallet>merchant 2', 'fails'],
      ['post', 'o2/a wallet>merchant 1, o3/a wallet>merchant 2', true, { wallet: 996, merchant: 4 }],
    ],
  ],
  [
    'a set is posted as a whole or not at all',
    { wallet: 100, fund: 30, merchant: 0, fees: 0 },
    [
      ['post', 'o1/a wallet>merchant 90, o1/b fund>merchant 31', false],
      ['post', 'o1/a wallet>merchant 101, o1/b fund>merchant 30', false],
      [
        'post',
        'o1/a wallet>merchant 90, o1/b fund>merchant 30, o1/c merchant>fees 2',
        true,
        { wallet: 10, fund: 0, merchant: 118, fees: 2 },
      ],
    ],
  ],
  [
    'what one transfer of a set brings, another may take; a promise cannot be spent so',
    { a: 10, b: 0, c: 0 },
    [
      ['reserve', 'o1/1 a>b 10, o1/2 b>c 10', false],
      ['post', 'o1/1 a>b 10, o1/2 b>c 11', false],
      ['post', 'o1/1 a>b 10, o1/2 b>c 10', true, { a: 0, c: 10 }],
    ],
  ],
  [
    'what is promised cannot be spent, and is not there before it is posted',
    { wallet: 1_000, merchant: 0 },
    [
      ['reserve', 'o1/charge wallet>merchant 888', true, { wallet: [1_000, 888, 0], merchant: [0, 0, 888] }],
      ['reserve', 'o2/charge wallet>merchant 113', false],
      ['post', 'o2/charge wallet>merchant 113', false],
      ['post', 'o3/refund merchant>wallet 1', false],
      ['post', 'o2/charge wallet>merchant 112', true, { wallet: [888, 888, 0], merchant: [112, 0, 888] }],
      ['post pending', 'o1', 1, { wallet: 0, merchant: 1_000 }],
    ],
  ],
  [
    'a promise that is taken back leaves everything as it was before',
    { wallet: 1_000, merchant: 7 },
    [
      [
        'reserve',
        'o1/charge wallet>merchant 1000',
        true,
        { wallet: [1_000, 1_000, 0], merchant: [7, 0, 1_000] },
      ],
      ['void', 'o1', 1, { wallet: 1_000, merchant: 7 }],
      ['post', 'o2/charge wallet>merchant 1000', true, { wallet: 0, merchant: 1_007 }],
    ],
  ],
  [
    'a promise ends once: posting or voiding again finds nothing',
    { wallet: 1_000, merchant: 0 },
    [
      ['post pending', 'o1', 0],
      ['void', 'o1', 0],
      ['reserve', 'o1/a wallet>merchant 5', true, { wallet: [1_000, 5, 0], merchant: [0, 0, 5] }],
      ['post pending', 'o1', 1, { wallet: 995, merchant: 5 }],
      ['post pending', 'o1', 0],
      ['void', 'o1', 0],
    ],
  ],
  [
    'promises end with those of their subject, all of them and no other',
    { bank: { balance: 0, minimum: null }, fund: 20, merchant: 0 },
    [
      [
        'reserve',
        'o1/a bank>merchant 80, o1/b fund>merchant 15',
        true,
        { bank: [0, 80, 0], fund: [20, 15, 0], merchant: [0, 0, 95] },
      ],
      ['reserve', 'o2/a fund>merchant 6', false],
      ['reserve', 'o2/a fund>merchant 5', true, { fund: [20, 20, 0], merchant: [0, 0, 100] }],
      ['void', 'o1', 2, { bank: 0, fund: [20, 5, 0], merchant: [0, 0, 5] }],
      ['post pending', 'o2', 1, { fund: 15, merchant: 5 }],
    ],
  ],
  [
    'nothing is moved and nothing is written for a transfer of nothing',
    { wallet: 10, merchant: 0 },
    [
      ['post', 'o1/a wallet>merchant 0', true],
      ['reserve', 'o1/a wallet>merchant 0', true],
      ['post', 'o1/a wallet>merchant 0, o1/b wallet>merchant 3', true, { wallet: 7, merchant: 3 }],
      ['post', 'o1/a wallet>merchant 7', true, { wallet: 0, merchant: 10 }],
    ],
  ],
  [
    'less than nothing, a part of a fen, what no number holds, and a transfer to oneself are faults',
    { wallet: 100, merchant: 100 },
    [
      ['post', 'o1/a wallet>merchant -1', 'fails'],
      ['reserve', 'o1/a wallet>merchant -1', 'fails'],
      ['post', 'o1/a wallet>merchant 1.5', 'fails'],
      ['post', 'o1/a wallet>merchant NaN', 'fails'],
      ['post', 'o1/a wallet>merchant 9007199254740992', 'fails'],
      ['post', 'o1/a wallet>merchant 1, o1/b wallet>merchant -1', 'fails'],
      ['post', 'o1/a wallet>wallet 1', 'fails'],
    ],
  ],
  [
    'money does not vanish into an account that does not exist, nor come from one',
    { wallet: 100 },
    [
      ['post', 'o1/a wallet>nobody 50', 'fails'],
      ['post', 'o1/a nobody>wallet 50', 'fails'],
      ['reserve', 'o1/a wallet>nobody 50', 'fails'],
    ],
  ],
  [
    'amounts near the largest safe integer are exact',
    { rich: 9_007_199_254_000_001, other: 0 },
    [
      ['post', 'o1/a rich>other 9007199254000001', true, { rich: 0, other: 9_007_199_254_000_001 }],
      // All of it came from outside and goes back there, so that the next tables can open accounts.
      ['post', `o2/a other>${OUTSIDE} 9007199254000001`, true, { other: 0 }],
    ],
  ],
]

for (const [table, [law, opening, events]] of TABLES.entries()) {
  test(law, async () => {
    const ledger = await openBooks(`t${table}`, opening)
    const expected: Books = {}
    for (const [name, start] of Object.entries(opening)) {
      expected[name] = typeof start === 'number' ? start : start.balance
    }
    for (const [does, what, answer, changes = {}] of events) {
      assert.equal(await ledger.run(does, what), answer, `${does} ${what}`)
      Object.assign(expected, changes)
      assert.deepEqual(await ledger.books(), full(expected), `${does} ${what}`)
      assert.deepEqual(await auditLedger(db), [], `${does} ${what}`)
    }
  })
}

function full(books: Books): Books {
  return Object.fromEntries(
    Object.entries(books).map(([name, book]) => [name, typeof book === 'number' ? [book, 0, 0] : book]),
  )
}

/** Accounts that no other table has, with money from outside. */
async function openBooks(prefix: string, opening: Opening) {
  const accountOf = (name: string) => (name === OUTSIDE ? OUTSIDE : `${prefix}/${name}`)
  await db.transaction(async tx => {
    for (const [name, start] of Object.entries(opening)) {
      const { balance, minimum } = typeof start === 'number' ? { balance: start, minimum: 0 } : start
      await openAccount(tx, accountOf(name), null)
      await post(tx, [transfer(`${prefix}/opening`, name, OUTSIDE, accountOf(name), balance)])
      await tx.run('UPDATE ledger_accounts SET minimum = $1 WHERE account = $2', minimum, accountOf(name))
    }
  })
  const parse = (text: string): Transfer => {
    const [, subject, entry, debit, credit, amount] = /^(\S+)\/(\S+) (\S+)>(\S+) (\S+)$/.exec(text) ?? []
    return transfer(
      `${prefix}/${subject}`,
      String(entry),
      accountOf(String(debit)),
      accountOf(String(credit)),
      Number(amount),
    )
  }
  return {
    async run(does: Event[0], what: string): Promise<Answer> {
      try {
        return await db.transaction<Answer>(tx => {
          if (does === 'post') return post(tx, what.split(', ').map(parse))
          if (does === 'reserve') return reserve(tx, what.split(', ').map(parse))
          const end = does === 'void' ? voidPending : postPending
          return end(tx, `${prefix}/${what}`, NOW + 1)
        })
      } catch {
        return 'fails'
      }
    },
    async books(): Promise<Books> {
      const books: Books = {}
      for (const name of Object.keys(opening)) books[name] = await bookOf(accountOf(name))
      return books
    },
  }
}

function transfer(
  subject: string,
  entry: string,
  debit_account: string,
  credit_account: string,
  amount: number,
  kind: TransferKind = 'top_up',
): Transfer {
  return { subject, entry, kind, debit_account, credit_account, amount, business_time: NOW }
}

async function bookOf(account: string): Promise<[number, number, number]> {
  const row = await db.get<{ balance: number; pending_debits: number; pending_credits: number }>(
    'SELECT balance, pending_debits, pending_credits FROM ledger_accounts WHERE account = $1',
    account,
  )
  assert.ok(row, `${account} does not exist`)
  return [row.balance, row.pending_debits, row.pending_credits]
}

/** An account with money on it, and another without. */
async function pair(name: string, balance: number): Promise<[from: string, to: string]> {
  await openBooks(name, { from: balance, to: 0 })
  return [`${name}/from`, `${name}/to`]
}

test('accounts are named after whom they belong to', () => {
  assert.equal(walletOf('payer-1'), 'payer/payer-1/wallet')
  assert.equal(pendingOf('1230000109'), 'merchant/1230000109/pending')
})

test('opening an account that exists changes nothing on it', async () => {
  const [from, to] = await pair('opened', 7)
  await db.transaction(tx => openAccount(tx, from, null))
  assert.deepEqual(await bookOf(from), [7, 0, 0])
  assert.equal(await db.transaction(tx => post(tx, [transfer('opened/o1', 'a', from, to, 8)])), false)
})

test('a merchant has an account for each thing that its money waits for', async () => {
  await db.transaction(tx => openMerchantAccounts(tx, '1230000109'))
  const accounts = await db.all<{ account: string }>(
    `SELECT account FROM ledger_accounts WHERE account LIKE 'merchant/1230000109/%' ORDER BY account`,
  )
  assert.deepEqual(
    accounts.map(({ account }) => account.split('/')[2]),
    ['available', 'bank', 'fees', 'held', 'operation', 'pending', 'refunding'],
  )
  const boundless = await db.all<{ account: string }>(
    `SELECT account FROM ledger_accounts WHERE account LIKE 'merchant/1230000109/%' AND minimum IS NULL`,
  )
  assert.deepEqual(boundless, [{ account: bankOf('1230000109') }])
})

test('an order leads to its postings, with what became of each', async () => {
  const [from, to] = await pair('traced', 100)
  const one = transfer('traced/o1', 'charge/1/card', from, to, 60)
  const two = transfer('traced/o1', 'charge/2/wallet', from, to, 70)
  await db.transaction(tx => reserve(tx, [one]))
  await db.transaction(tx => voidPending(tx, 'traced/o1', NOW + 10))
  await db.transaction(tx => post(tx, [{ ...two, business_time: NOW + 20 }]))
  await db.transaction(tx => reserve(tx, [transfer('traced/o2', 'charge/1/wallet', from, to, 1)]))
  assert.deepEqual(await transfersOf(db, 'traced/o1'), [
    { ...one, state: 'VOIDED', business_time: NOW + 10 },
    { ...two, state: 'POSTED', business_time: NOW + 20 },
  ])
  assert.equal((await transfersOf(db, 'traced/o2'))[0]?.state, 'PENDING')
  assert.deepEqual(await transfersOf(db, 'traced/o3'), [])
})

test('an order has one charge at most that is not taken back, under whatever name', async () => {
  const [from, to] = await pair('charged', 100)
  const charge = (entry: string) => transfer('charged/o1', entry, from, to, 10, 'charge')
  await db.transaction(tx => reserve(tx, [charge('charge/1/card')]))
  await assert.rejects(db.transaction(tx => post(tx, [charge('charge/1/wallet')])))
  await db.transaction(tx => voidPending(tx, 'charged/o1', NOW))
  await db.transaction(tx => post(tx, [charge('charge/2/wallet')]))
  await assert.rejects(db.transaction(tx => post(tx, [charge('charge/3/wallet')])))
  assert.deepEqual(await bookOf(from), [90, 0, 0])
})

test('a transfer is as good as its transaction', async () => {
  const [from, to] = await pair('undone', 100)
  const fails = db.transaction(async tx => {
    await post(tx, [transfer('undone/o1', 'a', from, to, 60)])
    await reserve(tx, [transfer('undone/o1', 'b', from, to, 40)])
    throw new Error('The order could not be written')
  })
  await assert.rejects(fails, /could not be written/)
  assert.deepEqual(
    [await bookOf(from), await bookOf(to)],
    [
      [100, 0, 0],
      [0, 0, 0],
    ],
  )
})

test('the table itself lets no account go below its minimum', async () => {
  const [from] = await pair('guarded', 10)
  await assert.rejects(db.run('UPDATE ledger_accounts SET balance = -1 WHERE account = $1', from))
  await assert.rejects(db.run('UPDATE ledger_accounts SET pending_debits = 11 WHERE account = $1', from))
})

test('transfers and promises at the same time never take more than there is', async () => {
  const [from, to] = await pair('busy', 100)
  const take = (index: number) =>
    db.transaction(tx => {
      const asked = [transfer(`busy/o${index}`, 'a', from, to, 7)]
      return index % 2 === 0 ? post(tx, asked) : reserve(tx, asked)
    })
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => take(index)))
  assert.equal(answers.filter(Boolean).length, 14)
  const [balance, promised] = await bookOf(from)
  assert.equal(balance - promised, 2)
  assert.deepEqual(await auditLedger(db), [])
})

test('a promise that is posted and voided at the same time ends one way', async () => {
  const [from, to] = await pair('raced', 100)
  await db.transaction(tx => reserve(tx, [transfer('raced/o1', 'a', from, to, 40)]))
  const ends = [postPending, voidPending, postPending, voidPending]
  const counts = await Promise.all(ends.map(end => db.transaction(tx => end(tx, 'raced/o1', NOW))))
  assert.deepEqual(counts.sort(), [0, 0, 0, 1])
  assert.deepEqual(await auditLedger(db), [])
})

test('transfers that cross each other all get through', async () => {
  const [from, to] = await pair('crossed', 1_000)
  await db.transaction(tx => post(tx, [transfer('crossed/half', 'a', from, to, 500)]))
  const cross = (index: number) => {
    const [debit, credit] = index % 2 === 0 ? [from, to] : [to, from]
    return db.transaction(tx => post(tx, [transfer(`crossed/o${index}`, 'a', debit, credit, 10)]))
  }
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => cross(index)))
  assert.ok(answers.every(Boolean))
  assert.deepEqual(
    [await bookOf(from), await bookOf(to)],
    [
      [500, 0, 0],
      [500, 0, 0],
    ],
  )
})

test('no account holds more than a JSON number can say: what would is refused with its transaction', async () => {
  await db.transaction(async tx => {
    for (const name of ['test/giver', 'test/taker']) await openAccount(tx, name, null)
  })
  const give = (entry: string, amount: number) => {
    const accounts = { debit_account: 'test/giver', credit_account: 'test/taker' }
    const transfer = {
      subject: 'too-much',
      entry,
      kind: 'top_up' as const,
      ...accounts,
      amount,
      business_time: 0,
    }
    return db.transaction(tx => post(tx, [transfer]))
  }
  assert.equal(await give('all', Number.MAX_SAFE_INTEGER), true)
  await assert.rejects(give('a fen more', 1))
  assert.deepEqual(await auditLedger(db), [])
  const back = { debit_account: 'test/taker', credit_account: 'test/giver', amount: Number.MAX_SAFE_INTEGER }
  const transfer = { subject: 'too-much', entry: 'back', kind: 'top_up' as const, ...back, business_time: 0 }
  assert.equal(await db.transaction(tx => post(tx, [transfer])), true)
})
