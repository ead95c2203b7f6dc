import { spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { signMessage } from '../src/protocol/signature.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { SignedRequest } from '../src/testing/signed-request.ts'
import { type MerchantCredentials, readCredentials } from '../src/testing/start-platform.ts'
import { measureBill } from './bill.ts'
import { perCpuSecond, sendAll } from './load.ts'
import { type MeasuredProcess, NODE_FLAGS, type Start, startMeasured } from './measured-process.ts'
import { chargeOf, findOf, queryOf } from './requests.ts'
import { type Stay, seedOrders, seedStays } from './seed.ts'

// Measures the platform against a bare signer in one run and prints ratios of throughput per CPU second.
// README.md of this folder says what each figure means. --orders N sets the size of the full store.

const ROUNDS = 5
const PER_ROUND = 4_000
const WARM_UP = 4_000
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
  const sink = await startMeasured('./sink.ts', startOf(merchant, '', [0]))
  const stays = await seed(sink.baseUrl)
  const reply = JSON.stringify({ out_trade_no: 'x'.repeat(700) })

  const bare = await startMeasured('./bare-signer.ts', startOf(merchant, reply, [0]))
  // The first deduction an hour from now, so that acceptance is measured without settlement.
  const platform = await startMeasured('./platform.ts', startOf(merchant, reply, [HOUR_MS]))
  const query = (index: number) => queryOf(merchant, index % 1_000)
  await compare('read an order, 1,000 in the store', bare, platform, query)
  await compare('read a plate', bare, platform, () => findOf(merchant))
  const charges = stays.map(stay => chargeOf(merchant, stay, sink.baseUrl))
  await compare('durable charge', bare, platform, index => charges[index] as SignedRequest)
  await platform.stop()

  await growStore()
  const grown = await startMeasured('./platform.ts', startOf(merchant, reply, [HOUR_MS]))
  const anywhere = (index: number) => queryOf(merchant, (index * 7_919) % fullStore)
  await compare(`read an order, ${fullStore.toLocaleString('en')} in the store`, bare, grown, anywhere)
  console.log(`memory after the load: ${megabytes((await grown.measure()).rss)} MB`)
  await grown.stop()
  await bare.stop()
  await measureBill(startOf(merchant, reply, [HOUR_MS]), merchant)

  await measureSettlement(merchant, sink)
  await sink.stop()
  console.log(`first start (new sandbox) to first signed reply: ${firstStart.toFixed(0)} ms`)
  console.log(`start on the existing folder to first signed reply: ${(await timeStart()).toFixed(0)} ms`)
}

function startOf(merchant: MerchantCredentials, reply: string, deductionLadder: number[]): Start {
  const merchantPublicKey = new X509Certificate(merchant.certificate).publicKey.export({
    type: 'spki',
    format: 'pem',
  })
  const keys = {
    merchantPublicKey: String(merchantPublicKey),
    platformPrivateKey: merchant.private_key,
    reply,
  }
  return { keys, data: folder, deductionLadder }
}

/** Rounds in turn, bare and platform, so that a change of the machine's speed meets both. Prints the median ratio. */
async function compare(
  name: string,
  bare: MeasuredProcess,
  platform: MeasuredProcess,
  request: (index: number) => SignedRequest,
): Promise<void> {
  let index = 0
  const take = (count: number) => Array.from({ length: count }, () => request(index++))
  const warmUp = take(WARM_UP)
  await sendAll(bare.baseUrl, warmUp)
  await sendAll(platform.baseUrl, warmUp)
  const rounds: { floor: number; ours: number }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const requests = take(PER_ROUND)
    rounds.push({ floor: await perCpuSecond(bare, requests), ours: await perCpuSecond(platform, requests) })
  }
  const ratios = rounds.map(({ floor, ours }) => ours / floor).sort((one, other) => one - other)
  const middle =
    rounds.map(({ floor }) => floor).sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0
  const ratio = ratios[Math.floor(ROUNDS / 2)] ?? 0
  const range = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`
  console.log(
    `${name}: ${ratio.toFixed(2)} of the bare signer (${range}; bare ${middle.toFixed(0)} per CPU second)`,
  )
}

/** Lets the platform settle and notify all charges of this run; CPU per charge, in signatures' worth. */
async function measureSettlement(merchant: MerchantCredentials, sink: MeasuredProcess): Promise<void> {
  const db = openSqlite(join(folder, 'boomgate.db'))
  const settled = await db.run('UPDATE parking_charges SET due_at = 0 WHERE due_at IS NOT NULL')
  await db.close()
  const platform = await startMeasured('./platform.ts', startOf(merchant, '', [0]))
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

function secondsPerSignature(merchant: MerchantCredentials): number {
  const key = createPrivateKey(merchant.private_key)
  const message = Buffer.alloc(800, 'x')
  const before = process.cpuUsage()
  for (let index = 0; index < 2_000; index += 1) signMessage(message, key)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6 / 2_000
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
