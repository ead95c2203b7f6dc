import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { answerMeasurements, type Start } from './measured-process.ts'

// The platform as `boomgate serve` runs it, in a process whose CPU time can be asked for.

enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'boomgate'))
const { startPlatform } = await import('../src/node/start.ts')

process.once('message', async ({ data, database, deductionLadder, recentCalls }: Start) => {
  const { baseUrl } = await startPlatform({
    port: 0,
    host: '127.0.0.1',
    data,
    database,
    adminPort: 0,
    deductionLadder,
    ...(recentCalls !== undefined && { recentCalls }),
    rateLimit: 1_000_000_000,
  })
  answerMeasurements(baseUrl)
})
