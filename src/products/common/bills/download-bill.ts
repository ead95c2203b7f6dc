import type { Handler } from '../../../calls/handler.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type * as contract from './contract.ts'
import { openToken } from './download-token.ts'
import { errors } from './errors.ts'
import { billFile, findBillById } from './stored-bill.ts'

/** The file that a download URL stands for; only the token says which and how. */
export const downloadBill: Handler<typeof contract.downloadBill> = async (
  { token },
  { caller, platform },
) => {
  const { db, clock, keys } = platform
  const download = openToken(token, keys)
  if (!download || clock.now() > download.expire_time) throw new ApiError(errors.DOWNLOAD_URL_WRONG)
  if (download.mchid !== caller.mchid) throw new ApiError(errors.DOWNLOADER_WRONG)
  const bill = await findBillById(db, download.bill_id)
  // The sandbox may be another one by now.
  if (!bill) throw new ApiError(errors.DOWNLOAD_URL_WRONG)
  return billFile(db, bill, download)
}
