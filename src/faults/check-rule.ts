import {
  ACCESS_POINTS,
  ALWAYS,
  FAULT_KINDS,
  type FaultRule,
  FILTER_NAMES,
  FILTERS,
  type FieldValue,
  LONGEST_DELAY_MS,
  MAX_FIELDS,
  OF_SIGNATURES,
} from './rules.ts'

/** A call or a type of notice, as far as a rule can match it. */
export interface Filterable {
  /** Of the call, or the event type; several products may send notices of one type. */
  name: string
  /** Which product sends the notice; calls have none. */
  product?: string
  /** Whether a value can be that of the field, for each field that is declared at any depth. */
  fields: ReadonlyMap<string, (value: FieldValue) => boolean>
  /** Whether there is a signature that could be corrupted. */
  isSigned: boolean
}

/** Everything that rules are matched against. */
export type FilterFields = Readonly<Record<'call' | 'notice', readonly Filterable[]>>

/** What is wrong with a field of a rule, as the start and the end of a sentence. */
export interface FaultProblem {
  /** A field of `fields` behind a dot. */
  field: string
  issue: string
}

/** A sentence names no more calls or notices than this. */
const MAX_NAMED = 8

/** A field that a rule cannot have, or with which it could never match; `undefined` when there is none. */
export function faultProblem(rule: FaultRule, filterFields: FilterFields): FaultProblem | undefined {
  return strayFilter(rule) ?? numberProblem(rule) ?? matchProblem(rule, filterFields)
}

function strayFilter(rule: FaultRule): FaultProblem | undefined {
  const known = FILTERS[FAULT_KINDS[rule.kind].of]
  const given = FILTER_NAMES.filter(name => rule[name] !== '')
  const names = Object.keys(rule.fields).length > 0 ? [...given, 'fields' as const] : given
  const stray = names.find(name => !known.includes(name))
  if (stray) return { field: stray, issue: `is no filter of ${rule.kind}, which has ${known.join(', ')}` }
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

/** Whether there is a call or a notice that can have everything that a rule filters by. */
function matchProblem(rule: FaultRule, filterFields: FilterFields): FaultProblem | undefined {
  const { of } = FAULT_KINDS[rule.kind]
  if (of === 'host') return undefined
  const chooser = of === 'call' ? 'call' : 'event_type'
  const chosen = rule[chooser]
  const all = filterFields[of].filter(({ product }) => rule.product === '' || product === rule.product)
  if (all.length === 0)
    return { field: 'product', issue: `must be one of ${namesOf(filterFields[of], 'product')}` }
  const named = all.filter(({ name }) => chosen === '' || name === chosen)
  if (named.length === 0) return { field: chooser, issue: `must be one of ${namesOf(all, 'name')}` }
  const left = named.filter(({ isSigned }) => isSigned || !OF_SIGNATURES.includes(rule.kind))
  if (left.length === 0)
    return {
      field: chooser,
      issue: `must be another one, because ${chosen} answers a file without a signature`,
    }
  return fieldsProblem(rule, left)
}

function fieldsProblem({ fields }: FaultRule, candidates: readonly Filterable[]): FaultProblem | undefined {
  const entries = Object.entries(fields)
  if (entries.length > MAX_FIELDS) return { field: 'fields', issue: `must be at most ${MAX_FIELDS}` }
  let left = candidates
  for (const [name, value] of entries) {
    const field = `fields.${name}`
    const having = left.filter(candidate => candidate.fields.has(name))
    if (having.length === 0)
      return {
        field,
        issue: `is declared by none of ${named(left)}, so the rule would never match`,
      }
    left = having.filter(candidate => candidate.fields.get(name)?.(value))
    if (left.length === 0)
      return { field, issue: `cannot have this value in ${named(having)}, so the rule would never match` }
  }
  return undefined
}

function namesOf(candidates: readonly Filterable[], name: 'name' | 'product'): string {
  return [...new Set(candidates.map(candidate => candidate[name]))].join(', ')
}

function named(candidates: readonly Filterable[]): string {
  const names = [...new Set(candidates.map(({ name }) => name))]
  const more = names.length - MAX_NAMED
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
