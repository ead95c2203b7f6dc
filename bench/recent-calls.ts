import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPlatform } from '../src/node/start.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { SignedRequest } from '../src/testing/signed-request.ts'
import { type MerchantCredentials, readCredentials } from '../src/testing/start-platform.ts'
import { sendAll } from './load.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'
import { chargeOf, queryOf } from './requests.ts'
import { type Stay, seedOrders, seedStays } from './seed.ts'

// Measures what keeping recent calls costs: two platforms in one run, of which one keeps none, by the CPU time of each. Short
// bursts of requests go to one and the other in turn, because what else the machine does meets both.
//
//   node bench/recent-calls.ts                  20 pairs of rounds, about eight minutes
//   node bench/recent-calls.ts --rounds 6

const PER_ROUND = 2_000
const PER_BURST = 250
const BURSTS = PER_ROUND / PER_BURST
/** Long enough for what is too old to be deleted as fast as calls come. */
const WARM_UP = 12_000
const HOUR_MS = 60 * 60 * 1000
const OWN = '1230000109'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const rounds = Number(values.rounds)

/** A platform with what a merchant can ask of it. */
interface Candidate {
  folder: string
  platform: MeasuredProcess
  merchant: MerchantCredentials
  stays: Stay[]
}

const folders = [10_000, 0].map(kept => ({ kept, folder: mkdtempSync(join(tmpdir(), 'boomgate-bench-')) }))
try {
  const [keeping, plain] = (await Promise.all(folders.map(prepare))) as [Candidate, Candidate]
  const warm = ({ platform, merchant }: Candidate) => sendAll(platform.baseUrl, queries(merchant, 0, WARM_UP))
  await warm(keeping)
  await warm(plain)
  await compare('read an order', keeping, plain, ({ merchant }, start) => queries(merchant, start, PER_BURST))
  await compare('durable charge', keeping, plain, ({ merchant, stays }, start) =>
    stays.slice(start, start + PER_BURST).map(stay => chargeOf(merchant, stay, 'http://127.0.0.1:9')),
  )
  for (const { platform } of [keeping, plain]) await platform.stop()
} finally {
  for (const { folder } of folders) rmSync(folder, { recursive: true })
}

async function prepare({ kept, folder }: { kept: number; folder: string }): Promise<Candidate> {
  const made = await startPlatform({ port: 0, data: folder, adminPort: 0, logLevel: 'silent' })
  await made.stop()
  const db = openSqlite(join(folder, 'boomgate.db'))
  await seedOrders(db, 1_000)
  const stays = await seedStays(db, rounds * PER_ROUND, 'http://127.0.0.1:9')
  await db.close()
  const keys = { merchantPublicKey: '', platformPrivateKey: '', reply: '' }
  const start = { keys, data: folder, deductionLadder: [HOUR_MS], recentCalls: kept }
  const platform = await startMeasured('./platform.ts', start)
  return { folder, platform, merchant: readCredentials(folder, OWN), stays }
}

function queries(merchant: MerchantCredentials, start: number, count: number): SignedRequest[] {
  return Array.from({ length: count }, (_, index) => queryOf(merchant, (start + index) % 1_000))
}

async function cpuOf(candidates: readonly Candidate[]): Promise<number[]> {
  const measured = await Promise.all(candidates.map(({ platform }) => platform.measure()))
  return measured.map(({ cpuSeconds }) => cpuSeconds)
}

async function compare(
  name: string,
  keeping: Candidate,
  plain: Candidate,
  requests: (candidate: Candidate, start: number) => SignedRequest[],
): Promise<void> {
  const costs: { ratio: number; micros: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = await cpuOf([keeping, plain])
    for (let burst = 0; burst < BURSTS; burst += 1) {
      const start = round * PER_ROUND + burst * PER_BURST
      const inTurn = burst % 2 === 0 ? [keeping, plain] : [plain, keeping]
      for (const candidate of inTurn) await sendAll(candidate.platform.baseUrl, requests(candidate, start))
    }
    const [ours, others] = (await cpuOf([keeping, plain])).map((cpu, index) => cpu - (before[index] ?? 0))
    costs.push({ ratio: (ours ?? 0) / (others ?? 1) - 1, micros: ((others ?? 0) / PER_ROUND) * 1e6 })
  }
  costs.sort((one, other) => one.ratio - other.ratio)
  const percent = (share: number) =>
    `${((costs[Math.floor(share * (rounds - 1))]?.ratio ?? 0) * 100).toFixed(1)} %`
  const micros = costs.reduce((sum, cost) => sum + cost.micros, 0) / rounds
  console.log(
    `${name}: ${percent(0.5)} more CPU with recent calls than the ${micros.toFixed(0)} µs without (quartiles ${percent(0.25)} and ${percent(0.75)}, ${rounds} pairs of ${PER_ROUND})`,
  )
}
