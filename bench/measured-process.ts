import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { watchPeakRss } from './peak-rss.ts'

/** What a measured process gets at its start. */
export interface Start {
  keys: { merchantPublicKey: string; platformPrivateKey: string; reply: string }
  data: string
  database?: string
  deductionLadder: number[]
  /** How many calls are kept; as many as without the option when absent. */
  recentCalls?: number
}

interface Measurement {
  /** CPU time of the process since its start, user and system, in seconds. */
  cpuSeconds: number
  /** Resident memory in bytes, and the most that there was since it listens. */
  rss: number
  peakRss: number
  memory: NodeJS.MemoryUsage
}

/** A server in a process of its own. */
export interface MeasuredProcess {
  baseUrl: string
  measure(): Promise<Measurement>
  stop(): Promise<void>
}

/** Those of `npm start`: they keep the heap small at no cost that could be measured. */
export const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=4',
  '--heap-growing-percent=20',
]

/** Tells the bench where the server listens, and from then on answers how much it has used. */
export function answerMeasurements(baseUrl: string): void {
  const peakRss = watchPeakRss()
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({
      cpuSeconds: (user + system) / 1e6,
      rss: process.memoryUsage.rss(),
      memory: process.memoryUsage(),
      peakRss: peakRss(),
    } satisfies Measurement)
  })
  process.once('disconnect', () => process.exit(0))
  process.send?.(baseUrl)
}

/** Starts one of the servers of this folder. Its log goes nowhere, but it is written. */
export async function startMeasured(file: string, start: Start): Promise<MeasuredProcess> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const nowhere = openSync('/dev/null', 'w')
  const child: ChildProcess = fork(path, {
    execArgv: NODE_FLAGS,
    stdio: ['ignore', 'inherit', nowhere, 'ipc'],
  })
  child.send(start)
  const [baseUrl] = await once(child, 'message')
  return {
    baseUrl,
    async measure() {
      child.send('measure')
      const [measurement] = await once(child, 'message')
      return measurement
    },
    async stop() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
