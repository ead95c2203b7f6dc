import { actingFor } from '../../src/calls/acting-for.ts'
import type { Handler } from '../../src/calls/handler.ts'
import { deduct } from '../../src/funding/deduct.ts'
import { enqueueNotice } from '../../src/notices/outbox.ts'
import { insertOrder, type NewOrder, NOTHING_PAID, payOrder } from '../../src/orders/change-order.ts'
import { orderSubject } from '../../src/orders/orders.ts'
import { findPayer } from '../../src/payers/openids.ts'
import { ApiError } from '../../src/protocol/errors.ts'
import { newTransactionId } from '../../src/protocol/ids.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'

/** Makes an order, takes the money from the payer's wallet and notifies, in one transaction. */
export const sell: Handler<typeof contract.sell> = async (request, { caller, mode, platform }) => {
  const { clock, random } = platform
  const { out_trade_no, total, notify_url } = request
  const appid = request.appid ?? request.sp_appid ?? ''
  const openid = request.openid ?? request.sp_openid ?? ''
  return platform.db.transaction(async tx => {
    const { subMchid, payee } = await actingFor(tx, caller, request.sub_mchid)
    const payer_id = await findPayer(tx, appid, openid)
    if (!payer_id) throw new ApiError(errors.KIOSK_NOT_PAID)
    const order: NewOrder = {
      ...{ mchid: caller.mchid, out_trade_no, product: 'kiosk', trade_type: 'KIOSK', appid, sub_appid: '' },
      ...{
        sub_mchid: subMchid,
        description: '汽水',
        attach: '',
        goods_tag: '',
        notify_url,
        profit_sharing: 'N',
      },
      ...{
        create_time: clock.now(),
        time_expire: null,
        trade_state: 'NOTPAY',
        scene: '{"slot":7}',
        payer_id,
        openid,
      },
      ...{ sub_openid: '', total, currency: 'CNY', content_digest: '' },
    }
    if (!(await insertOrder(tx, order))) throw new ApiError(errors.KIOSK_NUMBER_USED)
    const subject = orderSubject(order)
    const charge = { subject, payer_id, payee, total, goods_tag: '', profit_sharing: false }
    const step = await deduct(tx, platform, { ...charge, attempt: 1, attempts_before: 0 })
    if (step.result !== 'paid') throw new ApiError(errors.KIOSK_NOT_PAID)
    const { result: _, promotion_detail: _promotions, ...paid } = step
    const payment = {
      ...paid,
      ...{ payer_id, openid, sub_openid: '', promotion_detail: '', fee_rate: payee.fee_rate },
      ...{ transaction_id: newTransactionId(clock.now(), random), success_time: clock.now() },
    }
    const { transaction_id } = await payOrder(tx, { ...NOTHING_PAID, ...order }, payment)
    await tx.run('INSERT INTO kiosk_sales (mchid, out_trade_no) VALUES ($1, $2)', caller.mchid, out_trade_no)
    await enqueueNotice(tx, platform, contract.saleResult, {
      ...{ eventType: 'TRANSACTION.SUCCESS', receiver: caller, notifyUrl: notify_url, subject },
      resource: { out_trade_no, transaction_id, trade_type: 'KIOSK' },
    })
    return mode === 'partner' ? { sub_mchid: subMchid, transaction_id } : { transaction_id }
  })
}
