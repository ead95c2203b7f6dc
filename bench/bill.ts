import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSqlite } from '../src/store/sqlite.ts'
import { signedRequest } from '../src/testing/signed-request.ts'
import { type MerchantCredentials, readCredentials } from '../src/testing/start-platform.ts'
import { type MeasuredProcess, type Start, startMeasured } from './measured-process.ts'
import { EARLY_ROWS, readBill } from './read-bill.ts'
import { seededDay, seedOrders } from './seed.ts'

// Measures the trade bill of the seeded day: how long it takes to make, against `gzip -6` of the same bytes by itself, how much
// memory, how long a read waits meanwhile, and how fast the file comes. Part of run.ts; by itself:
//
//   node bench/bill.ts                  1,000,000 orders
//   node bench/bill.ts --orders 20000

const READ_EVERY_MS = 10
const FILE = '/v3/billdownload/file'

/** Makes and downloads the bill on a platform of its own, on a store that is seeded, and prints the figures. */
export async function measureBill(start: Start, merchant: MerchantCredentials): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-bill-'))
  const platform = await startMeasured('./platform.ts', start)
  try {
    await get(platform, merchant, '/v3/certificates')
    const before = await platform.measure()
    const stop = new AbortController()
    const waiting = delays(platform, merchant, stop.signal)
    const startedAt = performance.now()
    const url = await apply(platform, merchant)
    const made = (performance.now() - startedAt) / 1_000
    stop.abort()
    const waits = (await waiting).sort((one, other) => one - other)
    const after = await platform.measure()

    const path = join(folder, 'bill.csv')
    const downloadStartedAt = performance.now()
    const reply = await get(platform, merchant, url)
    await pipeline(Readable.fromWeb(reply.body as never), createWriteStream(path))
    const downloaded = (performance.now() - downloadStartedAt) / 1_000
    const end = await platform.measure()
    const megabytes = statSync(path).size / 1e6
    const gzip = await bareGzip(path)
    const reading = await readBill(
      join(start.data, 'merchants', merchant.mchid),
      platform.baseUrl,
      seededDay(),
    )

    const cpu = after.cpuSeconds - before.cpuSeconds
    console.log(
      `trade bill: ${(gzip / made).toFixed(2)} of the rate of a bare gzip -6 ` +
        `(made in ${made.toFixed(1)} s, ${(megabytes / made).toFixed(0)} of ${megabytes.toFixed(0)} MB a second, ${cpu.toFixed(1)} s of CPU; gzip ${gzip.toFixed(1)} s)`,
    )
    const [first, making, downloading] = [before.rss, after.peakRss, end.peakRss].map(bytes =>
      (bytes / 1e6).toFixed(0),
    )
    console.log(
      `memory: ${first} MB before, at most ${making} MB while it was made, ${downloading} MB with the download`,
    )
    console.log(
      `a signed read meanwhile: ${percentile(waits, 0.5)} ms in the middle, ${percentile(waits, 0.99)} ms in the hundredth, ${percentile(waits, 1)} ms at worst, of ${waits.length}`,
    )
    console.log(`download, decompressed on the way: ${(megabytes / downloaded).toFixed(0)} MB a second`)
    console.log(
      `read by the SDK: ${(made / reading.seconds).toFixed(2)} of the rate at which it was made ` +
        `(${(reading.rows / reading.seconds).toFixed(0)} rows a second, ${(reading.earlyRss / 1e6).toFixed(0)} MB after ${EARLY_ROWS} rows, ${(reading.peakRss / 1e6).toFixed(0)} MB at most)`,
    )
  } finally {
    await platform.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Applies until the bill is there; answers where. */
async function apply(platform: MeasuredProcess, merchant: MerchantCredentials): Promise<string> {
  for (;;) {
    const reply = await get(platform, merchant, `/v3/bill/tradebill?bill_date=${seededDay()}`, [200, 400])
    const { code, download_url } = (await reply.json()) as { code?: string; download_url: string }
    if (!code) return download_url.slice(download_url.indexOf(FILE))
    if (code !== 'STATEMENT_CREATING') throw new Error(`The bill was refused: ${code}`)
  }
}

/** How long signed reads take, one after the other, until `signal` says that it is enough. */
async function delays(
  platform: MeasuredProcess,
  merchant: MerchantCredentials,
  signal: AbortSignal,
): Promise<number[]> {
  const found: number[] = []
  while (!signal.aborted) {
    const startedAt = performance.now()
    const reply = await get(platform, merchant, '/v3/vehicle/transactions/out-trade-no/seed1')
    await reply.text()
    found.push(performance.now() - startedAt)
    await sleep(READ_EVERY_MS)
  }
  return found
}

async function get(
  { baseUrl }: MeasuredProcess,
  merchant: MerchantCredentials,
  target: string,
  statuses: readonly number[] = [200],
): Promise<Response> {
  const { method, headers } = signedRequest(merchant, { method: 'GET', target })
  const reply = await fetch(baseUrl + target, { method, headers })
  if (!statuses.includes(reply.status))
    throw new Error(`${target}: HTTP ${reply.status} ${await reply.text()}`)
  return reply
}

/** Seconds that compressing a file takes in another process, which has nothing else to do. */
async function bareGzip(path: string): Promise<number> {
  const child = fork(fileURLToPath(new URL('./bill-gzip.ts', import.meta.url)), [path])
  const [seconds] = await once(child, 'message')
  return seconds
}

function percentile(sorted: readonly number[], part: number): string {
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * part))
  return (sorted[index] ?? Number.NaN).toFixed(1)
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { orders: { type: 'string', default: '1000000' } } })
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-bench-'))
  try {
    const start = {
      keys: { merchantPublicKey: '', platformPrivateKey: '', reply: '' },
      data: folder,
      deductionLadder: [0],
    }
    // The first start makes the sandbox.
    await (await startMeasured('./platform.ts', start)).stop()
    const db = openSqlite(join(folder, 'boomgate.db'))
    await seedOrders(db, Number(values.orders))
    await db.close()
    await measureBill(start, readCredentials(folder, '1230000109'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) await main()
