/**
 * Everything that can go wrong on purpose, with what it means. `of` is what a rule of the kind is asked about: a call whose
 * signature is right, the host of any request, or a notice before it is first sent.
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

/** What a rule may look at; which of them a kind knows is in {@link FILTERS}. */
export const FILTER_NAMES = [
  'call',
  'event_type',
  'mchid',
  'plate_number',
  'out_trade_no',
  'out_refund_no',
  'host',
] as const
export type FilterName = (typeof FILTER_NAMES)[number]

/** The access points: the main one and the backup. */
export const ACCESS_POINTS = ['api', 'api2'] as const
export type AccessPoint = (typeof ACCESS_POINTS)[number]

/** What is known of each kind of subject. */
export const FILTERS: Readonly<Record<FaultSubjectKind, readonly FilterName[]>> = {
  call: ['call', 'mchid', 'plate_number', 'out_trade_no', 'out_refund_no', 'host'],
  host: ['host'],
  notice: ['event_type', 'mchid', 'plate_number', 'out_trade_no', 'out_refund_no'],
}

/** What a rule is asked about: the values of the filters that there are. */
export type FaultSubject = Partial<Record<FilterName, string>>

/** The filters that are about the content of a call or a notice. */
export const CONTENT = ['plate_number', 'out_trade_no', 'out_refund_no'] as const
export type ContentName = (typeof CONTENT)[number]

/** What a call or a notice can name. */
export interface Named {
  /** Whether a value can be that of the field, for each field that there is. */
  fields: Readonly<Partial<Record<ContentName, (value: string) => boolean>>>
  /** Whether there is a signature that could be spoiled. */
  isSigned: boolean
}

/** Everything that rules are asked about, by the names of calls and the types of notices. */
export type Nameable = Readonly<Record<'call' | 'notice', Readonly<Record<string, Named>>>>

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
  /** In hundredths of a percent. */
  probability: number
  /** Strikes at most; null for ever. */
  count: number | null
  seed: number
  /** In milliseconds; 0 for a kind that takes no time. */
  delay_ms: number
}

/** A rule with what it has done. */
export interface Fault extends FaultRule {
  /** What it was asked about. */
  matched: number
  struck: number
}

/** What the fields of a call, or of what a notice tells, name. */
export function namedIn({
  plate_number,
  parking_info,
  out_trade_no,
  out_refund_no,
}: Readonly<Record<string, unknown>>): FaultSubject {
  const plate = plate_number ?? (parking_info as { plate_number?: unknown } | null | undefined)?.plate_number
  return textsOf({ plate_number: plate, out_trade_no, out_refund_no })
}

function textsOf(values: Partial<Record<FilterName, unknown>>): FaultSubject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string'))
}

/** Whether a rule is about something. */
export function fits(rule: FaultRule, subject: FaultSubject): boolean {
  return FILTER_NAMES.every(name => rule[name] === '' || rule[name] === subject[name])
}

/** A rule that has struck as often as it may is asked no more. */
export function isSpent({ count, struck }: Fault): boolean {
  return count !== null && struck >= count
}

/** What is wrong with a field of a rule, as the start and the end of a sentence. */
export interface FaultProblem {
  field: string
  issue: string
}

/** A field that a rule cannot have, or with which it could never strike; `undefined` when there is none. */
export function faultProblem(rule: FaultRule, nameable: Nameable): FaultProblem | undefined {
  return strayFilter(rule) ?? numberProblem(rule) ?? contentProblem(rule, nameable)
}

function strayFilter(rule: FaultRule): FaultProblem | undefined {
  const known = FILTERS[FAULT_KINDS[rule.kind].of]
  const stray = FILTER_NAMES.find(name => rule[name] !== '' && !known.includes(name))
  if (stray)
    return { field: stray, issue: `is not known where ${rule.kind} strikes; there are ${known.join(', ')}` }
  const { host } = rule
  if (host !== '' && !ACCESS_POINTS.some(point => point === host))
    return { field: 'host', issue: `must be one of ${ACCESS_POINTS.join(', ')}` }
  return undefined
}

function numberProblem({ kind, probability, count, seed, delay_ms }: FaultRule): FaultProblem | undefined {
  if (!isWithin(probability, 1, ALWAYS))
    return { field: 'probability', issue: `must be a whole number from 1 to ${ALWAYS}` }
  if (count !== null && !isWithin(count, 1)) return { field: 'count', issue: 'must be a whole number from 1' }
  if (!isWithin(seed, 0)) return { field: 'seed', issue: 'must be a whole number from 0' }
  const longest = LONGEST_DELAY_MS[kind]
  if (longest === undefined && delay_ms !== 0)
    return { field: 'delay_ms', issue: `must be left out, because ${kind} takes no time` }
  if (longest !== undefined && !isWithin(delay_ms, 1, longest))
    return { field: 'delay_ms', issue: `must be 1 to ${longest} with ${kind}` }
  return undefined
}

function isWithin(value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most
}

/** Whether there is a call or a notice that can have everything that a rule looks at. */
function contentProblem(rule: FaultRule, nameable: Nameable): FaultProblem | undefined {
  const { of } = FAULT_KINDS[rule.kind]
  if (of === 'host') return undefined
  const chooser = of === 'call' ? 'call' : 'event_type'
  const chosen = rule[chooser]
  const all = Object.entries(nameable[of])
  let left = all.filter(([name]) => chosen === '' || name === chosen)
  if (left.length === 0)
    return { field: chooser, issue: `must be one of ${all.map(([name]) => name).join(', ')}` }
  left = left.filter(([, { isSigned }]) => isSigned || !OF_SIGNATURES.includes(rule.kind))
  if (left.length === 0)
    return {
      field: chooser,
      issue: `must be another one, because ${chosen} answers a file without a signature`,
    }
  for (const field of CONTENT) {
    const value = rule[field]
    if (value === '') continue
    const naming = left.filter(([, { fields }]) => fields[field] !== undefined)
    const others = left.map(([name]) => name).join(', ')
    if (naming.length === 0)
      return {
        field,
        issue: `is not named by ${others}, and by the other fields the rule is for nothing else`,
      }
    left = naming.filter(([, { fields }]) => fields[field]?.(value))
    if (left.length === 0) return { field, issue: 'is never like this, so the rule would never strike' }
  }
  return undefined
}
