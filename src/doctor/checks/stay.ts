import { Finding } from '../findings.ts'
import { AMOUNT, inWords, requireAcknowledged, type Visit } from '../visit.ts'

// What everything else stands on: a car parks, is charged, and its payment is told and booked.

/** A merchant must answer within this time. */
const ANSWER_MS = 5_000

export async function gateOpens(visit: Visit): Promise<void> {
  const out_trade_no = await visit.charged(await visit.car())
  const order = await visit.platformOrder(out_trade_no)
  if (!order)
    throw new Finding(`The gate is open, and the platform has no order ${out_trade_no} of ${visit.mchid}.`)
  if (order.total !== AMOUNT)
    throw new Finding(`POST /leave asked for ${AMOUNT} fen, and ${order.total} were charged.`)
}

export async function answersInTime(visit: Visit): Promise<void> {
  const out_trade_no = await visit.charged(await visit.car())
  const { sent } = await visit.attempted(await visit.paymentNotice(out_trade_no))
  const slowest = Math.max(...sent.map(({ duration_ms }) => duration_ms))
  if (sent.some(({ reply_status }) => reply_status === undefined))
    throw new Finding(`A notice had no answer: ${sent.map(({ failure }) => failure).join('; ')}.`)
  if (slowest > ANSWER_MS) throw new Finding(`A notice was answered after ${slowest} ms.`)
}

export async function paymentIsBooked(visit: Visit): Promise<void> {
  const { out_trade_no, notice } = await visit.paid()
  requireAcknowledged('The first attempt to tell a payment', notice.sent[0])
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order?.paid !== AMOUNT)
    throw new Finding(`One payment of ${AMOUNT} fen was told, and the books say ${inWords(order)}.`)
}
