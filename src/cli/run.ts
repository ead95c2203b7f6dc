import module from 'node:module'
import { join } from 'node:path'

// Compiled code is kept between starts, which halves the time of a start. Without a place to write, nothing is kept.
// An old Node that shows the help has no such cache.
module.enableCompileCache?.(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'boomgate'))

const { program } = await import('./program.ts')
const { describeFailure } = await import('./describe-failure.ts')
try {
  await program().parseAsync()
} catch (error) {
  process.stderr.write(`error: ${describeFailure(error)}\n`)
  // At once, whatever was opened: nobody can use what has not started.
  process.exit(1)
}
