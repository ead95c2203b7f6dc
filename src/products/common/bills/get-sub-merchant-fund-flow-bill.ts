import { createPublicKey } from 'node:crypto'
import type { Handler } from '../../../calls/handler.ts'
import { randomText } from '../../../protocol/ids.ts'
import { billLink, requireSubMerchant } from './apply-for-bill.ts'
import { billDay, requireReady } from './bill-day.ts'
import type * as contract from './contract.ts'
import { fundFlowBill } from './fund-flow-bill.ts'
import { requiredBill } from './required-bill.ts'

/**
 * What moved on an account of a sub-merchant on a day. The file is encrypted with a key of its own, and that to the
 * certificate that signed the request.
 */
export const getSubMerchantFundFlowBill: Handler<typeof contract.getSubMerchantFundFlowBill> = async (
  request,
  { caller, suite, platform },
) => {
  const { db, clock, random } = platform
  const { sub_mchid, bill_date, account_type: type, tar_type } = request
  const day = billDay(bill_date, clock.now())
  await requireSubMerchant(db, caller, sub_mchid)
  requireReady(day, clock.now())
  // The same file as if the sub-merchant had applied for it.
  const subject = { mchid: sub_mchid, sub_mchid: '', bill_date, kind: 'FUND_FLOW', type } as const
  const bill = await requiredBill(platform, subject, () =>
    fundFlowBill(db, { mchid: sub_mchid, type, now: clock.now() }, day),
  )
  const seal = { key: randomText(32, random), nonce: randomText(12, random) }
  const { download_url, ...hash } = billLink(platform, bill, {
    mchid: caller.mchid,
    gzip: tar_type === 'GZIP',
    seal,
  })
  const encrypt_key = suite.encryptField(seal.key, createPublicKey(caller.certificate?.public_key ?? ''))
  return {
    download_bill_count: 1,
    download_bill_list: [{ bill_sequence: 1, download_url, encrypt_key, ...hash, nonce: seal.nonce }],
  }
}
