import { type FaultKind, REFUND } from '../check-run.ts'
import { Finding } from '../findings.ts'
import type { GateRun } from '../gate-run.ts'

// A refund is made once, however often it has to be asked for.

export async function lostRefundReplyRefundsOnce(run: GateRun): Promise<void> {
  const { out_trade_no, numbers, answered } = await refundWith(run, 'REPLY_LOST')
  requireOneNumber('The refund was made and its reply was lost', numbers)
  const refunds = await run.refundsOf(out_trade_no)
  const [refund] = refunds
  if (refunds.length !== 1)
    throw new Finding(`The reply to a refund was lost, and the platform has ${refunds.length} refunds.`)
  if (answered !== refund?.out_refund_no)
    throw new Finding(
      `The refund ${refund?.out_refund_no} was made and its reply was lost; POST /refund answered ${answered ?? 'with an error'}, so a person would refund again.`,
    )
}

export async function failedRefundKeepsNumber(run: GateRun): Promise<void> {
  const { out_trade_no, numbers } = await refundWith(run, 'ERROR_BEFORE_COMMIT')
  requireOneNumber('The refund was answered with HTTP 500', numbers)
  const refunds = await run.refundsOf(out_trade_no)
  if (refunds.length > 1)
    throw new Finding(`A refund was answered with HTTP 500, and the platform has ${refunds.length} refunds.`)
}

/** A refund with a fault in its first application. `numbers`: under which it was applied for. */
async function refundWith(run: GateRun, kind: FaultKind) {
  const { out_trade_no } = await run.paid()
  const calls = await run.calls('refunds.createRefund')
  await run.fault(kind, { call: 'refunds.createRefund', fields: { out_trade_no }, count: 1 })
  const answered = await run.gate.refund(out_trade_no, REFUND)
  const numbers = new Set((await calls()).map(({ numbers }) => numbers.out_refund_no))
  if (numbers.size === 0)
    throw new Finding('POST /refund was called, and the platform had no call of createRefund.')
  return { out_trade_no, answered, numbers }
}

function requireOneNumber(why: string, numbers: ReadonlySet<string | undefined>): void {
  if (numbers.size > 1)
    throw new Finding(`${why}, and it was asked for again under other numbers: ${[...numbers].join(', ')}.`)
}
