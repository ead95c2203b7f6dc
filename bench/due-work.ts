import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { BANK_CLEARING, pendingOf, walletOf } from '../src/ledger/accounts.ts'
import { post } from '../src/ledger/ledger.ts'
import { noticeDelivery } from '../src/notices/deliver.ts'
import { type Delivery, MAX_DELIVERIES } from '../src/notices/send.ts'
import type { Database, Transaction } from '../src/store/database.ts'
import { startPlatform, type TestPlatform, virtualClock } from '../src/testing/index.ts'

// Measures due work: N settlements that are all due at once, a virtual day with N notices on the retry schedule, and what a look at
// the outbox costs while N notices of one merchant wait in it.
//
//   node bench/due-work.ts                   100,000 of each
//   node bench/due-work.ts --items 2000      fewer
//   node bench/due-work.ts --part retries    one of `drain`, `retries` and `look`
//
// Memory is that of the platform's process: at the start, at the end and the most in between. The receiver is another one.

const START = '2026-06-01T00:00:00+08:00'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MCHID = '1230000109'
const PAYER = 'payer-of-粤B10001'
const ROWS_AT_ONCE = 1_000
/** Attempts of the retry schedule within the first hour, after 0 s, 15 s, 30 s, 1 min, 4 min, 14 min and 34 min. */
const ATTEMPTS_IN_AN_HOUR = 7
const SAMPLE_EVERY_MS = 100
const LOOKS = 1_000

if (process.argv[2] === 'receiver') receive()
else await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { items: { type: 'string', default: '100000' }, part: { type: 'string', default: '' } },
  })
  const items = Number(values.items)
  const receiver = fork(import.meta.filename, ['receiver'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    const [url] = (await once(receiver, 'message')) as [string]
    const isWanted = (part: string) => ['', part].includes(values.part)
    if (isWanted('drain')) await drain(items, `${url}/up-after/0`)
    if (isWanted('retries')) await retryForADay(items, `${url}/up-after/${ATTEMPTS_IN_AN_HOUR}`)
    if (isWanted('look')) await look(items, `${url}/up-after/0`)
  } finally {
    await stop(receiver)
  }
}

/** Orders that are all due, and the notices that their settlement makes. */
async function drain(items: number, notifyUrl: string): Promise<void> {
  const running = await startPlatform({ clock: virtualClock(START) })
  const { db } = running.platform
  await seedDueOrders(db, items, notifyUrl)
  const counts = await measured(`${figure(items)} due settlements with their notices`, items, () =>
    running.runDue(),
  )
  expect(counts.settlement ?? 0, items)
  expect(await countOf(db, `SELECT COUNT(*) AS count FROM orders WHERE trade_state = 'SUCCESS'`), items)
  expect(await countOf(db, `SELECT COUNT(*) AS count FROM notices WHERE state = 'DELIVERED'`), items)
  await running.stop()
}

/** Notices spread over a day, whose receiver is down for the first hour of each. */
async function retryForADay(items: number, notifyUrl: string): Promise<void> {
  const clock = virtualClock(START)
  const running: TestPlatform = await startPlatform({ clock })
  const { db } = running.platform
  await seedNotices(db, items, notifyUrl, clock.now())
  const attempts = items * (ATTEMPTS_IN_AN_HOUR + 1)
  const what = `A virtual day with ${figure(items)} notices on the retry schedule, ${figure(attempts)} attempts`
  const end = clock.now() + DAY_MS + 2 * HOUR_MS
  const counts = await measured(what, attempts, () => running.scheduler.moveTo(end))
  expect(counts.notices ?? 0, attempts)
  expect(await countOf(db, `SELECT COUNT(*) AS count FROM notices WHERE state = 'DELIVERED'`), items)
  await running.stop()
}

/** Notices that are all due and cannot go: their merchant has put them off, or has all the delivery slots that it gets. */
async function look(items: number, notifyUrl: string): Promise<void> {
  const clock = virtualClock(START)
  const running = await startPlatform({ clock })
  const { db } = running.platform
  await seedNotices(db, items, notifyUrl, clock.now())
  clock.advance(DAY_MS)
  const hangs = Promise.withResolvers<Delivery>()
  const job = noticeDelivery(running.platform, () => hangs.promise)
  const inHand = new Set<string>()
  const looks = async () => {
    for (let count = 0; count < LOOKS; count += 1) {
      expect((await job.claim(clock.now(), MAX_DELIVERIES - inHand.size, inHand)).length, 0)
      await job.nextDueAt()
    }
  }
  await db.run('UPDATE merchants SET notices_paused = 1')
  await measured(`${figure(LOOKS)} looks, ${figure(items)} notices are paused`, LOOKS, looks)
  await db.run('UPDATE merchants SET notices_paused = 0')
  const claimed = await job.claim(clock.now(), MAX_DELIVERIES, inHand)
  for (const { id } of claimed) inHand.add(id)
  const handled = claimed.map(notice => job.handle(notice))
  await measured(`${figure(LOOKS)} looks, ${figure(items)} notices wait for a slot`, LOOKS, looks)
  hangs.resolve({ status: 204, reply: '', failure: '' })
  await Promise.all(handled)
  await running.stop()
}

/** Runs `work` and prints how long it took, what CPU it used and what memory the process had. */
async function measured<T>(what: string, pieces: number, work: () => Promise<T>): Promise<T> {
  const start = process.memoryUsage.rss()
  let peak = start
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, SAMPLE_EVERY_MS)
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  clearInterval(sampler)
  const end = process.memoryUsage.rss()
  console.log(what)
  console.log(
    `  ${seconds.toFixed(1)} s, ${figure(pieces / seconds)} a second, ${((user + system) / pieces).toFixed(0)} µs of CPU each`,
  )
  console.log(
    `  memory ${megabytes(start)} MB at the start, ${megabytes(end)} at the end, ${megabytes(peak)} at most`,
  )
  return result
}

async function seedDueOrders(db: Database, count: number, notifyUrl: string): Promise<void> {
  const now = Date.parse(START)
  await db.transaction(tx =>
    post(tx, [
      {
        ...{ subject: 'bench/due-work', entry: 'top_up', kind: 'top_up', amount: 888 * count },
        ...{ debit_account: BANK_CLEARING, credit_account: walletOf(PAYER), business_time: now },
      },
    ]),
  )
  const openid = await db.get<{ openid: string; appid: string }>(
    'SELECT appid, openid FROM payer_openids WHERE payer_id = $1',
    PAYER,
  )
  if (!openid) throw new Error(`${PAYER} is not in the sandbox`)
  await inChunks(db, count, async (tx, index) => {
    const id = `due${String(index).padStart(20, '0')}`
    await tx.run(
      `INSERT INTO parkings (id, mchid, sub_mchid, out_parking_no, plate_number, plate_color, notify_url, start_time,
                             parking_name, free_duration, create_time, content_digest)
       VALUES ($1, $2, '', $1, '粤B10001', 'BLUE', $3, '2026-05-31T08:00:00+08:00', '欢乐海岸停车场', 0, $4, '')`,
      ...[id, MCHID, notifyUrl, now],
    )
    await tx.run(
      `INSERT INTO orders (mchid, out_trade_no, product, trade_type, appid, sub_mchid, sub_appid, description, attach,
                           goods_tag, notify_url, profit_sharing, create_time, trade_state, scene, payer_id, openid,
                           sub_openid, total, currency, content_digest)
       VALUES ($1, $2, 'parking', 'PAP', $3, '', '', '停车场扣费', '深圳分店', '', $4, 'N', $5, 'ACCEPTED', $6, $7, $8, '', 888,
               'CNY', '')`,
      ...[MCHID, id, openid.appid, notifyUrl, now, parkingInfo(id), PAYER, openid.openid],
    )
    await tx.run(
      'INSERT INTO parking_charges (mchid, out_trade_no, parking_id, due_at) VALUES ($1, $2, $2, $3)',
      ...[MCHID, id, now],
    )
  })
}

function parkingInfo(parking_id: string): string {
  return JSON.stringify({
    parking_id,
    plate_number: '粤B10001',
    plate_color: 'BLUE',
    start_time: '2026-05-31T08:00:00+08:00',
    end_time: '2026-05-31T09:00:00+08:00',
    parking_name: '欢乐海岸停车场',
    charging_duration: 3600,
    device_id: '12313',
  })
}

async function seedNotices(db: Database, count: number, notifyUrl: string, start: number): Promise<void> {
  const resource = JSON.stringify({ mchid: MCHID, attach: 'x'.repeat(700), payee: pendingOf(MCHID) })
  await inChunks(db, count, async (tx, index) => {
    const dueAt = start + Math.floor((index * DAY_MS) / count)
    await tx.run(
      `INSERT INTO notices (id, mchid, notify_url, product, event_type, original_type, summary, create_time, resource, state, due_at,
                            subject)
       VALUES ($1, $2, $3, 'parking', 'TRANSACTION.SUCCESS', 'transaction', '支付成功', $4, $5, 'PENDING', $4, $1)`,
      ...[`due-notice-${index}`, MCHID, notifyUrl, dueAt, resource],
    )
  })
}

async function inChunks(
  db: Database,
  count: number,
  insert: (tx: Transaction, index: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    await db.transaction(async tx => {
      for (let index = from; index < Math.min(count, from + ROWS_AT_ONCE); index += 1) await insert(tx, index)
    })
  }
}

/** Refuses the first attempts of each notice, as many as its path says, and acknowledges the next one. */
function receive(): void {
  const attempts = new Map<string, number>()
  const server = createServer((request, response) => {
    const [, refused] = /^\/up-after\/(\d+)$/.exec(request.url ?? '') ?? []
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: string }
      const before = attempts.get(id) ?? 0
      if (before < Number(refused)) attempts.set(id, before + 1)
      else attempts.delete(id)
      response.writeHead(before < Number(refused) ? 503 : 200).end()
    })
  })
  process.once('disconnect', () => process.exit(0))
  server.listen(0, '127.0.0.1', () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
}

async function stop(receiver: ChildProcess): Promise<void> {
  const ended = once(receiver, 'exit')
  receiver.disconnect()
  await ended
}

async function countOf(db: Database, sql: string): Promise<number> {
  return (await db.get<{ count: number }>(sql))?.count ?? 0
}

function expect(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`There were ${figure(found)} instead of ${figure(wanted)}`)
}

function figure(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
