import { AMOUNT, inWords, requireAcknowledged } from '../check-run.ts'
import { Finding } from '../findings.ts'
import type { GateRun } from '../gate-run.ts'

// What everything else stands on: a car parks, is charged, and its payment is reported and booked.

export async function gateOpens(run: GateRun): Promise<void> {
  const out_trade_no = await run.charged(await run.car())
  const order = await run.platformOrder(out_trade_no)
  if (!order)
    throw new Finding(`The gate is open, and the platform has no order ${out_trade_no} of ${run.mchid}.`)
  if (order.total !== AMOUNT)
    throw new Finding(`POST /leave asked for ${AMOUNT} fen, and ${order.total} were charged.`)
}

export async function answersInTime(run: GateRun): Promise<void> {
  const out_trade_no = await run.charged(await run.car())
  const { sent } = await run.attempted(await run.paymentNotice(out_trade_no))
  if (sent.some(({ reply_status }) => reply_status === undefined))
    throw new Finding(`A notice had no answer: ${sent.map(({ failure }) => failure).join('; ')}.`)
}

export async function paymentIsBooked(run: GateRun): Promise<void> {
  const { out_trade_no, notice } = await run.paid()
  requireAcknowledged('The first attempt to report a payment', notice.sent[0])
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order?.paid !== AMOUNT)
    throw new Finding(`One payment of ${AMOUNT} fen was reported, and the books say ${inWords(order)}.`)
}
