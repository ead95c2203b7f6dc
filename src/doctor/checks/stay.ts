import { Finding } from '../findings.ts'
import { AMOUNT, inWords, requireAcknowledged, type Visit } from '../visit.ts'

// What everything else stands on: a car parks, is charged, and its payment is told and booked.

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
  if (sent.some(({ reply_status }) => reply_status === undefined))
    throw new Finding(`A notice had no answer: ${sent.map(({ failure }) => failure).join('; ')}.`)
}

export async function paymentIsBooked(visit: Visit): Promise<void> {
  const { out_trade_no, notice } = await visit.paid()
  requireAcknowledged('The first attempt to tell a payment', notice.sent[0])
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order?.paid !== AMOUNT)
    throw new Finding(`One payment of ${AMOUNT} fen was told, and the books say ${inWords(order)}.`)
}
