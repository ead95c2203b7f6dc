/**
 * What stands in the way, in one line, for whoever gave the command. With `BOOMGATE_LOG_LEVEL=debug` it comes with its
 * stack, for whoever looks for a fault in the program.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (process.env.BOOMGATE_LOG_LEVEL === 'debug' && error.stack) return error.stack
  // A connection that failed on each of a name's addresses has no message of its own.
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map(describeFailure))].join('; ')
  }
  return error.message || error.name
}
