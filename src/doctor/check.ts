import type { CheckRun } from './check-run.ts'

/** One check of a merchant's program, which it drives by one of its adapters. It throws a `Finding` when it fails. Texts are Markdown. */
export interface Check<Run extends CheckRun = CheckRun> {
  /** By which `--only` names it. */
  id: string
  title: { en: string; zh: string }
  /** What the doctor does. */
  does: string
  /** What the program must do then. */
  passes: string
  /** What to do when it does not. */
  remedy: string
  /** The check without which this one says nothing. */
  needs?: string
  perform(run: Run): Promise<void>
}
