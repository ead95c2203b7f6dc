import type { ProductContext } from '../../../calls/context.ts'
import { findMerchant, isBound, type Merchant } from '../../../merchants/merchants.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Statements } from '../../../store/database.ts'
import { sealToken } from './download-token.ts'
import { errors } from './errors.ts'
import type { Bill, FileSeal } from './stored-bill.ts'

const LINK_LIFETIME_MS = 5 * 60 * 1000

/** Throws unless the number is that of a sub-merchant whose bills the caller may have. */
export async function requireSubMerchant(db: Statements, caller: Merchant, subMchid: string): Promise<void> {
  const merchant = await findMerchant(db, subMchid)
  if (merchant?.kind !== 'sub') throw new ApiError(errors.BILL_SUB_MCHID_WRONG)
  if (!(await isBound(db, caller.mchid, subMchid))) throw new ApiError(errors.NO_BILL_RIGHT)
}

/** The hash of a bill and where to download it, as a reply has them. */
export function billLink(
  { keys, clock, random, publicUrl }: ProductContext,
  { bill_id, sha1 }: Bill,
  { mchid, gzip, seal }: { mchid: string; gzip: boolean; seal?: FileSeal },
) {
  const expire_time = clock.now() + LINK_LIFETIME_MS
  const token = sealToken({ bill_id, mchid, gzip, expire_time, seal }, keys, random)
  const download_url = `${publicUrl}/v3/billdownload/file?token=${token}${gzip ? '&tartype=gzip' : ''}`
  return { hash_type: 'SHA1', hash_value: sha1, download_url } as const
}
