import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSqlite } from '../src/store/sqlite.ts'
import type { SignedRequest } from '../src/testing/signed-request.ts'
import { type MerchantCredentials, readCredentials } from '../src/testing/start-platform.ts'
import { measureBill } from './bill.ts'
import { compare, PER_ROUND, ROUNDS, secondsPerSignature, startOf, WARM_UP } from './compare.ts'
import { type MeasuredProcess, NODE_FLAGS, startMeasured } from './measured-process.ts'
import { measurePayments } from './payments.ts'
import { chargeOf, findOf, queryOf } from './requests.ts'
import { type Stay, seedOrders, seedStays } from './seed.ts'

// Measures the platform against a bare signer in one run and prints ratios of throughput per CPU second.
// README.md of this folder says what each figure means. --orders N sets the size of the full store.

const HOUR_MS = 60 * 60 * 1000

const { values } = parseArgs({ options: { orders: { type: 'string', default: '1000000' } } })
const fullStore = Number(values.orders)
const folder = mkdtempSync(join(tmpdir(), 'boomgate-bench-'))

try {
  await main()
} finally {
  rmSync(folder, { recursive: true })
}

async function main(): Promise<void> {
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}\n`)
  const firstStart = await timeStart()
  const merchant = readCredentials(folder, '1230000109')
  const sink = await startMeasured('./sink.ts', startOf(merchant, folder))
  const stays = await seed(sink.baseUrl)
  const reply = JSON.stringify({ out_trade_no: 'x'.repeat(700) })

  const bare = await startMeasured('./bare-signer.ts', startOf(merchant, folder, { reply }))
  // The first deduction an hour from now, so that acceptance is measured without settlement.
  const unsettled = startOf(merchant, folder, { deductionLadder: [HOUR_MS] })
  const platform = await startMeasured('./platform.ts', unsettled)
  const query = (index: number) => queryOf(merchant, index % 1_000)
  await compare('read an order, 1,000 in the store', bare, platform, query)
  await compare('read a plate', bare, platform, () => findOf(merchant))
  const charges = stays.map(stay => chargeOf(merchant, stay, sink.baseUrl))
  await compare('durable charge', bare, platform, index => charges[index] as SignedRequest)
  await platform.stop()
  await measurePayments(unsettled, merchant, bare)

  await growStore()
  const grown = await startMeasured('./platform.ts', unsettled)
  const anywhere = (index: number) => queryOf(merchant, (index * 7_919) % fullStore)
  await compare(`read an order, ${fullStore.toLocaleString('en')} in the store`, bare, grown, anywhere)
  console.log(`memory after the load: ${megabytes((await grown.measure()).rss)} MB`)
  await grown.stop()
  await bare.stop()
  await measureBill(unsettled, merchant)

  await measureSettlement(merchant, sink)
  await sink.stop()
  console.log(`first start (new sandbox) to first signed reply: ${firstStart.toFixed(0)} ms`)
  console.log(`start on the existing folder to first signed reply: ${(await timeStart()).toFixed(0)} ms`)
}

/** Lets the platform settle and notify all charges of this run; CPU per charge, in signatures' worth. */
async function measureSettlement(merchant: MerchantCredentials, sink: MeasuredProcess): Promise<void> {
  const db = openSqlite(join(folder, 'boomgate.db'))
  const settled = await db.run('UPDATE parking_charges SET due_at = 0 WHERE due_at IS NOT NULL')
  await db.close()
  const platform = await startMeasured('./platform.ts', startOf(merchant, folder))
  const before = await platform.measure()
  const drained = await fetch(`${sink.baseUrl}/wait-for/${settled}`)
  await drained.text()
  const { cpuSeconds, rss } = await platform.measure()
  const perCharge = (cpuSeconds - before.cpuSeconds) / settled
  const signature = secondsPerSignature(merchant)
  console.log(
    `settlement with notice: ${(perCharge / signature).toFixed(2)} signatures' worth of CPU ` +
      `(${settled} charges, one signature ${(signature * 1e6).toFixed(0)} µs, ${megabytes(rss)} MB)`,
  )
  await platform.stop()
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

/** From the start of `boomgate serve` to the first reply with a signature. */
async function timeStart(): Promise<number> {
  const cli = fileURLToPath(new URL('../src/cli/main.js', import.meta.url))
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, cli, 'serve', '--port', '0', '--data', folder, '--log-level', 'silent'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [banner] = await once(child.stdout, 'data')
  const baseUrl = /http:\S+/.exec(String(banner))?.[0] ?? ''
  const { method, target, headers } = findOf(readCredentials(folder, '1230000109'))
  const reply = await fetch(baseUrl + target, { method, headers })
  if (!reply.headers.get('wechatpay-signature'))
    throw new Error(`The reply is not signed: HTTP ${reply.status}`)
  const took = performance.now() - startedAt
  child.kill('SIGTERM')
  await once(child, 'exit')
  return took
}

async function seed(notifyUrl: string): Promise<Stay[]> {
  const db = openSqlite(join(folder, 'boomgate.db'))
  await seedOrders(db, 1_000)
  const stays = await seedStays(db, WARM_UP + ROUNDS * PER_ROUND, notifyUrl)
  await db.close()
  return stays
}

async function growStore(): Promise<void> {
  const db = openSqlite(join(folder, 'boomgate.db'))
  await seedOrders(db, fullStore - 1_000, 1_000)
  await db.close()
}
