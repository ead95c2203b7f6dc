import { decryptText, requireDecryptor } from '../../../calls/decrypt-field.ts'
import type { Call, Handler } from '../../../calls/handler.ts'
import { parameterError } from '../../../contract/validate.ts'
import { ApiError } from '../../../protocol/errors.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'
import { payoutDelay } from './fund-refund.ts'
import { nextRefundStatus } from './refund-state.ts'
import { bankAccountText, MERCHANT_BANK_TEXT, type Refund, refundReply, updateRefund } from './refunds.ts'
import { requireBoundSubMerchant } from './require-sub-merchant.ts'

/** Numbers of bank cards have 16 to 19 digits; older ones of some banks have fewer. */
const CARD_NUMBER = /^\d{8,32}$/

type Request = Parameters<typeof createAbnormalRefund>[0]
/** Where an abnormal refund is to go. */
type Elsewhere = Pick<Refund, 'destination' | 'user_received_account'>

/**
 * Says where a refund goes that could not be paid out: to a debit card of the user's, or to the merchant's bank account for
 * the merchant to settle with the user. The same call again answers the refund as it is now.
 */
export const createAbnormalRefund: Handler<typeof contract.createAbnormalRefund> = async (request, call) => {
  const { caller, platform } = call
  const { db, clock, wake } = platform
  const elsewhere = elsewhereOf(request, call)
  return db.transaction(async tx => {
    const subMchid = await requireBoundSubMerchant(tx, caller, request.sub_mchid)
    const refund = await tx.get<Refund>(
      `SELECT * FROM refunds WHERE refund_id = $1 ${tx.forUpdate}`,
      request.refund_id,
    )
    if (refund?.mchid !== caller.mchid || refund.sub_mchid !== subMchid)
      throw new ApiError(errors.REFUND_UNKNOWN)
    if (refund.out_refund_no !== request.out_refund_no) throw new ApiError(errors.REFUND_NUMBERS_DIFFER)
    if (isThere(refund, elsewhere)) return refundReply(refund)
    if (refund.status !== 'ABNORMAL') throw new ApiError(errors.REFUND_NOT_ABNORMAL)
    const redirected: Refund = {
      ...refund,
      ...elsewhere,
      status: nextRefundStatus(refund.status, 'redirected'),
      channel: 'OTHER_BANKCARD',
      due_at: clock.now() + payoutDelay(elsewhere, platform),
    }
    await updateRefund(tx, redirected)
    tx.afterCommit(() => wake('refunds'))
    return refundReply(redirected)
  })
}

/** Reads where the money is to go. Of the card no more is kept than what the user is shown. */
function elsewhereOf(request: Request, call: Call): Elsewhere {
  if (request.type === 'MERCHANT_BANK_CARD') {
    return { destination: 'merchant_bank_card', user_received_account: MERCHANT_BANK_TEXT }
  }
  const bank_type = required(request, 'bank_type')
  const bank_account = required(request, 'bank_account')
  const real_name = required(request, 'real_name')
  const key = requireDecryptor(call)
  const account = decryptText(bank_account, key)
  if (!CARD_NUMBER.test(account))
    throw parameterError(
      contract.createAbnormalRefund,
      '/bank_account',
      bank_account,
      '收款银行卡号必须为数字',
    )
  decryptText(real_name, key)
  return { destination: 'user_bank_card', user_received_account: bankAccountText(bank_type, account) }
}

function required(request: Request, field: 'bank_type' | 'bank_account' | 'real_name'): string {
  const value = request[field]
  if (value !== undefined) return value
  throw parameterError(contract.createAbnormalRefund, `/${field}`, '', '退款至用户银行卡时，此字段为必填项')
}

function isThere(refund: Refund, { destination, user_received_account }: Elsewhere): boolean {
  return refund.destination === destination && refund.user_received_account === user_received_account
}
