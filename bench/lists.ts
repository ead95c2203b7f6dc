import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type List, ruleOf } from '../src/admin/lists.ts'
import { cursorAt } from '../src/admin/pages.ts'
import { adminEndpointsOf } from '../src/node/admin-endpoints.ts'
import { products } from '../src/products/index.ts'
import type { Database, SqlValue } from '../src/store/database.ts'
import { startPlatform, type TestPlatform } from '../src/testing/index.ts'
import { startPostgres } from '../test/postgres-server.ts'
import { seedLists } from './seed-lists.ts'

// Measures the lists of the administration API over HTTP with N orders, entries, refunds and notices each: how long a page of
// 50 takes at the beginning, in the middle and at the end, for each filter and for those two of which few rows have both.
//
//   node bench/lists.ts                        a million of each on SQLite, some minutes
//   node bench/lists.ts --engine postgres
//   node bench/lists.ts --rows 20000

/** A figure is the median of so many calls. */
const CALLS = 9

const { values: given } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, engine: { type: 'string', default: 'sqlite' } },
})
const rows = Number(given.rows)

/** Half of all rows are of the merchant `1230000109`, and few of those are in a rare state. */
const LISTS: Record<string, Record<string, string>[]> = {
  listOrders: [
    {},
    { mchid: '1230000109' },
    { payer_id: 'payer-of-粤B10001' },
    { trade_state: 'SUCCESS' },
    { trade_state: 'ACCEPTED' },
    { mchid: '1230000109', trade_state: 'PAY_FAIL' },
    { payer_id: 'payer-of-粤B10001', trade_state: 'PAY_FAIL' },
    { mchid: '1900000109', payer_id: 'payer-of-粤B10001' },
    { product: 'parking' },
  ],
  listNotices: [
    {},
    { mchid: '1230000109' },
    { state: 'DELIVERED' },
    { state: 'EXHAUSTED' },
    { product: 'parking' },
    { event_type: 'REFUND.SUCCESS' },
    { mchid: '1230000109', state: 'EXHAUSTED' },
    { event_type: 'TRANSACTION.SUCCESS', state: 'EXHAUSTED' },
    { mchid: '1230000109', event_type: 'REFUND.SUCCESS' },
    { subject: 'order/1230000109/row8' },
  ],
  listRefunds: [
    {},
    { mchid: '1230000109' },
    { status: 'SUCCESS' },
    { status: 'ABNORMAL' },
    { mchid: '1230000109', status: 'ABNORMAL' },
    { out_trade_no: 'row8' },
  ],
  listParkings: [
    {},
    { mchid: '1230000109' },
    { plate_number: '粤B10001' },
    { plate_number: '粤B10001', plate_color: 'BLUE' },
    { mchid: '1900000109', plate_number: '粤B10001' },
    { mchid: '1230000109', out_parking_no: 'row8' },
  ],
}

const server = given.engine === 'postgres' ? await startPostgres() : undefined
const running = await startPlatform({ ...(server && { database: server.url }) })
try {
  const begunAt = performance.now()
  await seedLists(running.platform.db, rows)
  console.log(
    `${rows} rows in each table, ${given.engine}, made in ${((performance.now() - begunAt) / 1000).toFixed(0)} s\n`,
  )
  console.log('| List | First page, ms | Middle | Last | Slowest call |\n| --- | --- | --- | --- | --- |')
  for (const { operation, list } of await adminEndpointsOf(products))
    for (const filters of (list && LISTS[operation.name]) ?? [])
      await measure(running, operation, list as List, filters)
} finally {
  await running.stop()
  await server?.stop()
}

async function measure(
  { admin, platform }: TestPlatform,
  { name, path }: { name: string; path: string },
  list: List,
  filters: Record<string, string>,
): Promise<void> {
  const figures: number[] = []
  let slowest = 0
  for (const share of [0, 0.5, 1]) {
    const query = new URLSearchParams({ ...filters, limit: '50' })
    const row = share > 0 ? await rowAt(platform.db, list, filters, share) : undefined
    if (row) query.set('after', cursorAt(list, row))
    const times = []
    for (let call = 0; call < CALLS; call++)
      times.push(await timeOf(`${admin.url}${path}?${query}`, admin.token))
    slowest = Math.max(slowest, ...times)
    figures.push(times.sort((one, other) => one - other)[Math.floor(CALLS / 2)] as number)
  }
  const cells = [...figures, slowest].map(ms => ms.toFixed(1))
  const shown = Object.entries(filters)
    .map(([field, value]) => `${field}=${value}`)
    .join(' ')
  console.log(`| ${name} ${shown} | ${cells.join(' | ')} |`)
}

async function timeOf(url: string, token: string): Promise<number> {
  const begunAt = performance.now()
  const reply = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
  const { data } = (await reply.json()) as { data?: unknown[] }
  if (!data) throw new Error(`${url} was answered with ${reply.status}`)
  return performance.now() - begunAt
}

/** The row behind which a page begins; the last page has 25 rows. */
async function rowAt(
  db: Database,
  list: List,
  given: Record<string, string>,
  share: number,
): Promise<Record<string, SqlValue> | undefined> {
  const { key, newestFirst, select } = list
  const values = Object.values(given)
  const conditions = Object.keys(given).map((name, index) => {
    const { where, column } = ruleOf(list, name) ?? {}
    return (where ?? `${column} = ?`).replaceAll('?', `$${index + 1}`)
  })
  const from = select.slice(select.search(/\bFROM\b/))
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const total = await db.get<{ count: number }>(
    `SELECT CAST(COUNT(*) AS BIGINT) AS count ${from} ${where}`,
    ...values,
  )
  const offset = Math.max(0, Math.min(Math.floor((total?.count ?? 0) * share), (total?.count ?? 0) - 26))
  const columns = Object.keys(key)
  const order = columns.map(column => `${column}${newestFirst ? ' DESC' : ''}`).join(', ')
  return db.get(
    `SELECT ${columns.join(', ')} ${from} ${where} ORDER BY ${order} LIMIT 1 OFFSET ${offset}`,
    ...values,
  )
}
