import type { Static, TObject, TSchema } from '../contract/schema.ts'
import type { SqlValue, Statements } from '../store/database.ts'
import { DEFAULT_LIMIT } from './fields.ts'
import { type List, pageStatement } from './lists.ts'
import type { AdminContext, AdminEndpoint, AdminOperation } from './operation.ts'
import { invalidFields } from './problems.ts'

type Fields = Readonly<Record<string, unknown>>

/** The reply of a list. */
interface Page<Item> {
  data: Item[]
  next?: string
}

/** What an item of a list's reply is. */
type ItemOf<O extends AdminOperation> =
  Static<O['reply']> extends { data: readonly (infer Item)[] } ? Item : never

/**
 * A call that answers a list by pages. `prepare` runs before, with the request: it may refuse it, and answer other values for
 * filters than the fields that were sent.
 */
export function adminList<Request extends TObject, Reply extends TSchema, Row extends object>(
  operation: AdminOperation<Request, Reply>,
  list: List,
  show: (
    row: Row,
    context: AdminContext,
  ) => ItemOf<AdminOperation<Request, Reply>> | Promise<ItemOf<AdminOperation<Request, Reply>>>,
  prepare: (
    request: Static<Request>,
    context: AdminContext,
  ) => Promise<Fields> | Promise<void> = async () => {},
): AdminEndpoint {
  requireFilters(operation, list)
  const handler = async (request: Fields, context: AdminContext) => {
    requireNeeded(request, list)
    const given = (await prepare(request as Static<Request>, context)) ?? {}
    return pageOf(context.platform.db, list, { ...request, ...given }, (row: Row) => show(row, context))
  }
  return { operation: operation as unknown as AdminOperation, handler, list }
}

/** A field that narrows nothing would be ignored in silence. */
function requireFilters({ name, request }: Pick<AdminOperation, 'name' | 'request'>, list: List): void {
  const known = [...Object.keys(list.filters ?? {}), list.states?.filter, 'after', 'limit']
  const other = Object.keys(request.properties).find(field => !known.includes(field))
  if (other !== undefined)
    throw new Error(`${name} declares the field ${other}, which is no filter of its list: add it`)
}

function requireNeeded(request: Fields, { needs = {} }: List): void {
  for (const [name, field] of Object.entries(needs))
    if (request[name] !== undefined && request[field] === undefined)
      throw invalidFields({ field, issue: `is required with ${name}` })
}

/** One page of a list. A row more than is asked for tells whether there is another page. */
async function pageOf<Row extends object, Item>(
  db: Statements,
  list: List,
  { after, limit = DEFAULT_LIMIT, ...filters }: Fields,
  show: (row: Row) => Item | Promise<Item>,
): Promise<Page<Item>> {
  const size = limit as number
  const { sql, values } = pageStatement(list, {
    filters: filters as Readonly<Record<string, SqlValue | undefined>>,
    after: after === undefined ? undefined : decode(after as string, Object.values(list.key)),
    limit: size + 1,
  })
  const rows = await db.all<Row>(sql, ...values)
  const page = rows.slice(0, size)
  const last = rows.length > size ? (page.at(-1) as Record<string, SqlValue> | undefined) : undefined
  const data: Item[] = []
  for (const row of page) data.push(await show(row))
  return { data, ...(last && { next: cursorAt(list, last) }) }
}

/** `next` of a page that ends with a row. A cursor is opaque to the caller, so that its parts may change. */
export function cursorAt({ key }: List, row: Readonly<Record<string, SqlValue>>): string {
  const parts = Object.keys(key).map(column => row[column] ?? null)
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
    // Reported below.
  }
  throw invalidFields({ field: 'after', issue: 'must be `next` of the page before' })
}
