import type { SqlValue } from '../store/database.ts'

/**
 * What a list can be narrowed by: the name of a column that must have the value, or a condition with `?` wherever the value
 * belongs.
 */
export type Filter = string | Condition

export interface Condition {
  where: string
  /**
   * Whether what is named has few rows in any store, such as the notices of one order. Its rows are then all looked at,
   * whatever else they must meet, and may be sorted.
   */
  isNarrow?: true
}

/**
 * A list of the administration: what it shows in which order, and what it can be narrowed by. From this follow the statements,
 * and with them the indexes that a table needs, each of which ends with the columns of `key`:
 *
 *     no filter                     (key)
 *     a filter                      (column, key)
 *     with `states`, no filter      (state, key)
 *     with `states`, a filter       (column, state, key)
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
  states?: { filter: string; column: string; values: readonly string[] }
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
  return (
    states === undefined || filters[states.filter] !== undefined || narrowest(list, filters) !== undefined
  )
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
  const narrow = narrowest(list, filters)
  const conditions: string[] = []
  for (const [name, value] of Object.entries(filters)) {
    const filter = filterOf(list, name)
    if (value === undefined || !filter) continue
    values.push(value)
    conditions.push(
      conditionOf(
        filter,
        narrow === undefined || name === narrow || name === list.needs?.[narrow],
      ).replaceAll('?', `$${values.length}`),
    )
  }
  if (after !== undefined) conditions.push(behind(list, filters, after, values))
  return conditions
}

/** A column that is not to be looked up by an index stands in an expression, which no index has. */
function conditionOf(filter: Filter, isLookedUp: boolean): string {
  if (typeof filter === 'object') return filter.where
  return isLookedUp ? `${filter} = ?` : `${filter} || '' = ?`
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
function freeColumns({ key, filters: declared = {} }: List, filters: Wanted['filters']): string[] {
  const fixed = Object.keys(filters)
    .filter(name => filters[name] !== undefined)
    .map(name => declared[name])
  const free = Object.keys(key).filter(column => !fixed.includes(column))
  // Where all are fixed there is one row, and any order will do.
  return free.length > 0 ? free : Object.keys(key)
}

function narrowest(list: List, filters: Wanted['filters']): string | undefined {
  return Object.keys(filters).find(name => {
    const filter = filterOf(list, name)
    return filters[name] !== undefined && typeof filter === 'object' && filter.isNarrow
  })
}

function filterOf({ filters, states }: List, name: string): Filter | undefined {
  return filters?.[name] ?? (states?.filter === name ? states.column : undefined)
}
