import type { FaultKind } from '../check-run.ts'
import { Finding } from '../findings.ts'
import { type Car, GATE_CALLS, type Leaving, ofCar } from '../gate.ts'
import type { GateRun } from '../gate-run.ts'

// The gate opens when the platform has said, by a signature that is right, that it takes the charge on.

/** Whose score falls while the car is parked. */
const PAYER_WITHOUT_SCORE = 'doctor-low-score'
const GOOD_SCORE = 700
const LOW_SCORE = 400

export async function closedForStrangeCar(run: GateRun): Promise<void> {
  const car = run.strangeCar()
  requireClosed(
    await run.stay(car),
    'The entry was BLOCKED, because nobody has opened the service for the car',
  )
}

export async function closedAfterRefusal(run: GateRun): Promise<void> {
  const car = await run.car({ payer_id: PAYER_WITHOUT_SCORE, score: GOOD_SCORE })
  await run.enter(car)
  // No notice reports a score, so the merchant learns of it only by the refusal.
  await run.admin.call('putPayer', { payer_id: PAYER_WITHOUT_SCORE, score: LOW_SCORE })
  requireClosed(await run.leave(car), 'The charge was refused with HTTP 400')
}

export async function closedWhenLimited(run: GateRun): Promise<void> {
  requireClosed(
    await stayWith(run, await run.car(), 'RATE_LIMITED'),
    'Every charge was answered with HTTP 429',
  )
}

export async function closedWhenDown(run: GateRun): Promise<void> {
  requireClosed(
    await stayWith(run, await run.car(), 'ERROR_BEFORE_COMMIT'),
    'Every charge was answered with HTTP 500, and nothing was charged',
  )
  requireClosed(
    await stayWith(run, await run.car(), 'CONNECTION_RESET'),
    'The connection of every charge was reset, and nothing was charged',
  )
}

export async function forgedReplyIsNotBelieved(run: GateRun): Promise<void> {
  await requireQuery(run, 'REPLY_WRONG_SIGNATURE', 'The reply to the charge had a wrong signature')
}

export async function probedReplyIsNotBelieved(run: GateRun): Promise<void> {
  await requireQuery(run, 'REPLY_PROBE', 'The reply to the charge was a probe')
}

/** A stay with a fault in each of its charges. */
export async function stayWith(run: GateRun, car: Car, kind: FaultKind, count?: number): Promise<Leaving> {
  await run.enter(car)
  await run.fault(kind, {
    call: GATE_CALLS.charge,
    ...ofCar(car),
    ...(count !== undefined && { count }),
  })
  return run.leave(car)
}

function requireClosed({ gate }: Leaving, why: string): void {
  if (gate === 'OPEN') throw new Finding(`${why}, and the gate has opened.`)
}

/** A reply that cannot be believed opens nothing; a query afterwards may. */
async function requireQuery(run: GateRun, kind: FaultKind, why: string): Promise<void> {
  const queries = await run.calls(GATE_CALLS.query)
  const { gate, out_trade_no } = await stayWith(run, await run.car(), kind)
  if (gate === 'CLOSED') return
  const asked = (await queries()).some(
    call => call.numbers.out_trade_no === out_trade_no && call.status === 200,
  )
  if (!asked) throw new Finding(`${why}, and the gate has opened without a query of the order.`)
}
