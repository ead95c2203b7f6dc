import type {
  TransactionResult,
  Transaction as WireOrder,
} from '../../src/products/industry/parking/contract.ts'
import { PaymentHistory } from './payment-history.ts'
import { RefundHistory } from './refund-history.ts'

/** What somebody outside knows of an order, from whatever said it. */
export type OrderFacts = WireOrder

/** A notice as the platform has tried to send it, once or more. */
export interface SentNotice {
  id: string
  event_type: string
  plaintext: string
  /** When its first attempt began and when it ended, in the order of all that. */
  begun: number
  ended: number
  attempts: number
  acknowledged: number
}

/** What was reported to a merchant of an entry. */
export interface EntryFacts {
  id: string
  mchid: string
  out_parking_no: string
  /** `NORMAL`, or why it was blocked when it was made. */
  state_at_entry: string
}

/** What becomes known only when an order ends, and stays as it is then. */
const ENDING = ['transaction_id', 'success_time', 'bank_type', 'attach', 'promotion_detail'] as const
/** A failed order may be charged again under its number, so that these two follow each other in any order. */
const STEPS = { ACCEPTED: 0, PAY_FAIL: 0, SUCCESS: 1, REFUND: 2 } as const

export function orderKey(mchid: string, outTradeNo: string): string {
  return `${mchid}/${outTradeNo}`
}

/** The order that a notice is about, in the words of the query. */
export function orderOfNotice({ promotion_detail, ...fields }: TransactionResult): OrderFacts {
  if (!promotion_detail) return fields as OrderFacts
  const promotions = promotion_detail.map(({ activity_id, ...promotion }) => ({
    ...promotion,
    ...(activity_id && { stock_id: activity_id }),
  }))
  return { ...fields, promotion_detail: promotions } as OrderFacts
}

/** How far an order is: later facts are never behind earlier ones. */
function progressOf({ trade_state, user_repaid }: OrderFacts): number {
  return STEPS[trade_state] + (user_repaid === 'Y' ? 0.5 : 0)
}

/** What two accounts of one order contradict each other in, when the second is of a later moment. */
export function contradictions(earlier: OrderFacts, later: OrderFacts): string[] {
  const name = `${earlier.sp_mchid}/${earlier.out_trade_no}`
  const found: string[] = []
  const compare = (what: string, one: unknown, other: unknown) => {
    const [was, is] = [JSON.stringify(one), JSON.stringify(other)]
    if (was !== is) found.push(`${what} of ${name} was ${was} and is ${is}`)
  }
  if (progressOf(later) < progressOf(earlier)) compare('State', stateOf(earlier), stateOf(later))
  for (const field of ['appid', 'sub_appid', 'sp_mchid', 'sub_mchid', 'out_trade_no', 'description'] as const)
    compare(field, earlier[field], later[field])
  for (const field of ['create_time', 'parking_info'] as const)
    compare(field, sorted(earlier[field]), sorted(later[field]))
  compare('total', earlier.amount.total, later.amount.total)
  if (STEPS[earlier.trade_state] === 0) return found
  compare('payer', sorted(earlier.payer), sorted(later.payer))
  for (const field of ENDING) compare(field, sorted(earlier[field]), sorted(later[field]))
  compare('amount', sorted(earlier.amount), sorted(later.amount))
  return found
}

function stateOf({ trade_state, user_repaid }: OrderFacts): string {
  return user_repaid ? `${trade_state} (user_repaid ${user_repaid})` : trade_state
}

/** The same value with its keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Everything that the platform has said to the outside, which must stay true. */
export class History {
  readonly #orders = new Map<string, OrderFacts>()
  #moments = 0
  readonly entries = new Map<string, EntryFacts>()
  readonly notices = new Map<string, SentNotice>()
  readonly refunds = new RefundHistory()
  readonly payments = new PaymentHistory()
  /** What calls that have come to the platform are about, as orders, entries and refunds are named here. */
  readonly arrived = new Set<string>()
  /** The entries, by their ids, whose charges were refused because there is no such entry; whoever looks at them takes them. */
  readonly unknownEntries: string[] = []
  /** Orders that were accepted, and whose charge was refused when it was repeated; whoever looks at them takes them. */
  readonly refusedAgain: string[] = []
  /** What was said that cannot be true together, found at the moment when it was said. */
  readonly broken: string[] = []

  get orders(): ReadonlyMap<string, OrderFacts> {
    return this.#orders
  }

  /** The platform has said how an order is; `before` is what it had said when it was asked. */
  tellOrder(order: OrderFacts, before: OrderFacts | undefined, by: string): void {
    const key = orderKey(order.sp_mchid, order.out_trade_no)
    const { total, payer_total, discount_total } = order.amount
    if (order.trade_state === 'SUCCESS' && (payer_total ?? 0) + (discount_total ?? 0) !== total)
      this.broken.push(`${by} says that ${payer_total} and ${discount_total} make ${total} for ${key}`)
    if (before) this.broken.push(...contradictions(before, order).map(what => `${by}: ${what}`))
    const known = this.#orders.get(key)
    if (!known || progressOf(order) >= progressOf(known)) this.#orders.set(key, order)
  }

  /** The platform knows what came of its attempt. */
  endAttempt(id: string): void {
    const sent = this.notices.get(id)
    if (sent?.attempts === 1) sent.ended = this.#moments
    this.#moments += 1
  }

  tellEntry(entry: EntryFacts, before: EntryFacts | undefined): void {
    const key = orderKey(entry.mchid, entry.out_parking_no)
    if (before && before.id !== entry.id)
      this.broken.push(`Entry ${key} was ${before.id} and is now answered as ${entry.id}`)
    if (!this.entries.has(key)) this.entries.set(key, entry)
  }

  /** The platform has tried to send a notice. */
  tellNotice(notice: Pick<SentNotice, 'id' | 'event_type' | 'plaintext'>, acknowledged: boolean): void {
    const known = this.notices.get(notice.id)
    const begun = this.#moments
    const sent = known ?? { ...notice, begun, ended: begun, attempts: 0, acknowledged: 0 }
    this.#moments += 1
    if (known && (known.plaintext !== notice.plaintext || known.event_type !== notice.event_type))
      this.broken.push(`Notice ${notice.id} says something else than the last time`)
    sent.attempts += 1
    if (acknowledged) sent.acknowledged += 1
    this.notices.set(notice.id, sent)
  }
}
