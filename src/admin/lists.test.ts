import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import { adminEndpointsOf } from '../node/admin-endpoints.ts'
import { products } from '../products/index.ts'
import type { Database, SqlValue } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { openTestDatabase } from '../store/testing.ts'
import {
  FEW_ROWS,
  hasStates,
  type List,
  lookupOf,
  pageBranches,
  ruleOf,
  type Statement,
  type Wanted,
} from './lists.ts'
import type { AdminEndpoint } from './operation.ts'

// Each list of the administration, with each of its filters and each two of them, at the beginning and deep inside, is to be
// answered by an index that has the rows in the list's order. The engines say by which plan they would answer.

let db: Database

before(async () => {
  db = await openTestDatabase()
  await migrate(db, migrations, 0)
})

after(() => db.close())

const endpoints = (await adminEndpointsOf(products)).filter(isList)

test('every call that answers pages says what it lists, so that its indexes are checked', async () => {
  const paged = (await adminEndpointsOf(products)).filter(
    ({ operation }) => 'after' in operation.request.properties,
  )
  const other = paged.filter(endpoint => !isList(endpoint)).map(({ operation }) => operation.name)
  assert.deepEqual(other, [], 'declare these calls with adminList')
  assert.ok(endpoints.length > 10)
})

for (const { operation, list } of endpoints) {
  if (list.atMost !== undefined && list.atMost <= FEW_ROWS) continue
  test(`${operation.name}: every filter, and every two, has an index that is in the order of the list`, async () => {
    const required = (operation.request as { required?: string[] }).required ?? []
    for (const names of filtersOf(list, required))
      for (const wanted of wantedOf(list, names))
        for (const statement of pageBranches(list, wanted)) {
          const fault = faultOf(list, wanted, await planOf(list, wanted, statement))
          if (fault) assert.fail(sentence(operation.name, list, wanted, statement, fault))
        }
  })
}

test('a filter without an index, an order without one, and a table that is read to its end are found', async () => {
  const key = { id: 'text' } as const
  const noIndex: List = { select: 'SELECT id, summary FROM notices', filters: { summary: 'summary' }, key }
  const noOrder: List = {
    select: 'SELECT id, mchid FROM notices',
    filters: { mchid: 'mchid' },
    key: { attempts: 'number' },
  }
  const noKey: List = { select: 'SELECT id, summary FROM notices', key: { summary: 'text' } }
  for (const [list, names] of [
    [noIndex, ['summary']],
    [noOrder, ['mchid']],
    [noKey, []],
  ] as const) {
    for (const wanted of wantedOf(list, names)) {
      const [statement] = pageBranches(list, wanted)
      assert.ok(statement && faultOf(list, wanted, await planOf(list, wanted, statement)), list.select)
    }
  }
})

function isList(endpoint: AdminEndpoint): endpoint is AdminEndpoint & { list: List } {
  return endpoint.list !== undefined
}

/** No filter, each, and each two, always with those that are required and that they need. */
function filtersOf({ filters = {}, states, needs = {} }: List, required: readonly string[]): string[][] {
  const names = [...Object.keys(filters), ...(states ? [states.filter] : [])]
  const free = names.filter(name => !required.includes(name))
  const chosen = [
    [],
    ...free.map(one => [one]),
    ...free.flatMap((one, at) => free.slice(at + 1).map(two => [one, two])),
  ]
  const fixed = names.filter(name => required.includes(name))
  return chosen.map(some => [...new Set([...fixed, ...some, ...some.flatMap(name => needs[name] ?? [])])])
}

/** Pages at the beginning and deep inside; of a state, those of the usual one and of another. */
function wantedOf({ key, states }: List, names: readonly string[]): Wanted[] {
  const deep = Object.values(key).map((type): SqlValue => (type === 'number' ? 1 : 'x'))
  const other = states?.values.find(value => value !== states.usual)
  const values = states && names.includes(states.filter) ? [states.usual, other] : ['x']
  return values.flatMap(value =>
    [undefined, deep].map(after => ({
      filters: Object.fromEntries(names.map(name => [name, name === states?.filter ? value : 'x'])),
      after,
      limit: 51,
    })),
  )
}

async function planOf(list: List, { filters }: Wanted, { sql, values }: Statement): Promise<string> {
  if (db.engine === 'sqlite') {
    const steps = await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
    return steps.map(({ detail }) => detail).join('\n')
  }
  return db.transaction(async tx => {
    // Tables are empty, so that reading all of one and sorting it would be the best of plans.
    const avoided = [
      'seqscan',
      ...(isNarrow(list, filters) ? [] : ['bitmapscan', 'sort', 'incremental_sort']),
    ]
    for (const name of avoided) await tx.run(`SET LOCAL enable_${name} = off`)
    const lines = await tx.all<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${sql}`, ...values)
    return lines.map(line => line['QUERY PLAN']).join('\n')
  })
}

/** What is wrong with a plan; `undefined` when it is a search of an index in the order of the list. */
function faultOf(list: List, { filters }: Wanted, plan: string): string | undefined {
  if (/\bSeq Scan\b|\bSCAN (?!\w+ USING (?:COVERING )?INDEX)/.test(plan)) return 'it reads the whole table'
  if (!isNarrow(list, filters) && /TEMP B-TREE FOR (?:.* OF )?ORDER BY|\bSort\b/.test(plan)) return 'it sorts'
  const unbound = columnsOf(list, filters).filter(column => !isBound(column, plan))
  return unbound.length > 0 ? `it walks through rows of any ${unbound.join(' and ')}` : undefined
}

function isNarrow(list: List, filters: Wanted['filters']): boolean {
  const lookup = lookupOf(list, filters)
  return lookup !== undefined && ruleOf(list, lookup)?.isNarrow === true
}

/** The columns by whose values the index is to be entered. */
function columnsOf(list: List, filters: Wanted['filters']): string[] {
  const lookup = lookupOf(list, filters)
  const column = lookup === undefined ? undefined : ruleOf(list, lookup)?.column
  const isApart = lookup === undefined || hasStates(list, lookup)
  return [...new Set([column, isApart ? list.states?.column : undefined])].filter(one => one !== undefined)
}

/** Whether the index is entered by a value of the column. */
function isBound(column: string, plan: string): boolean {
  const sqlite = [...plan.matchAll(/INDEX \w+ \(([^\n]*)\)/g)].map(([, terms]) => terms)
  const postgres = [...plan.matchAll(/Index Cond: ([^\n]*)/g)].map(([, terms]) => terms)
  return [...sqlite, ...postgres].some(terms =>
    new RegExp(`\\b${column}\\)?(::text)? ?= ?`).test(terms ?? ''),
  )
}

function sentence(name: string, list: List, { filters }: Wanted, { sql }: Statement, fault: string): string {
  const index = [...new Set([...columnsOf(list, filters), ...Object.keys(list.key)])].join(', ')
  const names = Object.keys(filters)
  const filter = names.length > 0 ? `filtered by ${names.join(' and ')}` : 'without a filter'
  return `${name} ${filter}: ${fault}. Give the table an index (${index}), so that a page of a million rows takes no second.\n${sql}`
}
