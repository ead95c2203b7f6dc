import { findMerchant, isBound, type Merchant } from '../../../merchants/merchants.ts'
import { ApiError } from '../../../protocol/errors.ts'
import type { Statements } from '../../../store/database.ts'
import { errors } from './errors.ts'

/** The sub-merchant that a provider names; empty in merchant mode, where none may be named. */
export async function requireSubMerchant(
  db: Statements,
  caller: Merchant,
  subMchid: string | undefined,
): Promise<string> {
  if (caller.kind !== 'provider') {
    if (subMchid !== undefined) throw new ApiError(errors.SUB_MCHID_NOT_ALLOWED)
    return ''
  }
  const found = await findMerchant(db, subMchid ?? '')
  if (found?.kind !== 'sub') throw new ApiError(errors.MCH_NOT_EXISTS)
  return found.mchid
}

/** The same, and the provider may act for it: for calls that move money. */
export async function requireBoundSubMerchant(
  db: Statements,
  caller: Merchant,
  subMchid: string | undefined,
): Promise<string> {
  const found = await requireSubMerchant(db, caller, subMchid)
  if (found && !(await isBound(db, caller.mchid, found))) throw new ApiError(errors.NO_REFUND_RIGHT)
  return found
}
