import { writeSync } from 'node:fs'
import pino, { type Level, type Logger } from 'pino'
import type { OnAttempt } from '../notices/deliver.ts'

/** Lines wait at most this long for others to be written with them. */
const FLUSH_AFTER_MS = 100
/** Or until there is this much of them, in characters. */
const MAX_WAITING = 65_536
const STANDARD_ERROR = 2

/**
 * A log of JSON lines on standard error. Lines are written in batches, because each write is a system call; nothing runs
 * while there is nothing to write.
 */
export function openLog(level: Level | 'silent'): { log: Logger; flush(): void } {
  let waiting = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const text = waiting
    waiting = ''
    writeAll(text)
  }
  const write = (line: string) => {
    waiting += line
    if (waiting.length > MAX_WAITING) flush()
    else timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref()
  }
  return { log: pino({ level, base: null, serializers: { err: withoutRows } }, { write }), flush }
}

/** A line for each attempt to deliver a notice: a warning when it was not acknowledged. */
export function logAttempt(log: Logger): OnAttempt {
  return attempt => log[attempt.failure === undefined ? 'info' : 'warn']({ op: 'notice', ...attempt })
}

/** PostgreSQL's `detail` repeats the row that it has refused, and with it the secrets of a merchant. */
const withoutRows = pino.stdSerializers.wrapErrorSerializer(error => {
  delete error.detail
  return error
})

/** A reader that is gone or too slow loses lines; the platform does not stop for its log. */
function writeAll(text: string): void {
  try {
    if (text !== '') writeSync(STANDARD_ERROR, text)
  } catch {
    // There is no other place to say so.
  }
}
