import type { Seed } from '../../product.ts'
import { PERMISSIONS } from './kinds.ts'
import { insertPayment, PRODUCT } from './payments.ts'
import { ORDER_LIFE_MS } from './prepay.ts'
import { SANDBOX_PAYERS, storePayers } from './sandbox-payers.ts'
import { codeUrlOf } from './sessions.ts'

/** An order of the documents' sample number that every merchant has made and nobody has paid. */
export const UNPAID_ORDER = '1217752501201407033233368018'

/** What the sandbox has of basic payments: the permissions, payers, and for each merchant that calls an order that waits. */
export const seed: Seed = {
  permissions: PERMISSIONS,
  async store(tx, { appid, now }) {
    await storePayers(tx, appid, now)
    const callers = await tx.all<{ mchid: string; sub_mchid: string }>(
      `SELECT mchid, COALESCE((SELECT MIN(sub_mchid) FROM merchant_bindings WHERE provider_mchid = mchid), '') AS sub_mchid
         FROM merchants WHERE kind <> 'sub'`,
    )
    for (const { mchid, sub_mchid } of callers)
      await insertPayment(tx, {
        ...{
          mchid,
          appid,
          out_trade_no: UNPAID_ORDER,
          product: PRODUCT,
          trade_type: 'NATIVE',
          kind: 'NATIVE',
        },
        ...{ sub_mchid, sub_appid: '', description: '停车场月卡', attach: '', goods_tag: '' },
        ...{
          notify_url: 'http://127.0.0.1:9/wxpay',
          profit_sharing: 'N',
          create_time: now,
          time_expire: null,
        },
        ...{ trade_state: 'NOTPAY', scene: '{}', payer_id: null, openid: '', sub_openid: '' },
        ...{ total: 100, currency: 'CNY', content_digest: 'seeded', session: sessionOf(mchid) },
        due_at: now + ORDER_LIFE_MS,
      })
  },
  shown: ({ appid }) => ({
    payers: SANDBOX_PAYERS.map(({ payer_id, openid, behaviour }) => ({ payer_id, appid, openid, behaviour })),
    unpaid_order: {
      behaviour:
        'An order that every merchant has made; its code can be paid for two hours after the first start',
      out_trade_no: UNPAID_ORDER,
      code_url: codeUrlOf(sessionOf('<mchid>')),
    },
  }),
}

function sessionOf(mchid: string): string {
  return `Sandbox${mchid}`
}
