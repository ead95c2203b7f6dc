import type { AdminRequest } from '../admin-client/admin-client.ts'
import { systemClock } from '../clock/clock.ts'
import { formatTime } from '../protocol/time.ts'
import type { Administration } from './administration.ts'
import { type Entry, newCar, newestEntry, openFor, removalOf } from './cars.ts'
import { AMOUNT, CheckRun, type Drill, inWords, requireAcknowledged } from './check-run.ts'
import { Finding } from './findings.ts'
import type { Car, GateAdapter, Leaving } from './gate.ts'
import type { NoticeDetail, PlatformOrder } from './platform.ts'

const STAY_MS = 3_600_000

/** A payment as the merchant and the platform have it. */
export interface PaidOrder {
  car: Car
  out_trade_no: string
  /** The notice that reported it. */
  notice: NoticeDetail
}

/** A check of a car park, with its gate. */
export class GateRun extends CheckRun {
  readonly gate: GateAdapter

  constructor(drill: Drill, admin: Administration, gate: GateAdapter, signal: AbortSignal) {
    super(drill, admin, gate, signal)
    this.gate = gate
  }

  /** A car for which nobody has opened the service. */
  strangeCar(): Car {
    return newCar(this.random)
  }

  /** A car of a payer, the doctor's usual one unless said, for which the service is removed after the check. */
  async car(payer?: AdminRequest<'putPayer'>): Promise<Car> {
    const payer_id = await this.payer(payer)
    const car = this.strangeCar()
    await this.undoneBy(removalOf(car))
    await openFor(this.admin, car, payer_id)
    return car
  }

  /** The car drives in, an hour before now by business time. */
  async enter(car: Car): Promise<void> {
    await this.gate.enter(car, formatTime((await this.now()) - STAY_MS))
  }

  /** The car wants to leave now. */
  async leave(car: Car): Promise<Leaving> {
    // A second ago, because an exit in the future is refused and times have whole seconds.
    return this.gate.leave(car, formatTime((await this.now()) - 1000), AMOUNT)
  }

  async stay(car: Car): Promise<Leaving> {
    await this.enter(car)
    return this.leave(car)
  }

  /** A stay that must end with an open gate. Answers the order's number. */
  async charged(car: Car): Promise<string> {
    const { gate, out_trade_no } = await this.stay(car)
    if (gate !== 'OPEN')
      throw new Finding(`The gate stays closed for a car that can be charged.${await this.lastCalls()}`)
    if (out_trade_no === undefined)
      throw new Finding('The gate is open, and POST /leave names no out_trade_no.')
    return out_trade_no
  }

  /** A stay that was paid, whose notice was acknowledged and booked. */
  async paid(car?: Car): Promise<PaidOrder> {
    const parked = car ?? (await this.car())
    const out_trade_no = await this.charged(parked)
    const chargedAt = systemClock.wallNow()
    const notice = await this.attempted(await this.paymentNotice(out_trade_no))
    requireAcknowledged('A genuine TRANSACTION.SUCCESS', notice.sent.at(-1))
    const booked = await this.booked(out_trade_no, order => order?.state === 'PAID', chargedAt)
    if (booked?.state !== 'PAID' || booked.paid !== AMOUNT)
      throw new Finding(`A payment of ${AMOUNT} fen was acknowledged, and the books say ${inWords(booked)}.`)
    return { car: parked, out_trade_no, notice }
  }

  /** All orders that charge the newest stay of a car. */
  async ordersOf(car: Car): Promise<PlatformOrder[]> {
    const { charges = [] } = (await this.entryOf(car)) ?? {}
    const orders = await Promise.all(charges.map(({ out_trade_no }) => this.platformOrder(out_trade_no)))
    return orders.filter(order => order !== undefined)
  }

  /** The newest entry of a car. */
  entryOf(car: Car): Promise<Entry | undefined> {
    return newestEntry(this.admin, this.mchid, car)
  }
}
