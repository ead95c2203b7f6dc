import assert from 'node:assert/strict'
import { atOneInstant } from '../src/clock/at-one-instant.ts'
import { deduct } from '../src/funding/deduct.ts'
import { findMerchant } from '../src/merchants/merchants.ts'
import type { Platform } from '../src/node/platform.ts'
import { insertOrder, type NewOrder, payOrder } from '../src/orders/change-order.ts'
import { findOrder, type OrderKey, orderSubject, type PaidOrder } from '../src/orders/orders.ts'
import { openidFor } from '../src/payers/openids.ts'
import { newTransactionId } from '../src/protocol/ids.ts'
import { APPID, type Caller, freshNo, MERCHANT, NOBODY_LISTENS } from './sandbox.ts'

// Orders of a product that is in no list, made and paid by what the rooms offer to every product: tickets, whose payer is
// not known before they pay.

/** A ticket that nobody has paid yet; 500 fen unless said. */
export function ticket(
  { clock }: Platform,
  { mchid, partner }: Caller = MERCHANT,
  fields: Partial<NewOrder> = {},
): NewOrder {
  return {
    ...{ mchid, out_trade_no: freshNo('K'), product: 'tickets', trade_type: 'NATIVE', appid: APPID },
    ...{ sub_mchid: partner.sub_mchid ?? '', sub_appid: '', description: '门票', attach: '', goods_tag: '' },
    ...{ notify_url: NOBODY_LISTENS, profit_sharing: 'N', create_time: clock.now(), time_expire: null },
    ...{ trade_state: 'NOTPAY', scene: '{"gate":"north"}', payer_id: null, openid: '', sub_openid: '' },
    ...{ total: 500, currency: 'CNY', content_digest: '' },
    ...fields,
  }
}

/** Writes a ticket, whose number is expected to be free. */
export async function sellTicket(
  platform: Platform,
  caller: Caller = MERCHANT,
  fields: Partial<NewOrder> = {},
): Promise<NewOrder> {
  const sold = ticket(platform, caller, fields)
  assert.ok(await platform.db.transaction(tx => insertOrder(tx, sold)))
  return sold
}

/** Lets somebody with money enough pay a ticket that waits for its payer. */
export async function payTicket(platform: Platform, key: OrderKey, payer_id: string): Promise<PaidOrder> {
  return platform.db.transaction(async tx => {
    const instant = atOneInstant(platform)
    const order = await findOrder(tx, key.mchid, key.out_trade_no, tx.forUpdate)
    assert.ok(order)
    const payee = await findMerchant(tx, order.sub_mchid || order.mchid)
    assert.ok(payee)
    const step = await deduct(tx, instant, {
      ...{ subject: orderSubject(order), payer_id, payee, total: order.total, goods_tag: order.goods_tag },
      ...{ profit_sharing: order.profit_sharing === 'Y', attempt: 1, attempts_before: 0 },
    })
    assert.ok(step.result === 'paid', step.result)
    const { result: _, promotion_detail, ...amounts } = step
    const success_time = instant.clock.now()
    return payOrder(tx, order, {
      ...{ ...amounts, payer_id, fee_rate: payee.fee_rate, success_time },
      transaction_id: newTransactionId(success_time, platform.random),
      promotion_detail: promotion_detail.length > 0 ? JSON.stringify(promotion_detail) : '',
      openid: await openidFor(tx, payer_id, order.appid, platform.random),
      sub_openid: '',
    })
  })
}
