import { systemClock } from '../clock/clock.ts'
import { type Random, randomText } from '../protocol/ids.ts'
import { formatTime } from '../protocol/time.ts'
import { type AdminAddress, Administration, AdminRefusal } from './administration.ts'
import type { Check } from './check.ts'
import { CHECKS } from './checks.ts'
import { CannotRun, Finding, NotApplicable, ProgramGone } from './findings.ts'
import { GateAdapter } from './gate.ts'
import { OWNER, type Practice, Visit } from './visit.ts'

/** What is examined, and how. */
export interface DoctorOptions {
  admin: AdminAddress
  /** Where the merchant's gate adapter listens. */
  gate: string
  mchid: string
  /** Ids of the checks that are made, with those that they need; all unless said. */
  only?: readonly string[] | undefined
  /** Whether the program has a second access point to ask. */
  backupHost?: boolean | undefined
  /** How long one check may take, in milliseconds; 30 s unless said. */
  limitMs?: number | undefined
  random: Random
  /** Ends the run early; what was changed is put back. */
  signal?: AbortSignal | undefined
  /** Told of each check as soon as it has ended. */
  onResult?: ((result: CheckResult) => void) | undefined
}

/** How a check has ended. `what_to_do` and `reason` are sentences for people. */
export type Outcome =
  | { result: 'PASSED' }
  | { result: 'FAILED'; found: string; what_to_do: string }
  | { result: 'SKIPPED'; reason: string }

export type CheckResult = Outcome & { id: string; title: string; title_zh: string; duration_ms: number }

/** What the doctor has found. */
export interface DoctorReport {
  mchid: string
  gate: string
  /** RFC 3339. */
  start_time: string
  duration_ms: number
  passed: number
  failed: number
  skipped: number
  checks: CheckResult[]
  /** What is in the world now and was not before, or could not be put back. */
  left_behind: string[]
}

const LIMIT_MS = 30_000
const RESTART =
  "The merchant's program has ended, or listens no more: see its last lines, mend what has ended it, and start it again."
/** How long putting back what one check has changed may take. */
const UNDO_MS = 20_000

/**
 * Examines a merchant's program against a sandbox. Drives it by its gate adapter, breaks things by the administration API,
 * and puts back what it has changed after each check. Throws `CannotRun` when there is nothing to examine.
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { mchid, gate, random, signal = new AbortController().signal, onResult } = options
  const startedAt = systemClock.wallNow()
  const chosen = chosenChecks(options.only)
  const admin = new Administration(options.admin, signal)
  await requireReady(admin, mchid)
  await requireAdapter(options, signal)

  const prefix = `${faultPrefix(mchid)}${randomText(4, random)}-`
  const practice = { mchid, random, prefix, slowestBookingMs: 0 }
  const checks: CheckResult[] = []
  let isGone = false
  const left = new Set<string>()
  for (const check of chosen) {
    const checkedAt = systemClock.wallNow()
    const outcome =
      skippedBefore(check, checks, options, isGone) ??
      (await make(check, practice, admin, options, left).catch(error => {
        if (!(error instanceof ProgramGone)) throw error
        isGone = true
        return { result: 'FAILED', found: error.message, what_to_do: RESTART } as const
      }))
    const { id, title } = check
    const duration_ms = systemClock.wallNow() - checkedAt
    const result = { id, title: title.en, title_zh: title.zh, duration_ms, ...outcome }
    checks.push(result)
    onResult?.(result)
  }
  const count = (wanted: CheckResult['result']) => checks.filter(({ result }) => result === wanted).length
  return {
    mchid,
    gate,
    start_time: formatTime(startedAt),
    duration_ms: systemClock.wallNow() - startedAt,
    ...{ passed: count('PASSED'), failed: count('FAILED'), skipped: count('SKIPPED') },
    checks,
    left_behind: [`owners whose names begin with ${OWNER}, and the entries, orders and refunds`, ...left],
  }
}

/** What the doctor's own rules of faults and notices begin with, so that an earlier run that was killed can be tidied up. */
function faultPrefix(mchid: string): string {
  return `doctor-${mchid}-`
}

/** The checks that are asked for, with those that they need. */
function chosenChecks(only: readonly string[] | undefined): readonly Check[] {
  if (!only) return CHECKS
  const wanted = new Set<string>()
  for (const id of only) {
    for (
      let check: Check | undefined = checkOf(id);
      check;
      check = check.needs ? checkOf(check.needs) : undefined
    )
      wanted.add(check.id)
  }
  return CHECKS.filter(({ id }) => wanted.has(id))
}

function checkOf(id: string): Check {
  const check = CHECKS.find(known => known.id === id)
  if (check) return check
  throw new CannotRun(`There is no check ${id}; there are ${CHECKS.map(known => known.id).join(', ')}.`)
}

/** The platform and the merchant number are there, and nothing of an earlier run is. */
async function requireReady(admin: Administration, mchid: string): Promise<void> {
  try {
    const { kind } = await admin.get<{ kind: string }>(`/merchants/${encodeURIComponent(mchid)}`)
    if (kind === 'sub')
      throw new CannotRun(
        `${mchid} is a sub-merchant and never calls; give the number of its provider as --mchid.`,
      )
  } catch (error) {
    if (!(error instanceof AdminRefusal)) throw error
    throw new CannotRun(error.message, { cause: error })
  }
  const { data } = await admin.get<{ data: { fault_id: string }[] }>('/faults?limit=100')
  for (const { fault_id } of data) {
    if (fault_id.startsWith(faultPrefix(mchid))) await admin.delete(`/faults/${fault_id}`)
  }
}

/** The gate adapter is there, and answers. */
async function requireAdapter(
  { gate, limitMs = LIMIT_MS }: DoctorOptions,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  const adapter = new GateAdapter(gate, AbortSignal.any([signal, limit]))
  await adapter.requirePresence().catch(cause => {
    if (signal.aborted || !limit.aborted) throw cause
    throw new CannotRun(
      `The gate adapter ${gate} has not answered GET /orders/doctor-is-there within ${limitMs / 1000} s. Look what the merchant's program waits for.`,
      { cause },
    )
  })
}

function skippedBefore(
  { id, needs }: Check,
  made: readonly CheckResult[],
  { signal, backupHost }: DoctorOptions,
  isGone: boolean,
): Outcome | undefined {
  const needed = made.find(result => result.id === needs)
  if (signal?.aborted) return skipped('The run was ended.')
  if (isGone) return skipped("The merchant's program has stopped answering.")
  if (needed && needed.result !== 'PASSED')
    return skipped(`It says nothing while \`${needs}\` does not pass.`)
  if (id === 'backup-host' && !backupHost)
    return skipped('Give --backup-host if the program has a second access point.')
  return undefined
}

function skipped(reason: string): Outcome {
  return { result: 'SKIPPED', reason }
}

/** Makes one check and puts back what it has changed. */
async function make(
  check: Check,
  practice: Practice,
  admin: Administration,
  { gate, signal, limitMs = LIMIT_MS }: DoctorOptions,
  left: Set<string>,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(limitMs)
  const either = signal ? AbortSignal.any([signal, limit]) : limit
  const visit = new Visit(practice, admin.until(either), new GateAdapter(gate, either), either)
  try {
    await check.run(visit)
    return { result: 'PASSED' }
  } catch (error) {
    if (error instanceof ProgramGone) throw error
    if (error instanceof Finding) return failed(check, error.message)
    if (error instanceof NotApplicable) return skipped(error.message)
    if (signal?.aborted) return skipped('The run was ended.')
    if (limit.aborted) return failed(check, `The check has not ended within ${limitMs / 1000} s.`)
    if (error instanceof AdminRefusal) throw new CannotRun(error.message, { cause: error })
    throw error
  } finally {
    const undo = admin.until(AbortSignal.timeout(UNDO_MS))
    for (const failure of await visit.putBack(undo)) left.add(`after ${check.id}: ${failure}`)
    for (const thing of visit.left) left.add(thing)
  }
}

function failed({ remedy }: Check, found: string): Outcome {
  return { result: 'FAILED', found, what_to_do: remedy }
}
