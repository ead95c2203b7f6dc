import type { BookedOrder } from '../adapter.ts'
import { isBlocked, pause, resume } from '../cars.ts'
import { AMOUNT, answerOf, inWords, isAcknowledged, REFUND, requireAcknowledged } from '../check-run.ts'
import { Finding } from '../findings.ts'
import { ofCar } from '../gate.ts'
import type { GateRun } from '../gate-run.ts'
import type { NoticeDetail } from '../platform.ts'

// Genuine notices come twice, late, and about things that are not as the merchant has them.

/** Whose bank answers after fifteen seconds: until then the order is accepted and unpaid. */
const PAYER_OF_SLOW_BANK = 'doctor-slow-bank'

export async function doubledNoticeIsBookedOnce(run: GateRun): Promise<void> {
  const car = await run.car()
  await run.fault('NOTICE_DOUBLED', {
    event_type: 'TRANSACTION.SUCCESS',
    ...ofCar(car),
    count: 1,
  })
  const out_trade_no = await run.charged(car)
  const notice = await run.attempted(await run.paymentNotice(out_trade_no), 2)
  // A receiver that holds a lock may turn one of the two away, which then comes again.
  const taken = notice.sent.find(isAcknowledged) ?? notice.sent[0]
  requireAcknowledged('A notice that comes twice at the same moment', taken)
  requireAcknowledged('A notice that comes for the third time', await run.replay(notice))
  requireAcknowledged(
    'The same payment under another notice id',
    await run.send(notice, notice.event_type, notice.resource),
  )
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order?.state !== 'PAID' || order.paid !== AMOUNT)
    throw new Finding(
      `One payment of ${AMOUNT} fen was reported four times, and the books say ${inWords(order)}.`,
    )
}

export async function latePaymentChangesNothing(run: GateRun): Promise<void> {
  const { out_trade_no, notice } = await run.paid()
  await requireRefund(run, out_trade_no)
  await reportRefund(run, out_trade_no, notice)
  const before = await run.booked(out_trade_no, order => order?.refunded === REFUND)
  if (before?.refunded !== REFUND)
    throw new Finding(`A refund of ${REFUND} fen was reported, and the books say ${inWords(before)}.`)
  requireAcknowledged('A payment that is reported again after its refund', await run.replay(notice))
  requireSame(
    'A payment was reported again after its refund',
    before,
    await run.bookedAfterQuiet(out_trade_no),
  )
}

export async function lateEntranceStateChangesNothing(run: GateRun): Promise<void> {
  const car = await run.car()
  await run.enter(car)
  if (!(await run.entryOf(car)))
    throw new Finding('The car has driven in, and the platform has no entry of it.')
  await pause(run.admin, car)
  await resume(run.admin, car)
  const { notices = [] } = (await run.entryOf(car)) ?? {}
  const details: NoticeDetail[] = []
  for (const { id } of notices) details.push(await run.attempted(id))
  const blocked = details.find(isBlocked)
  if (!blocked)
    throw new Finding('The platform has sent no notice of a car whose service was paused and resumed.')
  for (const { sent } of details) requireAcknowledged('A change of the entrance state', sent[0])
  requireAcknowledged('A change of the entrance state that comes late', await run.replay(blocked))
  const { gate } = await run.leave(car)
  if (gate === 'CLOSED')
    throw new Finding(
      'The entry was BLOCKED, then NORMAL; the first notice came again after the second, and the gate stays closed.',
    )
}

export async function wrongAmountIsNotBooked(run: GateRun): Promise<void> {
  const { resource, notice } = await inventedPayment(run)
  const car = await run.car({ payer_id: PAYER_OF_SLOW_BANK, advance_limit: 0 })
  await run.admin.call('putCard', {
    payer_id: PAYER_OF_SLOW_BANK,
    card_id: PAYER_OF_SLOW_BANK,
    bank_type: 'CCB_DEBIT',
    behaviour: 'UNKNOWN_THEN_APPROVED',
  })
  const out_trade_no = await run.charged(car)
  const amount = { ...(resource.amount as object), total: 1, payer_total: 1 }
  const attempt = await run.send(notice, notice.event_type, { ...resource, out_trade_no, amount })
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order && (order.state === 'PAID' || order.paid !== 0))
    throw new Finding(
      `An order of ${AMOUNT} fen was reported as paid with 1 fen (answered with ${answerOf(attempt)}), and the books say ${inWords(order)}.`,
    )
}

export async function unknownOrderIsNotBooked(run: GateRun): Promise<void> {
  const { resource, notice } = await inventedPayment(run)
  const out_trade_no = run.newNumber()
  const attempt = await run.send(notice, notice.event_type, { ...resource, out_trade_no })
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order && (order.state === 'PAID' || order.paid !== 0))
    throw new Finding(
      `A payment of an order that was never made was reported (answered with ${answerOf(attempt)}), and the books say ${inWords(order)}.`,
    )
}

export async function unknownEventIsSurvived(run: GateRun): Promise<void> {
  const { out_trade_no, notice } = await run.paid()
  const before = await run.gate.order(out_trade_no)
  const attempt = await run.send(notice, 'TRANSACTION.GO_LIVE_CHECK', notice.resource)
  requireAcknowledged('A genuine notice of an event that no program knows', attempt)
  requireSame('An event that no program knows was reported', before, await run.bookedAfterQuiet(out_trade_no))
  await run.paid()
}

export async function doubledRefundNoticeIsBookedOnce(run: GateRun): Promise<void> {
  const { out_trade_no, notice } = await run.paid()
  await requireRefund(run, out_trade_no)
  await reportRefund(run, out_trade_no, notice)
  await reportRefund(run, out_trade_no, notice)
  await run.booked(out_trade_no, booked => booked?.refunded !== 0)
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order?.refunded !== REFUND)
    throw new Finding(`One refund of ${REFUND} fen was reported twice, and the books say ${inWords(order)}.`)
}

/** A notice of a real payment, to be sent for another order. */
async function inventedPayment(run: GateRun) {
  const { notice } = await run.paid()
  const transaction_id = `42${run.newNumber()}`
  const resource: Record<string, unknown> = { ...notice.resource, transaction_id }
  return { notice, resource }
}

async function requireRefund(run: GateRun, outTradeNo: string): Promise<void> {
  await run.gate.refund(outTradeNo, REFUND)
  const refunds = await run.refundsOf(outTradeNo)
  if (refunds.length !== 1)
    throw new Finding(
      `POST /refund was called once, and the platform has ${refunds.length} refunds of the order: it must apply for one.`,
    )
}

/** Tells that the order's refund has arrived, which the platform itself will say minutes later. */
async function reportRefund(
  run: GateRun,
  outTradeNo: string,
  { notify_url, resource }: NoticeDetail,
): Promise<void> {
  const [refund] = await run.refundsOf(outTradeNo)
  const { mchid, sp_mchid, sub_mchid, success_time } = resource
  const reported = {
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
  const attempt = await run.send({ notify_url, original_type: 'refund' }, 'REFUND.SUCCESS', reported)
  requireAcknowledged('A genuine REFUND.SUCCESS', attempt)
}

function requireSame(what: string, before: BookedOrder | undefined, after: BookedOrder | undefined): void {
  if (JSON.stringify(before) !== JSON.stringify(after))
    throw new Finding(`${what}. Before, the books said ${inWords(before)}; now they say ${inWords(after)}.`)
}
