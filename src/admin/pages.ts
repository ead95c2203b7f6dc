import type { SqlValue, Statements } from '../store/database.ts'
import { DEFAULT_LIMIT } from './fields.ts'
import { invalidFields } from './problems.ts'

/** A list's request. */
export interface PageRequest {
  after?: string | undefined
  limit?: number | undefined
}

/** A list's reply. */
export interface Page<Item> {
  data: Item[]
  next?: string
}

/** What a list reads: rows of `select` that meet all conditions, in the order of the key. */
export interface PageQuery {
  /** `SELECT … FROM …`, without a condition. */
  select: string
  /** Each with `?` wherever its value belongs; those whose value is absent do not count. */
  conditions?: readonly (readonly [condition: string, value: SqlValue | undefined])[]
  /** The columns that tell rows apart, with their types. */
  key: Readonly<Record<string, 'number' | 'text'>>
  newestFirst?: boolean
}

/** One page of a list. A row more than is asked for tells whether there is another page. */
export async function pageOf<Row extends object, Item>(
  db: Statements,
  { after, limit = DEFAULT_LIMIT }: PageRequest,
  query: PageQuery,
  show: (row: Row) => Item | Promise<Item>,
): Promise<Page<Item>> {
  const columns = Object.keys(query.key)
  const conditions = (query.conditions ?? []).filter(([, value]) => value !== undefined)
  const values = conditions.map(([, value]) => value as SqlValue)
  const texts = conditions.map(([condition], index) => condition.replaceAll('?', `$${index + 1}`))
  if (after !== undefined) {
    const places = columns.map((_, index) => `$${values.length + index + 1}`)
    values.push(...decode(after, Object.values(query.key)))
    texts.push(`(${columns.join(', ')}) ${query.newestFirst ? '<' : '>'} (${places.join(', ')})`)
  }
  const where = texts.length > 0 ? `WHERE ${texts.join(' AND ')}` : ''
  const order = columns.map(column => `${column}${query.newestFirst ? ' DESC' : ''}`).join(', ')
  const rows = await db.all<Row>(
    `${query.select} ${where} ORDER BY ${order} LIMIT $${values.length + 1}`,
    ...values,
    limit + 1,
  )
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? (shown.at(-1) as Record<string, SqlValue> | undefined) : undefined
  const next = last && encode(columns.map(column => last[column] ?? null))
  const data: Item[] = []
  for (const row of shown) data.push(await show(row))
  return { data, ...(next !== undefined && { next }) }
}

/**
 * Rows of one merchant in a table whose key begins with the merchant, and whose lists have another order. The expression
 * keeps the engine from reading all that the merchant has and sorting it: it follows the list's index instead.
 */
export function merchantFilter(mchid: string | undefined): readonly [string, string | undefined] {
  return ["mchid || '' = ?", mchid]
}

/** A cursor is opaque to the caller, so that its parts may change. */
function encode(parts: readonly SqlValue[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

function decode(cursor: string, types: readonly ('number' | 'text')[]): SqlValue[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const fits = (type: string | undefined, part: unknown) =>
      type === 'number' ? Number.isSafeInteger(part) : typeof part === 'string' && !part.includes('\0')
    if (Array.isArray(parts) && parts.length === types.length && parts.every((p, i) => fits(types[i], p)))
      return parts as SqlValue[]
  } catch {
    // Told below.
  }
  throw invalidFields({ field: 'after', issue: 'must be `next` of the page before' })
}
