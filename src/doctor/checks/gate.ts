import { Finding } from '../findings.ts'
import { type Car, GATE_CALLS, type Leaving, ofCar } from '../gate.ts'
import type { FaultKind, Visit } from '../visit.ts'

// The gate opens when the platform has said, by a signature that is right, that it takes the charge on.

/** Whose score falls while the car is parked. */
const PAYER_WITHOUT_SCORE = 'doctor-low-score'
const GOOD_SCORE = 700
const LOW_SCORE = 400

export async function closedForStrangeCar(visit: Visit): Promise<void> {
  const car = visit.strangeCar()
  requireClosed(
    await visit.stay(car),
    'The entry was BLOCKED, because nobody has opened the service for the car',
  )
}

export async function closedAfterRefusal(visit: Visit): Promise<void> {
  const car = await visit.car({ payer_id: PAYER_WITHOUT_SCORE, score: GOOD_SCORE })
  await visit.enter(car)
  // Nothing is told of a score, so the merchant learns of it by the refusal alone.
  await visit.admin.call('putPayer', { payer_id: PAYER_WITHOUT_SCORE, score: LOW_SCORE })
  requireClosed(await visit.leave(car), 'The charge was refused with HTTP 400')
}

export async function closedWhenLimited(visit: Visit): Promise<void> {
  requireClosed(
    await stayWith(visit, await visit.car(), 'RATE_LIMITED'),
    'Every charge was answered with HTTP 429',
  )
}

export async function closedWhenDown(visit: Visit): Promise<void> {
  requireClosed(
    await stayWith(visit, await visit.car(), 'ERROR_BEFORE_COMMIT'),
    'Every charge was answered with HTTP 500, and nothing was charged',
  )
  requireClosed(
    await stayWith(visit, await visit.car(), 'CONNECTION_RESET'),
    'The connection of every charge was reset, and nothing was charged',
  )
}

export async function forgedReplyIsNotBelieved(visit: Visit): Promise<void> {
  await requireQuery(visit, 'REPLY_WRONG_SIGNATURE', 'The reply to the charge had a wrong signature')
}

export async function probedReplyIsNotBelieved(visit: Visit): Promise<void> {
  await requireQuery(visit, 'REPLY_PROBE', 'The reply to the charge was a probe')
}

/** A stay with a fault in each of its charges. */
export async function stayWith(visit: Visit, car: Car, kind: FaultKind, count?: number): Promise<Leaving> {
  await visit.enter(car)
  await visit.fault(kind, {
    call: GATE_CALLS.charge,
    ...ofCar(car),
    ...(count !== undefined && { count }),
  })
  return visit.leave(car)
}

function requireClosed({ gate }: Leaving, why: string): void {
  if (gate === 'OPEN') throw new Finding(`${why}, and the gate has opened.`)
}

/** A reply that cannot be believed opens nothing; a query afterwards may. */
async function requireQuery(visit: Visit, kind: FaultKind, why: string): Promise<void> {
  const queries = await visit.calls(GATE_CALLS.query)
  const { gate, out_trade_no } = await stayWith(visit, await visit.car(), kind)
  if (gate === 'CLOSED') return
  const asked = (await queries()).some(
    call => call.numbers.out_trade_no === out_trade_no && call.status === 200,
  )
  if (!asked) throw new Finding(`${why}, and the gate has opened without a query of the order.`)
}
