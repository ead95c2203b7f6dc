import type { AdminAddress } from '../admin-client/admin-client.ts'
import { systemClock } from '../clock/clock.ts'
import { type Random, randomText } from '../protocol/ids.ts'
import { formatTime } from '../protocol/time.ts'
import { type AdminChange, Administration, orCannotRun } from './administration.ts'
import { type Drill, PAYER } from './check-run.ts'
import { CannotRun, Finding, NoSuchAdapter, NotApplicable, PlatformFailure, ProgramGone } from './findings.ts'
import { type Adapters, adaptersOf, type PlannedCheck, plannedChecks } from './planned-checks.ts'
import { putBackLine, type StillChanged, shownChange, Undo } from './undo.ts'

/** What is examined, and how. */
export interface DoctorOptions extends Adapters {
  admin: AdminAddress
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
  /** Called with each check as soon as it has ended. */
  onResult?: ((result: CheckResult) => void) | undefined
}

/**
 * How a check has ended; `ERROR`: it could not be made to its end, and the merchant's program is not to blame.
 * `what_to_do` and `reason` are sentences for people.
 */
export type Outcome =
  | { result: 'PASSED' }
  | { result: 'FAILED' | 'ERROR'; found: string; what_to_do: string }
  | { result: 'SKIPPED'; reason: string }

export type CheckResult = Outcome & { id: string; title: string; title_zh: string; duration_ms: number }

/** What the doctor has found. */
export interface DoctorReport {
  mchid: string
  /** Where the adapters listen that were given. */
  gate?: string
  shop?: string
  /** RFC 3339. */
  start_time: string
  duration_ms: number
  passed: number
  failed: number
  errors: number
  skipped: number
  checks: CheckResult[]
  /** Changes that an earlier run was killed over, and that this one has put back. */
  put_back: string[]
  /** What is in the sandbox now and was not before, or could not be put back. */
  left_behind: string[]
}

const LIMIT_MS = 30_000
const RESTART =
  "The merchant's program has ended, or listens no more: see its last lines, fix what has ended it, and start it again."
/** How long putting back what one check has changed may take. */
const UNDO_MS = 20_000

/**
 * Examines a merchant's program against a sandbox. Drives it by its adapters, breaks things by the administration API,
 * and puts back what it has changed after each check. Throws `CannotRun` when there is nothing to examine; once an adapter
 * has answered its first call, there is always a report.
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { mchid, gate, shop, random, signal = new AbortController().signal, onResult } = options
  const startedAt = systemClock.wallNow()
  const chosen = plannedChecks(options, options.only)
  const admin = new Administration(options.admin, signal)
  const undo = new Undo(mchid)
  await orCannotRun(requireMerchant(admin, mchid))
  await requireAdapters(options, signal)
  // Last, because what was put back and what could not be is said in the report, or never.
  const earlier = await orCannotRun(undo.putBackEarlier(admin))

  const prefix = `doctor-${mchid}-${randomText(4, random)}-`
  const examination: Examination = {
    ...{ options, admin, drill: { mchid, random, prefix, undo, slowestBookingMs: 0 }, checks: [] },
    ...{ left: new Set(earlier.failed.map(still => inWords(still, 'you'))), isGone: false, isLost: false },
  }
  const { checks, left } = examination
  for (const check of chosen) {
    const checkedAt = systemClock.wallNow()
    const outcome =
      (await skippedBefore(check, examination)) ??
      (await make(check, examination).catch(error => {
        throw inPlaceOfReport(error, earlier.done)
      }))
    const { id, title } = check
    const duration_ms = systemClock.wallNow() - checkedAt
    const result = { id, title: title.en, title_zh: title.zh, duration_ms, ...outcome }
    checks.push(result)
    onResult?.(result)
  }
  // What could not be put back after its check may be by now.
  for (const still of await undo.putBack(inTime(admin))) left.add(inWords(still, 'the next run'))
  const count = (wanted: CheckResult['result']) => checks.filter(({ result }) => result === wanted).length
  return {
    mchid,
    ...(gate !== undefined && { gate }),
    ...(shop !== undefined && { shop }),
    start_time: formatTime(startedAt),
    duration_ms: systemClock.wallNow() - startedAt,
    ...{ passed: count('PASSED'), failed: count('FAILED'), errors: count('ERROR') },
    skipped: count('SKIPPED'),
    checks,
    put_back: earlier.done.map(shownChange),
    left_behind: [`payers whose names begin with ${PAYER}, and the entries, orders and refunds`, ...left],
  }
}

/** A run as far as it has come. */
interface Examination {
  readonly options: DoctorOptions
  readonly admin: Administration
  readonly drill: Drill
  readonly checks: CheckResult[]
  readonly left: Set<string>
  /** The merchant's program has ended. */
  isGone: boolean
  /** The platform's administration has failed, and it is not known whether it is there again. */
  isLost: boolean
}

/** The platform and the merchant number are there, and it gets the notices. */
async function requireMerchant(admin: Administration, mchid: string): Promise<void> {
  const { kind, notices_paused } = await admin.call('getMerchant', { mchid })
  if (kind === 'sub')
    throw new CannotRun(
      `${mchid} is a sub-merchant and never calls; give the number of its provider as --mchid.`,
    )
  if (notices_paused)
    throw new CannotRun(
      `The notices of ${mchid} are paused, so it gets none. End that by PUT /merchants/${mchid} {"notices_paused": false}.`,
    )
}

/** The adapters are there, and answer. */
async function requireAdapters(options: DoctorOptions, signal: AbortSignal): Promise<void> {
  const { limitMs = LIMIT_MS } = options
  const limit = AbortSignal.timeout(limitMs)
  for (const adapter of adaptersOf(options, AbortSignal.any([signal, limit])))
    await adapter.requirePresence().catch(cause => {
      if (signal.aborted || !limit.aborted) throw cause
      throw new CannotRun(
        `${adapter.description} has not answered GET /orders/doctor-is-there within ${limitMs / 1000} s. Look what the merchant's program waits for.`,
        { cause },
      )
    })
}

async function skippedBefore(
  { id, needs }: PlannedCheck,
  examination: Examination,
): Promise<Outcome | undefined> {
  const { options, admin, checks, isGone } = examination
  const needed = checks.find(result => result.id === needs)
  if (options.signal?.aborted) return skipped('The run was ended.')
  if (isGone) return skipped("The merchant's program has stopped answering.")
  if (needed && needed.result !== 'PASSED')
    return skipped(`It says nothing while \`${needs}\` does not pass.`)
  if (id === 'backup-host' && !options.backupHost)
    return skipped('Give --backup-host if the program has a second access point.')
  if (!examination.isLost) return undefined
  const absence = await admin.absence()
  if (absence) return skipped(absence.message)
  examination.isLost = false
  return undefined
}

function skipped(reason: string): Outcome {
  return { result: 'SKIPPED', reason }
}

/** Makes one check and puts back what it has changed. */
async function make(check: PlannedCheck, examination: Examination): Promise<Outcome> {
  const { options, admin, drill, left } = examination
  const { signal, limitMs = LIMIT_MS } = options
  const limit = AbortSignal.timeout(limitMs)
  const made = new AbortController()
  const end = AbortSignal.any([limit, made.signal, ...(signal ? [signal] : [])])
  const { run, done } = check.begin(drill, admin.until(end), end)
  try {
    await done
    return { result: 'PASSED' }
  } catch (error) {
    if (signal?.aborted) return skipped('The run was ended.')
    // Every other check would say the same.
    if (error instanceof NoSuchAdapter && examination.checks.length === 0) throw error
    if (error instanceof NotApplicable) return skipped(error.message)
    const isKnown = error instanceof Finding || error instanceof PlatformFailure
    const late = new Finding(`The check has not ended within ${limitMs / 1000} s.`)
    return await judge(limit.aborted && !isKnown ? late : error, check, examination)
  } finally {
    made.abort()
    await drill.undo.putBack(inTime(admin))
    for (const thing of run.left) left.add(thing)
  }
}

/** An adapter that is not there, with what a report would have said besides. */
function inPlaceOfReport(error: unknown, putBack: readonly AdminChange[]): unknown {
  if (!(error instanceof NoSuchAdapter)) return error
  const more = putBack.length === 0 ? '' : ` ${putBackLine(putBack.map(shownChange))}`
  return new CannotRun(
    `${error.message} Name the ${error.adapter} adapter with --${error.adapter}, with the path of its calls; docs/go-live.md says what it answers.${more}`,
    { cause: error },
  )
}

/** Whose fault it is that a check has not passed. */
async function judge(reason: unknown, { remedy }: PlannedCheck, examination: Examination): Promise<Outcome> {
  // A merchant's program is at a loss without the platform, so what is found then says nothing of it.
  const failure = reason instanceof PlatformFailure ? reason : await examination.admin.absence()
  if (failure) {
    examination.isLost = true
    return { result: 'ERROR', found: failure.message, what_to_do: failure.whatToDo }
  }
  if (reason instanceof ProgramGone) examination.isGone = true
  if (reason instanceof Finding) {
    const what_to_do = reason instanceof ProgramGone ? RESTART : remedy
    return { result: 'FAILED', found: reason.message, what_to_do }
  }
  const found = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return {
    result: 'ERROR',
    found,
    what_to_do: 'The check itself has failed: report it, with what was found.',
  }
}

/** What is put back is put back after the end of the check and of the run, too. */
function inTime(admin: Administration): Administration {
  return admin.until(AbortSignal.timeout(UNDO_MS))
}

/** `left` says to whom it is left. */
function inWords({ change, why }: StillChanged, left: string): string {
  return `what ${shownChange(change)} puts back, which is left to ${left} (${why})`
}
