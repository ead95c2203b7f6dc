import type { ProductContext } from '../../../calls/context.ts'
import { findMerchant } from '../../../merchants/merchants.ts'
import { enqueueNotice } from '../../../notices/outbox.ts'
import { refundSubject } from '../../../orders/refund-subject.ts'
import { formatTime } from '../../../protocol/time.ts'
import type { Transaction } from '../../../store/database.ts'
import { type RefundResult, refundResult } from './contract.ts'
import type { Refund } from './refunds.ts'

type Result = RefundResult['refund_status']

/** Puts the notice of a refund's result into the outbox, for those who have requested one. */
export async function announceRefund(
  tx: Transaction,
  platform: ProductContext,
  refund: Refund,
  result: Result,
): Promise<void> {
  const { mchid, notify_url } = refund
  if (notify_url === '') return
  const receiver = await findMerchant(tx, mchid)
  if (!receiver) throw new Error(`There is no merchant ${mchid}`)
  await enqueueNotice(tx, platform, refundResult, {
    eventType: `REFUND.${result}`,
    receiver,
    notifyUrl: notify_url,
    resource: resultOf(refund, result),
    subject: refundSubject(refund),
    // A refund that was abnormal has reported that, and what comes after must not arrive before it.
    sequence: result !== 'ABNORMAL' && refund.abnormal_time !== null ? 2 : 1,
  })
}

function resultOf(refund: Refund, refund_status: Result): RefundResult {
  const { mchid, sub_mchid, total, payer_total, payer_refund, success_time } = refund
  return {
    ...(sub_mchid ? { sp_mchid: mchid, sub_mchid } : { mchid }),
    out_trade_no: refund.out_trade_no,
    transaction_id: refund.transaction_id,
    out_refund_no: refund.out_refund_no,
    refund_id: refund.refund_id,
    refund_status,
    ...(success_time !== null && { success_time: formatTime(success_time) }),
    user_received_account: refund.user_received_account,
    amount: { total, refund: refund.refund, payer_total, payer_refund },
  }
}
