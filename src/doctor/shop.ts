import { Adapter, type AdapterCall, type BookedOrder } from './adapter.ts'

/** The calls by which a shop sells, as the log and fault rules name them. */
export const SHOP_CALLS = {
  order: 'payments.nativePrepay',
  close: 'payments.closeOrder',
  query: ['payments.queryOrderByOutTradeNo', 'payments.queryOrderById'],
} as const

/** An order in a shop's own books. */
export interface ShopOrder extends BookedOrder {
  /** How often the goods were handed over. */
  given: number
}

/** What a customer who wants to pay is shown. */
export interface Offer {
  out_trade_no: string
  /** Absent when nothing is left to pay. */
  code_url: string | undefined
}

/** The calls that a shop's program offers to the doctor. */
export const SHOP_ADAPTER_CALLS: readonly AdapterCall[] = [
  {
    call: 'POST /sell',
    request: '`amount`',
    reply: '200, `out_trade_no` `code_url`',
    meaning: 'A customer wants to pay `amount` fen by a code. Order by `nativePrepay`.',
  },
  {
    call: 'POST /sell-again',
    request: '`out_trade_no` `amount`',
    reply: '200, `out_trade_no` and, if there is something to pay, `code_url`',
    meaning:
      'The customer of an order wants to pay `amount` in its place, for something else. Give the order up, and order under another number; an order that turns out to be paid is answered by its own number, without `code_url`.',
  },
  {
    call: 'POST /wait',
    request: '`out_trade_no`',
    reply: '200, `state`',
    meaning:
      'The customer says to have paid, and waits. `state` is `PAID` or `UNPAID`, as your program has found out. Answer when it has.',
  },
  {
    call: 'GET /orders/{out_trade_no}',
    request: '',
    reply: '200, `state` `paid` `refunded` `given`; 404 for an order that your books do not have',
    meaning:
      'The order in your own books, as for a gate; an order that was given up is `UNPAID` or `FAILED`. `given` is how often the goods were handed over.',
  },
]

/** The shop adapter of a merchant's program. */
export class ShopAdapter extends Adapter {
  constructor(url: string, signal: AbortSignal) {
    super('shop', url, signal)
  }

  async sell(amount: number): Promise<Offer> {
    return this.#offer('POST /sell', await this.firstPost('/sell', { amount }))
  }

  async sellAgain(outTradeNo: string, amount: number): Promise<Offer> {
    return this.#offer(
      'POST /sell-again',
      await this.post('/sell-again', { out_trade_no: outTradeNo, amount }),
    )
  }

  /** Whether the program says that the customer has paid. */
  async wait(outTradeNo: string): Promise<boolean> {
    const { state } = await this.post('/wait', { out_trade_no: outTradeNo })
    if (state !== 'PAID' && state !== 'UNPAID')
      throw this.misunderstood('POST /wait', 'state is PAID or UNPAID', state)
    return state === 'PAID'
  }

  override async order(outTradeNo: string): Promise<ShopOrder | undefined> {
    return (await super.order(outTradeNo)) as ShopOrder | undefined
  }

  protected override sums(): readonly string[] {
    return [...super.sums(), 'given']
  }

  #offer(call: string, { out_trade_no, code_url }: Record<string, unknown>): Offer {
    if (typeof out_trade_no !== 'string')
      throw this.misunderstood(call, 'out_trade_no is a string', out_trade_no)
    if (code_url !== undefined && typeof code_url !== 'string')
      throw this.misunderstood(call, 'code_url is a string', code_url)
    return { out_trade_no, code_url }
  }
}
