import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startPostgres } from '../postgres-server.ts'
import type { Outcome } from './simulation.ts'

// The command `npm run sim`: one simulation, whose seed draws everything that happens in it.
//
//   npm run sim                                  a random seed
//   npm run sim -- --seed 7 --steps 2000         this seed, so many steps
//   npm run sim -- --engine postgres             two platforms on one PostgreSQL store
//   npm run sim -- --runs 50                     one seed after the other

/** How often to say how far it is, in steps. */
const REPORT_EVERY = 500
const NODES = { sqlite: 1, postgres: 2 } as const

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    steps: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'sqlite' },
  },
})
const [seed, steps, runs] = [values.seed, values.steps, values.runs].map(Number) as [number, number, number]
const { engine } = values
if (engine !== 'sqlite' && engine !== 'postgres') throw new Error('--engine takes sqlite or postgres')
if (![seed, steps, runs].every(Number.isSafeInteger))
  throw new Error('--seed, --steps and --runs take whole numbers')

const server = engine === 'postgres' ? await startPostgres() : undefined
process.env.BOOMGATE_TEST_DATABASE = server?.url ?? ''
// The store of the run is chosen when it is loaded.
const { simulate } = await import('./simulation.ts')
try {
  for (let run = 0; run < runs && process.exitCode === undefined; run += 1) await runOne(seed + run)
} finally {
  await server?.stop()
}

async function runOne(seed: number): Promise<void> {
  console.log(`Seed ${seed}, ${steps} steps, ${engine}`)
  const begun = performance.now()
  const onStep = (step: number) => {
    if (step % REPORT_EVERY === 0) console.log(`  step ${step}`)
  }
  const outcome = await simulate({ seed, steps, nodes: NODES[engine as keyof typeof NODES], onStep })
  const seconds = (performance.now() - begun) / 1000
  if (outcome.violations.length > 0) return report(seed, outcome)
  console.log(
    `  all held; ${Math.round(steps / seconds)} steps a second; digest ${outcome.digest.slice(0, 16)}`,
  )
}

function report(seed: number, { steps, violations, last }: Outcome): void {
  process.exitCode = 1
  console.log(`\nWhat happened last:\n  ${last.join('\n  ')}`)
  console.log(`\nBroken after step ${steps}:`)
  for (const { invariant, what } of violations) console.log(`  ${invariant}: ${what}`)
  console.log(`\nAgain: npm run sim -- --seed ${seed} --steps ${values.steps} --engine ${engine}`)
}
