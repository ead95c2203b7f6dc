import type { SqlValue } from '../store/database.ts'

/** What a list can be narrowed by: the name of a column that must have the value, or more than that. */
export type Filter = string | FilterRule

export interface FilterRule {
  /** The column that must have the value; absent where no index is needed. */
  column?: string
  /** A condition in place of that, with `?` wherever the value belongs. */
  where?: string
  /**
   * Whether what is named has few rows in any store, such as the notices of one order. Its rows are then all looked at,
   * whatever else they must meet, and may be sorted.
   */
  isNarrow?: true
  /** Whether its index has no states, because it is not worth what each change of a state would cost. */
  isPlain?: true
}

/**
 * A list of the administration: what it shows in which order, and what it can be narrowed by. From this follow the statements,
 * and with them the indexes that a table needs, each of which ends with the columns of `key`:
 *
 *     no filter                     (key)
 *     a filter                      (column, key)
 *     with `states`, no filter      (state, key)
 *     with `states`, a filter       (column, state, key), or (column, key) when it is plain
 *
 * Of several filters the narrow one is looked up, else the first that is declared; where a plain one meets a state that few
 * rows are in, the state.
 *
 * A test asks both engines for the plan of each list with each filter and each two, and fails without these.
 */
export interface List {
  /** `SELECT … FROM …`, without a condition. The columns of `key` are among those selected. */
  select: string
  /** By the names of the request's fields. */
  filters?: Readonly<Record<string, Filter>>
  /**
   * The states of a row, of which there are few. A page that is not of one state is put into its order from the pages of
   * each, so that the same index serves those who ask for a state and those who do not.
   */
  states?: {
    filter: string
    column: string
    /** All of them: a row in another one would not be found. */
    values: readonly string[]
    /** The one in which most rows are. */
    usual: string
  }
  /** Filters that are refused without another one. */
  needs?: Readonly<Record<string, string>>
  /** The columns that tell rows apart, with their types. */
  key: Readonly<Record<string, 'number' | 'text'>>
  newestFirst?: boolean
  /** Rows at most, where somebody sees to that. Up to {@link FEW_ROWS} are read without an index. */
  atMost?: number
}

/** So many rows can be read and sorted for a page. */
export const FEW_ROWS = 20_000

/** A statement with its values. */
export interface Statement {
  sql: string
  values: SqlValue[]
}

/** A request for a page: values of filters, and the key of the row that it begins behind. */
export interface Wanted {
  filters: Readonly<Record<string, SqlValue | undefined>>
  after?: readonly SqlValue[] | undefined
  limit: number
}

/** The statement that answers a page of a list. */
export function pageStatement(list: List, wanted: Wanted): Statement {
  const values: SqlValue[] = []
  const order = orderOf(list, wanted.filters)
  const branches = branchesOf(list, wanted, values)
  values.push(wanted.limit)
  const limited = branches.map(branch => `${branch} ORDER BY ${order} LIMIT $${values.length}`)
  if (limited.length === 1) return { sql: limited[0] as string, values }
  const merged = limited.map((branch, index) => `SELECT * FROM (${branch}) AS branch_${index}`)
  return { sql: `${merged.join(' UNION ALL ')} ORDER BY ${order} LIMIT $${values.length}`, values }
}

/** The statements whose rows make a page: one, or one for each state. Each is to be answered by an index in its order. */
export function pageBranches(list: List, wanted: Wanted): Statement[] {
  const { states } = list
  if (!states || isOneStatement(list, wanted)) return [pageStatement(list, wanted)]
  return states.values.map(value =>
    pageStatement(list, { ...wanted, filters: { ...wanted.filters, [states.filter]: value } }),
  )
}

function isOneStatement(list: List, { filters }: Wanted): boolean {
  const { states } = list
  if (states === undefined || filters[states.filter] !== undefined) return true
  const lookup = lookupOf(list, filters)
  return lookup !== undefined && !hasStates(list, lookup)
}

function branchesOf(list: List, wanted: Wanted, values: SqlValue[]): string[] {
  const { states } = list
  const conditions = conditionsOf(list, wanted, values)
  if (!states || isOneStatement(list, wanted)) return [selectOf(list, conditions)]
  return states.values.map(value => {
    values.push(value)
    return selectOf(list, [`${states.column} = $${values.length}`, ...conditions])
  })
}

function selectOf({ select }: List, conditions: readonly string[]): string {
  return [select, ...(conditions.length > 0 ? ['WHERE', conditions.join(' AND ')] : [])].join(' ')
}

function conditionsOf(list: List, { filters, after }: Wanted, values: SqlValue[]): string[] {
  const conditions = givenIn(list, filters).map(name => {
    values.push(filters[name] ?? null)
    return conditionOf(list, filters, name).replaceAll('?', `$${values.length}`)
  })
  if (after !== undefined) conditions.push(behind(list, filters, after, values))
  return conditions
}

/** A column that is not to be looked up by an index stands in an expression, which no index has. */
function conditionOf(list: List, filters: Wanted['filters'], name: string): string {
  const { where, column } = ruleOf(list, name) ?? {}
  return where ?? (isLookedUp(list, filters, name) ? `${column} = ?` : `${column} || '' = ?`)
}

function isLookedUp(list: List, filters: Wanted['filters'], name: string): boolean {
  const lookup = lookupOf(list, filters)
  if (lookup === undefined || name === lookup) return true
  const isNarrow = ruleOf(list, lookup)?.isNarrow ?? false
  return name === list.states?.filter ? hasStates(list, lookup) : !isNarrow && list.states === undefined
}

/** The filter whose index is entered; `undefined` for that of the order or of the states. */
export function lookupOf(list: List, filters: Wanted['filters']): string | undefined {
  const given = givenIn(list, filters)
  const narrow = given.find(name => ruleOf(list, name)?.isNarrow)
  if (narrow !== undefined) return narrow
  const { states } = list
  const first = given.find(name => name !== states?.filter)
  if (first === undefined || !states || !ruleOf(list, first)?.isPlain) return first
  const state = filters[states.filter]
  return state === undefined || state === states.usual ? first : states.filter
}

/** Whether the index of a filter has the states apart. */
export function hasStates(list: List, name: string): boolean {
  const { isNarrow, isPlain } = ruleOf(list, name) ?? {}
  return list.states !== undefined && !isNarrow && !isPlain
}

function behind(
  list: List,
  filters: Wanted['filters'],
  after: readonly SqlValue[],
  values: SqlValue[],
): string {
  const columns = Object.keys(list.key)
  const free = freeColumns(list, filters)
  const places = free.map(column => {
    values.push(after[columns.indexOf(column)] ?? null)
    return `$${values.length}`
  })
  const compared = list.newestFirst ? '<' : '>'
  return `(${free.join(', ')}) ${compared} (${places.join(', ')})`
}

function orderOf(list: List, filters: Wanted['filters']): string {
  return freeColumns(list, filters)
    .map(column => `${column}${list.newestFirst ? ' DESC' : ''}`)
    .join(', ')
}

/** The columns of the key that differ within the list: an index has those that are fixed in front of all others. */
function freeColumns(list: List, filters: Wanted['filters']): string[] {
  const columns = Object.keys(list.key)
  const fixed = givenIn(list, filters).map(name => ruleOf(list, name)?.column)
  const free = columns.filter(column => !fixed.includes(column))
  // Where all are fixed there is one row, and any order will do.
  return free.length > 0 ? free : columns
}

/** The filters that have a value, in the order of their declaration. */
function givenIn({ filters = {}, states }: List, given: Wanted['filters']): string[] {
  const names = [...Object.keys(filters), ...(states ? [states.filter] : [])]
  return names.filter(name => given[name] !== undefined)
}

export function ruleOf({ filters = {}, states }: List, name: string): FilterRule | undefined {
  const filter = filters[name] ?? (states?.filter === name ? states.column : undefined)
  return typeof filter === 'string' ? { column: filter } : filter
}
