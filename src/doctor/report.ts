import type { CheckResult, DoctorReport } from './run-doctor.ts'
import { putBackLine } from './undo.ts'

/** Where the texts of a check that has not passed begin. */
const INDENT = ' '.repeat(9)

/** The lines of one check: how it ended, its id and its titles; below, what was found and what to do. */
export function checkLines(result: CheckResult): string {
  const { id, title, title_zh, duration_ms } = result
  const head = `${result.result.padEnd(8)} ${id.padEnd(21)} ${seconds(duration_ms).padStart(7)}  ${title} · ${title_zh}`
  return [head, ...remarks(result).map(text => INDENT + text), ''].join('\n')
}

/** The last lines of a report. */
export function summaryLines(report: DoctorReport): string {
  const { passed, failed, errors, skipped, duration_ms, put_back, left_behind } = report
  const isWhole = failed === 0 && errors === 0 && skipped === 0
  const counts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(errors > 0 ? [`${errors} could not be made`] : []),
    `${skipped} skipped in ${seconds(duration_ms)}`,
  ].join(', ')
  return [
    '',
    isWhole ? `${counts}: nothing stands in the way.` : `${counts}.`,
    ...(put_back.length > 0 ? [putBackLine(put_back)] : []),
    `Left behind: ${left_behind.join('; ')}.`,
    '',
  ].join('\n')
}

function remarks(result: CheckResult): string[] {
  if (result.result === 'PASSED') return []
  if (result.result === 'SKIPPED') return [plain(result.reason)]
  return [`Found: ${result.found}`, `To do: ${plain(result.what_to_do)}`]
}

/** Texts of checks are Markdown, and a terminal shows none. */
function plain(text: string): string {
  return text.replaceAll('`', '')
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
