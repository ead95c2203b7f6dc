import { createServer } from 'node:http'
import { formatTime, InvalidRequest, NotEnough, type Notice } from '../../src/sdk/index.ts'
import type { AdminClient } from '../admin.ts'
import { APPID } from '../parking.ts'
import type { TestPayer } from '../payers.ts'
import { listen, type WebhookServer } from '../sdk/webhook-servers.ts'
import type { SeededRandom } from '../simulation/random.ts'
import type { MerchantSide } from './merchant-side.ts'
import { OwnBooks } from './own-books.ts'

const HOUR_MS = 60 * 60 * 1000
const PARKING_NAME = '欢乐海岸停车场'

interface Parts {
  side: MerchantSide
  drivers: readonly TestPayer[]
  random: SeededRandom
  admin: AdminClient
  now: () => number
}

/** A car park that lives through the month: it charges, refunds, receives notices and keeps its own books. */
export class CarPark {
  readonly side: MerchantSide
  readonly books = new OwnBooks()
  /** How often the platform has said that there is no money for a refund. */
  notEnough = 0
  readonly #drivers: readonly TestPayer[]
  readonly #random: SeededRandom
  readonly #admin: AdminClient
  readonly #now: () => number
  #server: WebhookServer | undefined
  #numbers = 0
  #notices = 0

  constructor({ side, drivers, random, admin, now }: Parts) {
    this.side = side
    this.#drivers = drivers
    this.#random = random
    this.#admin = admin
    this.#now = now
  }

  async open(): Promise<void> {
    const take = (notice: Notice) => {
      this.#notices += 1
      this.books.take(notice)
      // Now and then the answer does not come through, so the notice comes again.
      if (this.#notices % 7 === 0) throw new Error('The connection was lost')
    }
    const ignore = () => undefined
    this.#server = await listen(createServer(this.side.webhooks.nodeHandler(take, { onError: ignore })))
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  /** Somebody drives in, stays for an hour and drives out. */
  async charge(driver = this.#random.pick(this.#drivers)): Promise<void> {
    const random = this.#random
    const { plate_number } = driver
    const notify_url = this.#server?.url ?? ''
    const entry = await this.side.enter({
      ...{ plate_number, plate_color: 'BLUE', parking_name: PARKING_NAME, notify_url, free_duration: 600 },
      out_parking_no: this.#newNumber('P'),
      start_time: formatTime(this.#now() - HOUR_MS),
    })
    if (entry.state === 'BLOCKED') return
    const charge = this.side.charge({
      ...{ appid: APPID, description: '停车场扣费', trade_scene: 'PARKING', notify_url },
      attach: random.pick(['深圳分店', '1,2 and 3', 'A\\B', 'two\nlines']),
      out_trade_no: this.#newNumber('T'),
      profit_sharing: random.chance(0.3) ? 'Y' : 'N',
      amount: { total: random.between(1, 3_000), currency: 'CNY' },
      parking_info: {
        ...{ parking_id: entry.id, plate_number, plate_color: 'BLUE', parking_name: PARKING_NAME },
        ...{ start_time: entry.start_time, end_time: formatTime(this.#now() - 1_000) },
        ...{ charging_duration: 3_600, device_id: 'gate-1' },
      },
    })
    // The entry does not say that the account is frozen, the charge does: the driver pays on site.
    await charge.catch(error => {
      if (!(error instanceof InvalidRequest)) throw error
    })
  }

  /** Gives back all of an order, a part of it, or what is left of it. */
  async refund(): Promise<void> {
    const random = this.#random
    // In the order of their numbers, because notices may overtake each other.
    const numbers = [...this.books.payments.keys()].sort()
    const payments = numbers.map(number => this.books.payments.get(number)).filter(one => one && one.rest > 0)
    const payment = random.pickSome(payments)
    if (!payment) return
    const { out_trade_no, transaction_id, total } = payment.bill
    const number = random.chance(0.5) ? { out_trade_no } : { transaction_id }
    const request = {
      ...number,
      out_refund_no: this.#newNumber('R'),
      notify_url: this.#server?.url ?? '',
      amount: {
        refund: random.chance(0.4) ? payment.rest : random.between(1, payment.rest),
        ...{ total, currency: 'CNY' as const },
      },
    }
    const refund = await this.side.refund(request).catch(async error => {
      if (!(error instanceof NotEnough)) throw error
      this.notEnough += 1
      await this.topUp(request.amount.refund + 500)
      return this.side.refund(request)
    })
    this.books.acceptRefund(refund)
  }

  /** Says of all refunds that could not be paid out where they shall go. */
  async settleAbnormal(): Promise<void> {
    for (const refund of this.books.abnormal.splice(0)) {
      await this.side.settle(
        this.#random.chance(0.5)
          ? { ...refund, type: 'MERCHANT_BANK_CARD' }
          : {
              ...{ ...refund, type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT' },
              ...{ bank_account: '6222020000000000403', real_name: '张三' },
            },
      )
    }
  }

  async topUp(amount: number): Promise<void> {
    await this.#admin.put(`/merchants/${this.side.mchid}/top-ups/${this.#newNumber('M')}`, { amount })
    this.books.move(this.#now(), amount)
  }

  /** Takes out everything that is available. */
  async withdraw(): Promise<void> {
    const amount = await this.#admin.balance(`merchant/${this.side.mchid}/available`)
    if (amount === 0) return
    await this.#admin.put(`/merchants/${this.side.mchid}/withdrawals/${this.#newNumber('M')}`, { amount })
    this.books.move(this.#now(), -amount)
  }

  #newNumber(prefix: string): string {
    this.#numbers += 1
    return `${prefix}${this.side.mchid}${String(this.#numbers).padStart(5, '0')}`
  }
}
