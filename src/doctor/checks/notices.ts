import { isBlocked, pause, resume } from '../cars.ts'
import { Finding } from '../findings.ts'
import { type BookedOrder, ofCar } from '../gate.ts'
import type { NoticeDetail } from '../platform.ts'
import {
  AMOUNT,
  answerOf,
  inWords,
  isAcknowledged,
  REFUND,
  requireAcknowledged,
  type Visit,
} from '../visit.ts'

// Genuine notices come twice, late, and about things that are not as the merchant has them.

/** Whose bank answers after fifteen seconds: until then the order is accepted and unpaid. */
const PAYER_OF_SLOW_BANK = 'doctor-slow-bank'

export async function doubledNoticeIsBookedOnce(visit: Visit): Promise<void> {
  const car = await visit.car()
  await visit.fault('NOTICE_DOUBLED', {
    event_type: 'TRANSACTION.SUCCESS',
    ...ofCar(car),
    count: 1,
  })
  const out_trade_no = await visit.charged(car)
  const notice = await visit.attempted(await visit.paymentNotice(out_trade_no), 2)
  // A receiver that holds a lock may turn one of the two away, which then comes again.
  const taken = notice.sent.find(isAcknowledged) ?? notice.sent[0]
  requireAcknowledged('A notice that comes twice at the same moment', taken)
  requireAcknowledged('A notice that comes for the third time', await visit.replay(notice))
  requireAcknowledged(
    'The same payment under another notice id',
    await visit.send(notice, notice.event_type, notice.resource),
  )
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order?.state !== 'PAID' || order.paid !== AMOUNT)
    throw new Finding(
      `One payment of ${AMOUNT} fen was told four times, and the books say ${inWords(order)}.`,
    )
}

export async function latePaymentChangesNothing(visit: Visit): Promise<void> {
  const { out_trade_no, notice } = await visit.paid()
  await requireRefund(visit, out_trade_no)
  await tellRefund(visit, out_trade_no, notice)
  const before = await visit.booked(out_trade_no, order => order?.refunded === REFUND)
  if (before?.refunded !== REFUND)
    throw new Finding(`A refund of ${REFUND} fen was told, and the books say ${inWords(before)}.`)
  requireAcknowledged('A payment that is told again after its refund', await visit.replay(notice))
  requireSame('A payment was told again after its refund', before, await visit.bookedAfterQuiet(out_trade_no))
}

export async function lateEntranceStateChangesNothing(visit: Visit): Promise<void> {
  const car = await visit.car()
  await visit.enter(car)
  if (!(await visit.entryOf(car)))
    throw new Finding('The car has driven in, and the platform has no entry of it.')
  await pause(visit.admin, car)
  await resume(visit.admin, car)
  const { notices = [] } = (await visit.entryOf(car)) ?? {}
  const details: NoticeDetail[] = []
  for (const { id } of notices) details.push(await visit.attempted(id))
  const blocked = details.find(isBlocked)
  if (!blocked)
    throw new Finding('The platform has sent no notice of a car whose service was paused and resumed.')
  for (const { sent } of details) requireAcknowledged('A change of the entrance state', sent[0])
  requireAcknowledged('A change of the entrance state that comes late', await visit.replay(blocked))
  const { gate } = await visit.leave(car)
  if (gate === 'CLOSED')
    throw new Finding(
      'The entry was BLOCKED, then NORMAL; the first notice came again after the second, and the gate stays closed.',
    )
}

export async function wrongAmountIsNotBooked(visit: Visit): Promise<void> {
  const { resource, notice } = await paymentToTell(visit)
  const car = await visit.car({ payer_id: PAYER_OF_SLOW_BANK, advance_limit: 0 })
  await visit.admin.call('putCard', {
    payer_id: PAYER_OF_SLOW_BANK,
    card_id: PAYER_OF_SLOW_BANK,
    bank_type: 'CCB_DEBIT',
    behaviour: 'UNKNOWN_THEN_APPROVED',
  })
  const out_trade_no = await visit.charged(car)
  const amount = { ...(resource.amount as object), total: 1, payer_total: 1 }
  const attempt = await visit.send(notice, notice.event_type, { ...resource, out_trade_no, amount })
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order && (order.state === 'PAID' || order.paid !== 0))
    throw new Finding(
      `An order of ${AMOUNT} fen was told as paid with 1 fen (answered with ${answerOf(attempt)}), and the books say ${inWords(order)}.`,
    )
}

export async function unknownOrderIsNotBooked(visit: Visit): Promise<void> {
  const { resource, notice } = await paymentToTell(visit)
  const out_trade_no = visit.newNumber()
  const attempt = await visit.send(notice, notice.event_type, { ...resource, out_trade_no })
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order && (order.state === 'PAID' || order.paid !== 0))
    throw new Finding(
      `A payment of an order that was never made was told (answered with ${answerOf(attempt)}), and the books say ${inWords(order)}.`,
    )
}

export async function unknownEventIsSurvived(visit: Visit): Promise<void> {
  const { out_trade_no, notice } = await visit.paid()
  const before = await visit.gate.order(out_trade_no)
  const attempt = await visit.send(notice, 'TRANSACTION.GO_LIVE_CHECK', notice.resource)
  requireAcknowledged('A genuine notice of an event that no program knows', attempt)
  requireSame('An event that no program knows was told', before, await visit.bookedAfterQuiet(out_trade_no))
  await visit.paid()
}

export async function doubledRefundNoticeIsBookedOnce(visit: Visit): Promise<void> {
  const { out_trade_no, notice } = await visit.paid()
  await requireRefund(visit, out_trade_no)
  await tellRefund(visit, out_trade_no, notice)
  await tellRefund(visit, out_trade_no, notice)
  await visit.booked(out_trade_no, booked => booked?.refunded !== 0)
  const order = await visit.bookedAfterQuiet(out_trade_no)
  if (order?.refunded !== REFUND)
    throw new Finding(`One refund of ${REFUND} fen was told twice, and the books say ${inWords(order)}.`)
}

/** A notice of a real payment, to be told of another order. */
async function paymentToTell(visit: Visit) {
  const { notice } = await visit.paid()
  const transaction_id = `42${visit.newNumber()}`
  const resource: Record<string, unknown> = { ...notice.resource, transaction_id }
  return { notice, resource }
}

async function requireRefund(visit: Visit, outTradeNo: string): Promise<void> {
  await visit.gate.refund(outTradeNo, REFUND)
  const refunds = await visit.refundsOf(outTradeNo)
  if (refunds.length !== 1)
    throw new Finding(
      `POST /refund was asked once, and the platform has ${refunds.length} refunds of the order: it must apply for one.`,
    )
}

/** Tells that the order's refund has arrived, which the platform itself will say minutes later. */
async function tellRefund(
  visit: Visit,
  outTradeNo: string,
  { notify_url, resource }: NoticeDetail,
): Promise<void> {
  const [refund] = await visit.refundsOf(outTradeNo)
  const { mchid, sp_mchid, sub_mchid, success_time } = resource
  const told = {
    ...(sub_mchid ? { sp_mchid, sub_mchid } : { mchid: mchid ?? sp_mchid }),
    out_trade_no: outTradeNo,
    transaction_id: refund?.transaction_id,
    out_refund_no: refund?.out_refund_no,
    refund_id: refund?.refund_id,
    refund_status: 'SUCCESS',
    success_time,
    user_received_account: '支付用户零钱',
    amount: { total: AMOUNT, refund: REFUND, payer_total: AMOUNT, payer_refund: REFUND },
  }
  const attempt = await visit.send({ notify_url, original_type: 'refund' }, 'REFUND.SUCCESS', told)
  requireAcknowledged('A genuine REFUND.SUCCESS', attempt)
}

function requireSame(what: string, before: BookedOrder | undefined, after: BookedOrder | undefined): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw new Finding(`${what}. Before, the books said ${inWords(before)}; now they say ${inWords(after)}.`)
}
