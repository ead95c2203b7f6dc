import { AMOUNT, answerOf, type FaultKind, inWords, requireAcknowledged } from '../check-run.ts'
import { Finding } from '../findings.ts'
import { ofCar } from '../gate.ts'
import type { GateRun, PaidOrder } from '../gate-run.ts'
import type { Attempt } from '../platform.ts'

// What is not signed by the platform, for these bytes and now, is refused; what is, is taken, also after a refusal.

export async function wrongSignatureIsRefused(run: GateRun): Promise<void> {
  const { out_trade_no, attempt } = await corruptedNotice(run, 'NOTICE_WRONG_SIGNATURE')
  requireRefused('A notice whose signature is wrong', attempt)
  await requireUnpaid(run, out_trade_no)
}

export async function probeIsRefused(run: GateRun): Promise<void> {
  const { out_trade_no, attempt } = await corruptedNotice(run, 'NOTICE_PROBE')
  requireRefused('A probe, whose signature begins with WECHATPAY/SIGNTEST/,', attempt)
  await requireUnpaid(run, out_trade_no)
}

export async function oldNoticeIsRefused(run: GateRun): Promise<void> {
  const { out_trade_no, attempt } = await corruptedNotice(run, 'NOTICE_OLD')
  requireRefused('A notice that was signed ten minutes ago', attempt)
  await requireUnpaid(run, out_trade_no)
}

export async function resentNoticeIsTaken(run: GateRun): Promise<void> {
  const { out_trade_no, id } = await corruptedNotice(run, 'NOTICE_PROBE')
  const attempt = await run.replay(await run.notice(id))
  requireAcknowledged('The genuine notice that followed a probe', attempt)
  const order = await run.booked(out_trade_no, booked => booked?.state === 'PAID')
  if (order?.state !== 'PAID')
    throw new Finding(`The genuine notice was acknowledged, and the books say ${inWords(order)}.`)
}

export async function alteredBodyIsRefused(run: GateRun): Promise<void> {
  const paid = await run.paid()
  const { request_headers, request_body } = lastAttempt(paid)
  const altered = JSON.stringify({ ...JSON.parse(request_body), summary: 'go-live check' })
  await requireRefusal(run, paid, 'A notice whose body was altered', request_headers, altered)
}

export async function unsignedNoticeIsRefused(run: GateRun): Promise<void> {
  const paid = await run.paid()
  const { request_headers, request_body } = lastAttempt(paid)
  const unsigned = Object.fromEntries(
    Object.entries(request_headers).filter(([name]) => !/^wechatpay-/i.test(name)),
  )
  await requireRefusal(run, paid, 'A notice without Wechatpay-* headers', unsigned, request_body)
}

/** A charge whose payment is first reported by a corrupted notice. */
async function corruptedNotice(
  run: GateRun,
  kind: FaultKind,
): Promise<{ out_trade_no: string; id: string; attempt: Attempt }> {
  const car = await run.car()
  await run.fault(kind, {
    event_type: 'TRANSACTION.SUCCESS',
    ...ofCar(car),
    count: 1,
  })
  const out_trade_no = await run.charged(car)
  const { id, sent } = await run.attempted(await run.paymentNotice(out_trade_no))
  return { out_trade_no, id, attempt: sent[0] as Attempt }
}

function requireRefused(what: string, attempt: Attempt): void {
  if (attempt.reply_status === undefined)
    throw new Finding(`${what} was not answered at all: ${attempt.failure}.`)
  if (attempt.reply_status < 400)
    throw new Finding(`${what} was taken: it was answered with ${answerOf(attempt)}.`)
}

async function requireUnpaid(run: GateRun, outTradeNo: string): Promise<void> {
  const order = await run.bookedAfterQuiet(outTradeNo)
  if (order && (order.state === 'PAID' || order.paid !== 0))
    throw new Finding(`It was refused, and yet the books say ${inWords(order)}.`)
}

/** Sends by itself what the platform would never send. */
async function requireRefusal(
  run: GateRun,
  { out_trade_no, notice }: PaidOrder,
  what: string,
  headers: Record<string, string>,
  body: string,
): Promise<void> {
  const reply = await fetch(notice.notify_url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: run.signal,
  }).catch(cause => {
    if (run.signal.aborted) throw cause
    throw new Finding(`${what} was not answered at all.`, { cause })
  })
  await reply.arrayBuffer()
  if (reply.status < 400) throw new Finding(`${what} was taken: it was answered with HTTP ${reply.status}.`)
  const order = await run.bookedAfterQuiet(out_trade_no)
  if (order?.paid !== AMOUNT)
    throw new Finding(`${what} was refused, and yet the books say ${inWords(order)}.`)
}

function lastAttempt({ notice }: PaidOrder): Attempt {
  return notice.sent.at(-1) as Attempt
}
