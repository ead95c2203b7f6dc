import type { ProductContext } from '../../../../calls/context.ts'
import { jsonReply, type PageReply, scriptCall } from '../../../../calls/page.ts'
import * as Type from '../../../../contract/schema.ts'
import { BANK_TYPES, type BankType } from '../../../../funding/bank-types.ts'
import { findPayer } from '../../../../funding/sources.ts'
import { orderSubject } from '../../../../orders/orders.ts'
import { isPayer, listPayerIds, readPayer } from '../../../../payers/payers.ts'
import type { ClientParameters } from '../client-parameters.ts'
import { clientResult } from '../client-result.ts'
import { type Entry, type Opened, openOrder } from '../open-order.ts'
import { pay } from '../pay.ts'
import { isAllowed } from '../pay-order.ts'
import { type PaymentResult, refusedResult } from '../payment-results.ts'
import type { PaymentOrder } from '../payments.ts'
import type { Refusal } from '../shown-texts.ts'

// What the cashier's script asks for. Each call names the order by its session, which nobody can guess, and nothing else
// leads to an order or to the payers.

/** How many payers are offered at once. */
const MAX_OFFERED = 50

const text = (minBytes: number, maxBytes: number) => Type.String({ minBytes, maxBytes })
const entry = {
  h5_url: Type.Optional(text(1, 4096)),
  /** What a page has handed over; what is wrong with it is explained. */
  jsapi: Type.Optional(Type.Unsafe<ClientParameters>({ type: 'object' })),
  /** That of `wx.config`, where the page has called `wx.chooseWXPay`. */
  appid: Type.Optional(text(1, 128)),
}
const payer = Type.Optional(text(1, 192))
interface EntryFields {
  h5_url?: string
  jsapi?: ClientParameters
  appid?: string
}

/** Shows what is to be paid and, once it is known who pays, from what. */
export const viewOrder = scriptCall(
  'payments.viewOrder',
  '/sandbox/cashier/orders',
  Type.Object({ ...entry, payer_id: payer }),
  (request, platform) =>
    ifOpen(request, platform, request.payer_id, async opened => {
      const { order } = opened
      const payerId = request.payer_id ?? order.bound_payer_id ?? undefined
      const person = payerId === undefined ? undefined : await shownPayer(platform, order, payerId)
      if (payerId !== undefined && !person) return NO_SUCH_PAYER
      return jsonReply({ order: shownOrder(opened), ...(person && { payer: person }) })
    }),
)

/** Offers those who could pay the order of an `h5_url`. */
export const offerPayers = scriptCall(
  'payments.offerPayers',
  '/sandbox/cashier/payers',
  Type.Object({ h5_url: text(1, 4096), from: text(0, 192) }),
  (request, platform) =>
    ifOpen(request, platform, undefined, async () =>
      jsonReply({ payers: await listPayerIds(platform.db, request.from, MAX_OFFERED) }),
    ),
)

/** Pays, or goes away. The same again does nothing. */
export const payOrder = scriptCall(
  'payments.payOrder',
  '/sandbox/cashier/payments',
  Type.Object({
    ...entry,
    payment_id: Type.String({ pattern: '^[0-9A-Za-z]{16,48}$' }),
    payer_id: payer,
    action: Type.Unsafe<'PAY' | 'CANCEL'>({ enum: ['PAY', 'CANCEL'] }),
    source: Type.Optional(text(1, 192)),
  }),
  async (request, platform) => {
    const { payment_id, action, source } = request
    const way = entryOf(request)
    if (!way) return NO_ENTRY
    const payerId = request.payer_id ?? (await payerOf(platform, way))
    if (typeof payerId === 'object') return shownResult(way, refusedResult(payerId))
    if (payerId === undefined || !(await isPayer(platform.db, payerId))) return NO_SUCH_PAYER
    const payment = { payer_id: payerId, payment_id: `cashier-${payment_id}`, entry: way, action, source }
    const done = await pay(platform, payment)
    return done === 'other_content' ? OTHER_CONTENT : shownResult(way, done)
  },
)

const NO_ENTRY = jsonReply({ message: 'Give one of h5_url and jsapi.' }, 400)
const NO_SUCH_PAYER = jsonReply({ message: '没有这个付款人' }, 404)
const OTHER_CONTENT = jsonReply({ message: 'The payment_id was used for something else.' }, 409)

function entryOf({ h5_url, jsapi, appid }: EntryFields): Entry | undefined {
  if ((h5_url === undefined) === (jsapi === undefined)) return undefined
  if (h5_url !== undefined) return { way: 'h5_url', url: h5_url }
  return { way: 'jsapi', parameters: jsapi ?? {}, appid }
}

/** Answers with an order that can be paid, or with what the payer is shown. */
async function ifOpen(
  fields: EntryFields,
  { db, clock }: ProductContext,
  payerId: string | undefined,
  answer: (opened: Opened) => Promise<PageReply>,
): Promise<PageReply> {
  const way = entryOf(fields)
  if (!way) return NO_ENTRY
  const opened = await openOrder(db, clock.now(), way, payerId)
  return 'explanation' in opened ? shownResult(way, refusedResult(opened)) : answer(opened)
}

/** Who pays unless the script says so: whom the order is bound to. */
async function payerOf({ db, clock }: ProductContext, way: Entry): Promise<string | Refusal | undefined> {
  const opened = await openOrder(db, clock.now(), way, undefined)
  return 'explanation' in opened ? opened : (opened.order.bound_payer_id ?? undefined)
}

function shownResult(way: Entry, { state, shown, explanation }: PaymentResult): PageReply {
  return jsonReply({ state, shown, explanation, client: clientResult(way.way, { state, shown }) })
}

function shownOrder({ order: { description, total }, payee }: Opened) {
  return { payee: payee.name, description, total }
}

/** The payer with everything that could be paid from, in the order in which it is tried. */
async function shownPayer({ db }: ProductContext, order: PaymentOrder, payer_id: string) {
  const [person, funds] = await Promise.all([
    readPayer(db, payer_id),
    findPayer(db, payer_id, orderSubject(order)),
  ])
  if (!person || !funds) return undefined
  const sources = funds.sources.map(source => ({
    id: source.id,
    name: source.id === 'wallet' ? '零钱' : BANK_TYPES[source.bank_type as BankType],
    is_allowed: isAllowed(order, source),
    ...(source.id === 'wallet' && { balance: person.wallet }),
  }))
  return { payer_id, sources }
}
