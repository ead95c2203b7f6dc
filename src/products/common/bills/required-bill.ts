import { setTimeout as after } from 'node:timers/promises'
import type { ProductContext } from '../../../calls/context.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Database } from '../../../store/database.ts'
import { errors } from './errors.ts'
import { type BillText, makeBill, SandboxChanged } from './make-bill.ts'
import { type Bill, type BillSubject, findBill } from './stored-bill.ts'

/** How long a request waits for its bill, in milliseconds of wall time. A small one is there long before. */
const WAIT_MS = 3_000
/** Bills of one store that are made at once; the others wait for their turn. A making takes most of a processor. */
const MAKINGS_AT_ONCE = 2

/**
 * Bills that this process makes, of each store. One that failed while nobody waited for it stays until somebody requests
 * it, who gets its error.
 */
const makings = new WeakMap<Database, Map<string, Promise<Bill>>>()

/**
 * The bill, which is made when it is asked for first. Throws STATEMENT_CREATING when that takes longer than somebody should
 * wait; the making goes on. Throws NO_STATEMENT_EXIST for a bill without rows.
 */
export async function requiredBill(
  platform: ProductContext,
  subject: BillSubject,
  textOf: () => BillText,
): Promise<Bill> {
  const { db } = platform
  const bill = (await findBill(db, subject)) ?? (await made(platform, subject, textOf))
  if (bill.row_count === 0) throw new ApiError(errors.NO_STATEMENT_EXIST)
  return bill
}

async function made(platform: ProductContext, subject: BillSubject, textOf: () => BillText): Promise<Bill> {
  const { mchid, sub_mchid, bill_date, kind, type } = subject
  const key = [mchid, sub_mchid, bill_date, kind, type].join('/')
  const known = makings.get(platform.db) ?? new Map<string, Promise<Bill>>()
  makings.set(platform.db, known)
  const making = known.get(key) ?? turnsOf(platform.db)(() => makeBill(platform, subject, textOf()))
  known.set(key, making)
  const forget = () => {
    if (known.get(key) === making) known.delete(key)
  }
  making.then(forget, () => undefined)
  const bill = await withinWait(making).catch(error => {
    forget()
    // The bill of the sandbox as it is now is another one, and nothing is wrong with it.
    throw error instanceof SandboxChanged ? new ApiError(errors.STATEMENT_CREATING) : error
  })
  if (!bill) throw new ApiError(errors.STATEMENT_CREATING)
  return bill
}

type Turns = <T>(work: () => Promise<T>) => Promise<T>
const turns = new WeakMap<Database, Turns>()

function turnsOf(db: Database): Turns {
  const known = turns.get(db) ?? newTurns()
  turns.set(db, known)
  return known
}

/** Lets {@link MAKINGS_AT_ONCE} pieces of work go on at once; the others begin in the order in which they came. */
function newTurns(): Turns {
  let free = MAKINGS_AT_ONCE
  const waiting: (() => void)[] = []
  return async work => {
    if (free > 0) free -= 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}

/** `undefined` when the bill takes longer. */
async function withinWait(making: Promise<Bill>): Promise<Bill | undefined> {
  const waiting = new AbortController()
  try {
    return await Promise.race([making, after(WAIT_MS, undefined, { signal: waiting.signal })])
  } finally {
    waiting.abort()
  }
}
