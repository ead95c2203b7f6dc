import { findMerchant } from '../merchants/merchants.ts'
import type { Database, Transaction } from '../store/database.ts'
import { Followed } from '../store/followed.ts'
import { strikesMatch } from './draw.ts'
import {
  ALWAYS,
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type FaultProblem,
  type FaultRule,
  type FaultSubject,
  type FaultSubjectKind,
  FILTER_NAMES,
  type FilterName,
  faultProblem,
  fits,
  isSpent,
  type Nameable,
  USUAL_HOLD_MS,
} from './rules.ts'

/** Rules at once: each request is held against all of them. */
export const MAX_FAULTS = 100

/** A fault that strikes. */
export interface Strike {
  fault_id: string
  delay_ms: number
}

/** What strikes one call or one notice, at most once for each kind. */
export type Strikes = Readonly<Partial<Record<FaultKind, Strike>>>

export const NO_STRIKES: Strikes = {}

/** A rule as somebody asks for it; what is left out is as if it were not there. */
export type NewFault = Pick<FaultRule, 'fault_id' | 'kind'> & {
  [Field in FilterName | 'probability' | 'count' | 'seed' | 'delay_ms']?: FaultRule[Field] | undefined
}

/** A rule with a field that it cannot have, or that could never strike. */
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

/** The rules that are not spent, by what they are asked about, and whether the outbox holds a notice for one of them. */
interface Known {
  rules: Readonly<Record<FaultSubjectKind, readonly Fault[]>>
  holdsNotices: boolean
}

/** The columns of a rule; the others say what it has done. */
const COLUMNS = [
  'fault_id',
  'kind',
  ...FILTER_NAMES,
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
 * Rules are asked in the order of their ids. A subject takes one strike of each kind: the others of a kind that has struck
 * are not asked about it.
 */
export class Faults {
  readonly #db: Database
  readonly #nameable: Nameable
  readonly #known: Followed<Known>

  private constructor(db: Database, nameable: Nameable, known: Followed<Known>) {
    this.#db = db
    this.#nameable = nameable
    this.#known = known
  }

  /** `nameable` is what rules can be about. */
  static async open(db: Database, nameable: Nameable): Promise<Faults> {
    return new Faults(db, nameable, await Followed.open(db, () => readKnown(db)))
  }

  /** Takes over what other nodes change, until {@link stop}. */
  follow(onError: (error: unknown) => void): void {
    this.#known.follow(onError)
  }

  stop(): Promise<void> {
    return this.#known.stop()
  }

  /** Reads the rules again, after somebody else has changed them. */
  reload(): Promise<void> {
    return this.#known.reload()
  }

  /** Whether any rule is asked about subjects of this kind. Where none is, nothing about them need be known. */
  areThere(kind: FaultSubjectKind): boolean {
    return this.#known.value.rules[kind].length > 0
  }

  /** Whether the outbox may hold a notice until another one was sent. */
  get mayHoldNotices(): boolean {
    const { rules, holdsNotices } = this.#known.value
    return holdsNotices || rules.notice.some(({ kind }) => kind === 'NOTICE_REORDERED')
  }

  /**
   * What strikes a subject; that it was asked is on record when this answers. `except` are kinds that cannot be there for it,
   * `exceptNow` finds more of them in the transaction of the strike, and `keep` writes down what strikes in it.
   */
  async strike(
    kind: FaultSubjectKind,
    subject: FaultSubject,
    { except = [], exceptNow = async () => [], keep = async () => {} }: StrikeOptions = {},
  ): Promise<Strikes> {
    const fitting = this.#known.value.rules[kind].filter(
      rule => !except.includes(rule.kind) && fits(rule, subject),
    )
    if (fitting.length === 0) return NO_STRIKES
    const strikes = await this.#db.transaction(async tx => {
      const excepted = await exceptNow(tx)
      const asked = fitting.filter(rule => !excepted.includes(rule.kind))
      if (asked.length === 0) return NO_STRIKES
      const ids = asked.map(({ fault_id }) => fault_id)
      const struck = await strikeBy(tx, ids, subject)
      await keep(tx, struck)
      return struck
    })
    // Rules may be spent now, and notices held.
    if (Object.keys(strikes).length > 0) await this.reload()
    return strikes
  }

  find(faultId: string): Promise<Fault | undefined> {
    return this.#db.get<Fault>('SELECT * FROM faults WHERE fault_id = $1', faultId)
  }

  /**
   * Puts a rule into force; answers `too_many` when there are {@link MAX_FAULTS}. With other fields than before it starts
   * anew, with the same ones nothing changes. Throws a `WrongFault` that names a field which the kind does not have, or
   * which keeps the rule from ever striking.
   */
  async put(fault: NewFault): Promise<Fault | 'too_many'> {
    const rule = ruleOf(fault)
    const wrong = faultProblem(rule, this.#nameable)
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

interface StrikeOptions {
  except?: readonly FaultKind[]
  exceptNow?: (tx: Transaction) => Promise<readonly FaultKind[]>
  keep?: (tx: Transaction, strikes: Strikes) => Promise<void>
}

async function readKnown(db: Database): Promise<Known> {
  const faults = inOrder(await db.all<Fault>('SELECT * FROM faults')).filter(fault => !isSpent(fault))
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

/** Asks rules about a subject, as they are now in the store: another node may have spent or changed them. */
async function strikeBy(tx: Transaction, ids: readonly string[], subject: FaultSubject): Promise<Strikes> {
  const places = ids.map((_, index) => `$${index + 1}`).join(', ')
  const locked = await tx.all<Fault>(
    `SELECT * FROM faults WHERE fault_id IN (${places}) ORDER BY fault_id ${tx.forUpdate}`,
    ...ids,
  )
  const strikes: Partial<Record<FaultKind, Strike>> = {}
  for (const fault of inOrder(locked)) {
    const { fault_id, kind, delay_ms, matched, struck } = fault
    if (strikes[kind] || isSpent(fault) || !fits(fault, subject)) continue
    const doesStrike = strikesMatch(fault, matched + 1)
    await tx.run(
      'UPDATE faults SET matched = $1, struck = $2 WHERE fault_id = $3',
      matched + 1,
      doesStrike ? struck + 1 : struck,
      fault_id,
    )
    if (doesStrike) strikes[kind] = { fault_id, delay_ms }
  }
  return strikes
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
    probability: given.probability ?? ALWAYS,
    count: given.count ?? null,
    seed: given.seed ?? 0,
    delay_ms: given.delay_ms ?? (kind === 'NOTICE_REORDERED' ? USUAL_HOLD_MS : 0),
  }
}

async function putRule(tx: Transaction, rule: FaultRule): Promise<Fault | 'too_many'> {
  const { fault_id } = rule
  const known = await tx.get<Fault>(`SELECT * FROM faults WHERE fault_id = $1 ${tx.forUpdate}`, fault_id)
  if (known && COLUMNS.every(column => known[column] === rule[column])) return known
  const there = await tx.get<{ rules: number }>('SELECT CAST(COUNT(*) AS BIGINT) AS rules FROM faults')
  if (!known && (there?.rules ?? 0) >= MAX_FAULTS) return 'too_many'
  await tx.run(
    `INSERT INTO faults (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT (fault_id) DO UPDATE
       SET ${COLUMNS.map(column => `${column} = excluded.${column}`).join(', ')}, matched = 0, struck = 0`,
    ...COLUMNS.map(column => rule[column]),
  )
  return { ...rule, matched: 0, struck: 0 }
}
