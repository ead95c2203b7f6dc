import { fork } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { merchantClient, optionsFromFolder } from '../src/sdk/index.ts'
import { NODE_FLAGS } from './measured-process.ts'
import { watchPeakRss } from './peak-rss.ts'

/** What reading a bill through the SDK has taken: application, download, unpacking, checks and a row at a time. */
export interface Reading {
  rows: number
  seconds: number
  /** CPU time of the reading process, start included, in seconds. */
  cpuSeconds: number
  /** Resident memory after the first {@link EARLY_ROWS} and the most that there was, in bytes. */
  earlyRss: number
  peakRss: number
}

export const EARLY_ROWS = 10_000

/** Reads the trade bill of a day, which was made before, in a process of its own. */
export async function readBill(merchantFolder: string, baseUrl: string, billDate: string): Promise<Reading> {
  const words = [merchantFolder, baseUrl, billDate]
  const child = fork(fileURLToPath(import.meta.url), words, { execArgv: NODE_FLAGS })
  const [reading] = await once(child, 'message')
  return reading
}

async function main([merchantFolder = '', baseUrl = '', bill_date = '']: string[]) {
  const { bills } = merchantClient({ ...optionsFromFolder(merchantFolder), baseUrl })
  const peakRss = watchPeakRss()
  const startedAt = performance.now()
  const bill = bills.tradeBill({ bill_date })
  let rows = 0
  let earlyRss = 0
  for await (const _ of bill) {
    rows += 1
    if (rows === EARLY_ROWS) earlyRss = process.memoryUsage.rss()
  }
  if (bill.summary?.count !== rows) throw new Error('The bill has no summary')
  const seconds = (performance.now() - startedAt) / 1_000
  const { userCPUTime, systemCPUTime } = process.resourceUsage()
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
  process.send?.({ rows, seconds, cpuSeconds, earlyRss, peakRss: peakRss() } satisfies Reading)
  process.disconnect()
}

if (import.meta.main) await main(process.argv.slice(2))
