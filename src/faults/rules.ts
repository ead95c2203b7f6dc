/**
 * Everything that can go wrong on purpose, with what it means. `of` is what a rule of the kind is matched against: a call
 * whose signature is right, the host of any request, or a notice before it is first sent.
 */
export const FAULT_KINDS = {
  LATENCY: { of: 'call', meaning: 'the call waits `delay_ms` of wall time before anything is done' },
  CONNECTION_RESET: { of: 'call', meaning: 'the connection is reset, nothing is done' },
  RATE_LIMITED: { of: 'call', meaning: 'HTTP 429, nothing is done' },
  ERROR_BEFORE_COMMIT: { of: 'call', meaning: 'HTTP 500, nothing is done' },
  ERROR_AFTER_COMMIT: { of: 'call', meaning: 'HTTP 500, although it is done' },
  REPLY_WRONG_SIGNATURE: { of: 'call', meaning: 'the signature of the reply is of other bytes' },
  REPLY_PROBE: { of: 'call', meaning: 'the signature of the reply begins with WECHATPAY/SIGNTEST/' },
  REPLY_TRUNCATED: { of: 'call', meaning: 'the reply ends in the middle of its body, with the connection' },
  REPLY_LOST: { of: 'call', meaning: 'the connection ends without a reply, although the call is done' },
  HOST_DOWN: { of: 'host', meaning: 'every request to the host is reset, whoever sends it' },
  NOTICE_WRONG_SIGNATURE: {
    of: 'notice',
    meaning: 'the first attempt has a signature of other bytes, the next one is genuine',
  },
  NOTICE_PROBE: {
    of: 'notice',
    meaning:
      'the first attempt has a signature that begins with WECHATPAY/SIGNTEST/, the next one is genuine',
  },
  NOTICE_OLD: {
    of: 'notice',
    meaning: 'the first attempt was signed ten minutes ago, by what it says; the next one is genuine',
  },
  NOTICE_DOUBLED: { of: 'notice', meaning: 'it is sent twice at the same moment, each time signed afresh' },
  NOTICE_DELAYED: { of: 'notice', meaning: 'it is sent `delay_ms` of business time later' },
  NOTICE_REORDERED: {
    of: 'notice',
    meaning:
      'it is held until the next notice of its merchant was sent, for `delay_ms` of business time at most, an hour unless said',
  },
  NOTICE_LOST: { of: 'notice', meaning: 'it is given up without being sent' },
} as const satisfies Record<string, { of: 'call' | 'host' | 'notice'; meaning: string }>

export type FaultKind = keyof typeof FAULT_KINDS
export type FaultSubjectKind = (typeof FAULT_KINDS)[FaultKind]['of']

/** What every call and notice has, whatever its fields are; which of them a kind knows is in {@link FILTERS}. */
export const FILTER_NAMES = ['call', 'product', 'event_type', 'mchid', 'host'] as const
export type FilterName = (typeof FILTER_NAMES)[number]

/** The access points: the main one and the backup. */
export const ACCESS_POINTS = ['api', 'api2'] as const
export type AccessPoint = (typeof ACCESS_POINTS)[number]

/** What is known of each kind of subject; `fields` are those of the request, or of the plaintext of the notice. */
export const FILTERS: Readonly<Record<FaultSubjectKind, readonly (FilterName | 'fields')[]>> = {
  call: ['call', 'mchid', 'host', 'fields'],
  host: ['host'],
  notice: ['product', 'event_type', 'mchid', 'fields'],
}

/** A value that a field can have. Lists are matched by each of their elements, objects by the fields in them. */
export type FieldValue = string | number | boolean
export type FieldFilter = Readonly<Record<string, FieldValue>>

/** Fields in one rule. */
export const MAX_FIELDS = 10

/** Faults that a reply without a signature cannot have. */
export const OF_SIGNATURES: readonly FaultKind[] = ['REPLY_WRONG_SIGNATURE', 'REPLY_PROBE']

/** The longest `delay_ms` of each kind that takes time; the others have none. LATENCY is of wall time. */
export const LONGEST_DELAY_MS: Partial<Record<FaultKind, number>> = {
  LATENCY: 120_000,
  NOTICE_DELAYED: 30 * 24 * 60 * 60 * 1000,
  NOTICE_REORDERED: 30 * 24 * 60 * 60 * 1000,
}
/** How long a notice is held for another one at most, unless said. */
export const USUAL_HOLD_MS = 60 * 60 * 1000

/** Always, in hundredths of a percent. */
export const ALWAYS = 10_000

/** A rule as it is declared. A filter that is empty fits everything. */
export interface FaultRule extends Record<FilterName, string> {
  fault_id: string
  kind: FaultKind
  /** All of them must be there, each at any depth. */
  fields: FieldFilter
  /** In hundredths of a percent. */
  probability: number
  /** Injections at most; null without limit. */
  count: number | null
  seed: number
  /** In milliseconds; 0 for a kind that takes no time. */
  delay_ms: number
}

/** A rule with what it has done. */
export interface Fault extends FaultRule {
  /** The calls, requests or notices that it fitted. */
  matched: number
  /** Those of them that the fault was injected into. */
  injected: number
}

/** A rule as a row: `fields` is JSON, with its names in order so that equal filters are equal texts. */
export type FaultRow = Omit<Fault, 'fields'> & { fields: string }

export function faultOf({ fields, ...row }: FaultRow): Fault {
  return { ...row, fields: JSON.parse(fields) as FieldFilter }
}

export function fieldsText(fields: FieldFilter): string {
  return JSON.stringify(Object.fromEntries(Object.entries(fields).sort(byName)))
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

/** What rules are matched against. */
export interface FaultSubject extends Partial<Record<FilterName, string>> {
  /** The request's fields, or the plaintext of the notice. */
  content?: unknown
}

/** Whether a value is anywhere in the content of a subject under a name. */
export type HasField = (name: string, value: FieldValue) => boolean

/** Reads the fields of these names, at any depth, in one pass through the content. */
export function fieldsIn(content: unknown, rules: readonly Pick<FaultRule, 'fields'>[]): HasField {
  const found = new Map<string, Set<unknown>>()
  for (const { fields } of rules) for (const name of Object.keys(fields)) found.set(name, new Set())
  if (found.size > 0) collect(content, found)
  return (name, value) => found.get(name)?.has(value) ?? false
}

function collect(content: unknown, found: ReadonlyMap<string, Set<unknown>>): void {
  if (typeof content !== 'object' || content === null) return
  for (const [name, value] of Object.entries(content)) {
    for (const one of Array.isArray(value) ? value : [value]) found.get(name)?.add(one)
    collect(value, found)
  }
}

/** Whether a rule is about something. */
export function fits(rule: FaultRule, subject: FaultSubject, hasField: HasField): boolean {
  return (
    FILTER_NAMES.every(name => rule[name] === '' || rule[name] === subject[name]) &&
    Object.entries(rule.fields).every(([name, value]) => hasField(name, value))
  )
}

/** A rule that has injected as often as it may is matched no more. */
export function isSpent({ count, injected }: Pick<Fault, 'count' | 'injected'>): boolean {
  return count !== null && injected >= count
}
