import { findMerchant } from '../merchants/merchants.ts'
import { CachedValue } from '../store/cached-value.ts'
import type { Database, Transaction } from '../store/database.ts'
import { type FaultProblem, type FilterFields, faultProblem } from './check-rule.ts'
import { injectsAt } from './draw.ts'
import {
  ALWAYS,
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultRow,
  type FaultRule,
  type FaultSubject,
  type FaultSubjectKind,
  FILTER_NAMES,
  type FilterName,
  faultOf,
  fieldsIn,
  fieldsText,
  fits,
  isSpent,
  USUAL_HOLD_MS,
} from './rules.ts'

/** Rules at once: each request is held against all of them. */
export const MAX_FAULTS = 100

/** A fault that is injected. */
export interface Injection {
  fault_id: string
  delay_ms: number
}

/** What is injected into one call or one notice, at most once for each kind. */
export type Injections = Readonly<Partial<Record<FaultKind, Injection>>>

export const NO_INJECTIONS: Injections = {}

/** A rule as somebody asks for it; what is left out is as if it were not there. */
export type NewFault = Pick<FaultRule, 'fault_id' | 'kind'> & {
  [Field in FilterName | 'fields' | 'probability' | 'count' | 'seed' | 'delay_ms']?:
    | FaultRule[Field]
    | undefined
}

/** A rule with a field that it cannot have, or with which it could never match. */
export class WrongFault extends TypeError implements FaultProblem {
  override readonly name = 'WrongFault'
  readonly field: string
  readonly issue: string

  constructor({ field, issue }: FaultProblem) {
    super(`${field} ${issue}`)
    this.field = field
    this.issue = issue
  }
}

/** The rules that are not spent, by what they are matched against, and whether the outbox holds a notice for one of them. */
interface Known {
  rules: Readonly<Record<FaultSubjectKind, readonly Fault[]>>
  holdsNotices: boolean
}

/** The columns of a rule; the others say what it has done. */
const COLUMNS = [
  'fault_id',
  'kind',
  ...FILTER_NAMES,
  'fields',
  'probability',
  'count',
  'seed',
  'delay_ms',
] as const satisfies (keyof FaultRule)[]

/**
 * What goes wrong on purpose. The rules are held in memory, so that nobody pays where there are none. What a rule has done
 * is counted in the store, in the order of its matches, so that it is exact over restarts and nodes; a rule that another node
 * has put is known within a second.
 *
 * Rules are matched in the order of their ids. A subject gets one fault of each kind: once a rule has injected one, the
 * others of its kind are not matched against the subject.
 */
export class Faults {
  readonly #db: Database
  readonly #filterFields: FilterFields
  readonly #known: CachedValue<Known>

  private constructor(db: Database, filterFields: FilterFields, known: CachedValue<Known>) {
    this.#db = db
    this.#filterFields = filterFields
    this.#known = known
  }

  /** `filterFields` are what rules can filter by. */
  static async open(db: Database, filterFields: FilterFields): Promise<Faults> {
    return new Faults(db, filterFields, await CachedValue.open(db, () => readKnown(db)))
  }

  /** Takes over what other nodes change, until {@link stop}. */
  watch(onError: (error: unknown) => void): void {
    this.#known.watch(onError)
  }

  stop(): Promise<void> {
    return this.#known.stop()
  }

  /** Reads the rules again, after somebody else has changed them. */
  reload(): Promise<void> {
    return this.#known.reload()
  }

  /** Whether any rule is matched against subjects of this kind. Where none is, nothing about them need be known. */
  areThere(kind: FaultSubjectKind): boolean {
    return this.#known.value.rules[kind].length > 0
  }

  /** Whether the outbox may hold a notice until another one was sent. */
  get mayHoldNotices(): boolean {
    const { rules, holdsNotices } = this.#known.value
    return holdsNotices || rules.notice.some(({ kind }) => kind === 'NOTICE_REORDERED')
  }

  /**
   * Matches rules against a subject, and answers the faults to inject into it; both are on record then. `except` are kinds
   * that cannot be there for it, `exceptNow` finds more of them in the transaction, and `keep` writes down in it what is
   * injected.
   */
  async inject(
    kind: FaultSubjectKind,
    subject: FaultSubject,
    { except = [], exceptNow = async () => [], keep = async () => {} }: InjectOptions = {},
  ): Promise<Injections> {
    const rules = this.#known.value.rules[kind]
    const hasField = fieldsIn(subject.content, rules)
    const fitting = rules.filter(rule => !except.includes(rule.kind) && fits(rule, subject, hasField))
    if (fitting.length === 0) return NO_INJECTIONS
    const injected = await this.#db.transaction(async tx => {
      const excepted = await exceptNow(tx)
      const left = fitting.filter(rule => !excepted.includes(rule.kind))
      if (left.length === 0) return NO_INJECTIONS
      const ids = left.map(({ fault_id }) => fault_id)
      const injected = await injectBy(tx, ids, subject)
      await keep(tx, injected)
      return injected
    })
    // Rules may be spent now, and notices held.
    if (Object.keys(injected).length > 0) await this.reload()
    return injected
  }

  async find(faultId: string): Promise<Fault | undefined> {
    const row = await this.#db.get<FaultRow>('SELECT * FROM faults WHERE fault_id = $1', faultId)
    return row && faultOf(row)
  }

  /**
   * Puts a rule into force; answers `too_many` when there are {@link MAX_FAULTS}. With other fields than before it starts
   * anew, with the same ones nothing changes. Throws a `WrongFault` that names a field which the kind does not have, or
   * with which the rule could never match.
   */
  async put(fault: NewFault): Promise<Fault | 'too_many'> {
    const rule = ruleOf(fault)
    const wrong = faultProblem(rule, this.#filterFields)
    if (wrong) throw new WrongFault(wrong)
    const outcome = await this.#db.transaction(async tx => {
      await requireCaller(tx, rule)
      return putRule(tx, rule)
    })
    await this.reload()
    return outcome
  }

  async remove(faultId: string): Promise<void> {
    await this.#db.transaction(tx => tx.run('DELETE FROM faults WHERE fault_id = $1', faultId))
    await this.reload()
  }
}

interface InjectOptions {
  except?: readonly FaultKind[]
  exceptNow?: (tx: Transaction) => Promise<readonly FaultKind[]>
  keep?: (tx: Transaction, injected: Injections) => Promise<void>
}

async function readKnown(db: Database): Promise<Known> {
  const rows = await db.all<FaultRow>('SELECT * FROM faults')
  const faults = inOrder(rows.map(faultOf)).filter(fault => !isSpent(fault))
  const of = (subject: FaultSubjectKind) => faults.filter(({ kind }) => FAULT_KINDS[kind].of === subject)
  const held = await db.get('SELECT id FROM notices WHERE held = 1 LIMIT 1')
  return {
    rules: { call: of('call'), host: of('host'), notice: of('notice') },
    holdsNotices: held !== undefined,
  }
}

/** The same order on every engine. */
function inOrder(faults: Fault[]): Fault[] {
  return faults.sort((one, other) => (one.fault_id < other.fault_id ? -1 : 1))
}

/** Matches rules as they are now in the store: another node may have spent or changed them. */
async function injectBy(tx: Transaction, ids: readonly string[], subject: FaultSubject): Promise<Injections> {
  const places = ids.map((_, index) => `$${index + 1}`).join(', ')
  const locked = await tx.all<FaultRow>(
    `SELECT * FROM faults WHERE fault_id IN (${places}) ORDER BY fault_id ${tx.forUpdate}`,
    ...ids,
  )
  const faults = inOrder(locked.map(faultOf))
  const hasField = fieldsIn(subject.content, faults)
  const injections: Partial<Record<FaultKind, Injection>> = {}
  for (const fault of faults) {
    const { fault_id, kind, delay_ms, matched, injected } = fault
    if (injections[kind] || isSpent(fault) || !fits(fault, subject, hasField)) continue
    const isInjected = injectsAt(fault, matched + 1)
    await tx.run(
      'UPDATE faults SET matched = $1, injected = $2 WHERE fault_id = $3',
      matched + 1,
      isInjected ? injected + 1 : injected,
      fault_id,
    )
    if (isInjected) injections[kind] = { fault_id, delay_ms }
  }
  return injections
}

/** Who calls gets the notices too. */
async function requireCaller(tx: Transaction, { mchid }: FaultRule): Promise<void> {
  if (mchid === '') return
  const merchant = await findMerchant(tx, mchid)
  if (!merchant) throw new WrongFault({ field: 'mchid', issue: 'is no merchant number that there is' })
  if (merchant.kind === 'sub')
    throw new WrongFault({
      field: 'mchid',
      issue:
        'is a sub-merchant, for which its provider calls and gets the notices: give the number of the provider',
    })
}

/** The rule with everything that was left out. */
function ruleOf({ fault_id, kind, ...given }: NewFault): FaultRule {
  const filters = Object.fromEntries(FILTER_NAMES.map(name => [name, given[name] ?? '']))
  return {
    ...{ fault_id, kind },
    ...(filters as Record<FilterName, string>),
    fields: given.fields ?? {},
    probability: given.probability ?? ALWAYS,
    count: given.count ?? null,
    seed: given.seed ?? 0,
    delay_ms: given.delay_ms ?? (kind === 'NOTICE_REORDERED' ? USUAL_HOLD_MS : 0),
  }
}

async function putRule(tx: Transaction, rule: FaultRule): Promise<Fault | 'too_many'> {
  const row = { ...rule, fields: fieldsText(rule.fields) }
  const { fault_id } = rule
  const known = await tx.get<FaultRow>(`SELECT * FROM faults WHERE fault_id = $1 ${tx.forUpdate}`, fault_id)
  if (known && COLUMNS.every(column => known[column] === row[column])) return faultOf(known)
  const there = await tx.get<{ rules: number }>('SELECT CAST(COUNT(*) AS BIGINT) AS rules FROM faults')
  if (!known && (there?.rules ?? 0) >= MAX_FAULTS) return 'too_many'
  await tx.run(
    `INSERT INTO faults (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT (fault_id) DO UPDATE
       SET ${COLUMNS.map(column => `${column} = excluded.${column}`).join(', ')}, matched = 0, injected = 0`,
    ...COLUMNS.map(column => row[column]),
  )
  return { ...rule, matched: 0, injected: 0 }
}
