import type { RunningPlatform } from '../node/start.ts'

const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const
/**
 * A signal that comes this soon after the first is the same one, in milliseconds: a terminal sends Ctrl+C to npm and to what
 * npm runs, and npm passes on what it gets.
 */
const SAME_SIGNAL_MS = 1_000

/**
 * Ends the process with its platform. The first signal stops it in good order; a later one, while a client or a merchant is
 * waited for, ends the process at once. A data folder that is gone ends it with a message and 1.
 */
export function endWith(running: Pick<RunningPlatform, 'stop' | 'onceFolderGone'>): void {
  let isEnding = false
  let mayForce = false
  const end = (exitCode: number) => {
    isEnding = true
    setTimeout(() => {
      mayForce = true
    }, SAME_SIGNAL_MS).unref()
    running.stop().then(
      () => process.exit(exitCode),
      error => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
        process.exit(1)
      },
    )
  }
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (!isEnding) end(0)
      // As the shell counts a process that a signal has ended.
      else if (mayForce) process.exit(128 + number)
    })
  }
  running.onceFolderGone(reason => {
    if (isEnding) return
    process.stderr.write(`error: ${reason}, and nothing can be kept any more. The platform stops.\n`)
    end(1)
  })
}
