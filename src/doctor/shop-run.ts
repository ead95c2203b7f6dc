import type { AdminReply } from '../admin-client/admin-client.ts'
import { systemClock } from '../clock/clock.ts'
import type { Administration } from './administration.ts'
import { AMOUNT, CheckRun, type Drill, requireAcknowledged } from './check-run.ts'
import { Finding, PlatformFailure } from './findings.ts'
import type { NoticeDetail } from './platform.ts'
import type { ShopAdapter, ShopOrder } from './shop.ts'

/** An order of a shop whose code somebody can scan. */
export interface Sale {
  out_trade_no: string
  code_url: string
}

/** A check of a shop, with a customer who pays by codes. */
export class ShopRun extends CheckRun {
  readonly shop: ShopAdapter

  constructor(drill: Drill, admin: Administration, shop: ShopAdapter, signal: AbortSignal) {
    super(drill, admin, shop, signal)
    this.shop = shop
  }

  /** An order of {@link AMOUNT} with its code. */
  async sale(): Promise<Sale> {
    const { out_trade_no, code_url } = await this.shop.sell(AMOUNT)
    if (code_url === undefined) throw new Finding(`POST /sell answered no code_url.${await this.lastCalls()}`)
    return { out_trade_no, code_url }
  }

  /** What becomes of a code that the customer scans and pays. */
  async scan({ code_url }: Pick<Sale, 'code_url'>): Promise<AdminReply<'putPayment'>> {
    const payer_id = await this.payer()
    return this.admin.call('putPayment', { payer_id, payment_id: this.newId(), code_url })
  }

  /** Scans a code that must be paid. */
  async pay(sale: Sale): Promise<void> {
    const { state, shown, explanation = [] } = await this.scan(sale)
    if (state !== 'PAID')
      throw new PlatformFailure(
        `The code of ${sale.out_trade_no} was not paid: ${[state, shown, ...explanation].filter(Boolean).join(', ')}.`,
        'See what the customer was shown, and run the check again.',
      )
  }

  /** A sale that was paid, whose notice was acknowledged, and whose goods were given. */
  async sold(): Promise<{ out_trade_no: string; notice: NoticeDetail }> {
    const sale = await this.sale()
    await this.pay(sale)
    const paidAt = systemClock.wallNow()
    const notice = await this.attempted(await this.paymentNotice(sale.out_trade_no))
    requireAcknowledged('A genuine TRANSACTION.SUCCESS', notice.sent.at(-1))
    const order = await this.bookedOnce(sale.out_trade_no, paidAt)
    if (!isSold(order))
      throw new Finding(`A payment of ${AMOUNT} fen was acknowledged, and the books say ${inShop(order)}.`)
    return { out_trade_no: sale.out_trade_no, notice }
  }

  /** The order in the books as soon as it is paid and given, or what it is when that does not happen. */
  async bookedOnce(outTradeNo: string, since?: number): Promise<ShopOrder | undefined> {
    return (await this.booked(outTradeNo, order => isSold(order as ShopOrder | undefined), since)) as
      | ShopOrder
      | undefined
  }

  /** The order in the books, after what must not happen had the time to. */
  async afterQuiet(outTradeNo: string): Promise<ShopOrder | undefined> {
    return (await this.bookedAfterQuiet(outTradeNo)) as ShopOrder | undefined
  }
}

/** An order that was paid once and given once. */
export function isSold(order: ShopOrder | undefined): boolean {
  return order?.state === 'PAID' && order.paid === AMOUNT && order.given === 1
}

/** An order of the books as a sentence has it. */
export function inShop(order: ShopOrder | undefined): string {
  if (!order) return 'that there is no such order'
  return `${order.state}, ${order.paid} fen paid, given ${order.given} times`
}
