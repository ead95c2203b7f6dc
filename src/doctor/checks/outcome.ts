import { Finding } from '../findings.ts'
import { type Car, GATE_CALLS, type Leaving } from '../gate.ts'
import type { GateRun } from '../gate-run.ts'
import { stayWith } from './gate.ts'

// When nobody knows whether a car was charged, the same number finds it out, and a second one charges twice.

export async function lostReplyIsRepeated(run: GateRun): Promise<void> {
  const car = await run.car()
  const leaving = await stayWith(run, car, 'REPLY_LOST', 1)
  await requireOneOrder(run, car, leaving, 'The car was charged and the reply was lost')
}

export async function unknownOutcomeIsQueried(run: GateRun): Promise<void> {
  const car = await run.car()
  const leaving = await stayWith(run, car, 'ERROR_AFTER_COMMIT')
  await requireOneOrder(run, car, leaving, 'The car was charged and every reply was HTTP 500')
}

export async function numberIsKept(run: GateRun): Promise<void> {
  const charges = await run.calls(GATE_CALLS.charge)
  const car = await run.car()
  const { gate } = await stayWith(run, car, 'ERROR_BEFORE_COMMIT', 1)
  const numbers = new Set((await charges()).map(({ numbers }) => numbers.out_trade_no))
  if (numbers.size > 1)
    throw new Finding(
      `The first charge was answered with HTTP 500, and the next ones had other numbers: ${[...numbers].join(', ')}.`,
    )
  if (gate === 'OPEN' && (await run.ordersOf(car)).length === 0)
    throw new Finding('The charge was answered with HTTP 500, nothing was charged, and the gate has opened.')
}

export async function backupHostIsUsed(run: GateRun): Promise<void> {
  const car = await run.car()
  await run.enter(car)
  await run.fault('HOST_DOWN', { host: 'api' })
  const { gate } = await run.leave(car)
  if (gate === 'CLOSED')
    throw new Finding('The first access point was down, the backup was not, and the gate stays closed.')
  if ((await run.ordersOf(car)).length === 0)
    throw new Finding('The first access point was down, the gate has opened, and nothing was charged.')
}

async function requireOneOrder(
  run: GateRun,
  car: Car,
  { gate, out_trade_no }: Leaving,
  why: string,
): Promise<void> {
  const orders = await run.ordersOf(car)
  const [order] = orders
  if (!order || orders.length > 1)
    throw new Finding(`${why}, and the platform has ${orders.length} orders of this stay.`)
  if (gate === 'CLOSED')
    throw new Finding(
      `${why}; the gate stays closed, although the order ${order.out_trade_no} can be queried.`,
    )
  if (order.out_trade_no !== out_trade_no)
    throw new Finding(`${why} as ${order.out_trade_no}; the program says ${out_trade_no ?? 'no number'}.`)
}
