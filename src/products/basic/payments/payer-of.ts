import { findPayer } from '../../../payers/openids.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Statements } from '../../../store/database.ts'
import { errors } from './errors.ts'

/** The openids of a request: one in merchant mode, one of two in partner mode. */
export interface RequestedPayer {
  openid?: string
  sp_openid?: string
  sub_openid?: string
}

/** The payer whom a request names, with the openids as the order has them. Refuses openids of nobody and of another app. */
export async function payerOf(
  db: Statements,
  { appid, sp_appid, sub_appid }: { appid?: string; sp_appid?: string; sub_appid?: string | undefined },
  { openid = '', sp_openid = openid, sub_openid = '' }: RequestedPayer,
): Promise<{ payer_id: string; openid: string; sub_openid: string }> {
  if (!sp_openid && !sub_openid) throw new ApiError(errors.OPENID_MISSING)
  const payer = sp_openid && (await findPayer(db, appid ?? sp_appid ?? '', sp_openid))
  if (payer === undefined) throw new ApiError(await refusalOf(db, sp_openid, errors.OPENID_OF_OTHER_APP))
  const subPayer = sub_openid && (await findPayer(db, sub_appid ?? '', sub_openid))
  // Two openids of different people are no payer either.
  if (subPayer === undefined || (payer && subPayer && payer !== subPayer))
    throw new ApiError(await refusalOf(db, sub_openid, errors.SUB_OPENID_OF_OTHER_APP))
  return { payer_id: payer || subPayer, openid: sp_openid, sub_openid }
}

/** Somebody has the openid under another app, or nobody has it. */
async function refusalOf(db: Statements, openid: string, ofOtherApp: typeof errors.OPENID_OF_OTHER_APP) {
  const known = await db.get('SELECT payer_id FROM payer_openids WHERE openid = $1 LIMIT 1', openid)
  return known ? ofOtherApp : errors.PAYER_OPENID_WRONG
}
