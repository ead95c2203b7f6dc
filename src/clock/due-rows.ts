import type { Statements } from '../store/database.ts'
import type { Job } from './worker.ts'

/**
 * How the rows of a table fall due that have their business time in `due_at`, and null in it when they do not: the part of a
 * job that is the same for all such tables. `columns` are those that a piece is done by.
 */
export function dueRows<Item extends object>(
  db: Statements,
  table: string,
  columns: readonly (keyof Item & string)[],
  key: (item: Item) => string,
): Required<Pick<Job<Item>, 'key' | 'claim' | 'countDue' | 'nextDueAt'>> {
  // By the index of `due_at` only: an order among those of one instant would sort all of them at each look.
  const due = `SELECT ${columns.join(', ')} FROM ${table} WHERE due_at <= $1 ORDER BY due_at LIMIT $2`
  const count = `SELECT CAST(COUNT(*) AS BIGINT) AS count FROM ${table} WHERE due_at <= $1`
  const next = `SELECT MIN(due_at) AS due_at FROM ${table} WHERE due_at IS NOT NULL`
  return {
    key,
    async claim(now, limit, inHand) {
      const items = await db.all<Item>(due, now, limit + inHand.size)
      return items.filter(item => !inHand.has(key(item))).slice(0, limit)
    },
    async countDue(now) {
      return (await db.get<{ count: number }>(count, now))?.count ?? 0
    },
    async nextDueAt() {
      return (await db.get<{ due_at: number | null }>(next))?.due_at ?? undefined
    },
  }
}
