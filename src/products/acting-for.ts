import { findMerchant, isBound, type Merchant } from '../merchants/merchants.ts'
import { ApiError } from '../protocol/errors.ts'
import type { Statements } from '../store/database.ts'

/** The merchant that a call is for: the caller itself, or the sub-merchant that a provider names. */
export interface ActingFor {
  /** Empty in merchant mode, as the tables have it. */
  subMchid: string
  /** Whose money it is. */
  payee: Merchant
}

/**
 * Resolves `sub_mchid` in partner mode. A number that does not exist is `SUB_MCHID_UNKNOWN`, one that is not the
 * provider's is `SUB_MCHID_NOT_BOUND`.
 */
export async function actingFor(
  db: Statements,
  caller: Merchant,
  subMchid: string | undefined,
): Promise<ActingFor> {
  if (caller.kind !== 'provider') return { subMchid: '', payee: caller }
  const payee = await findMerchant(db, subMchid ?? '')
  if (payee?.kind !== 'sub') throw new ApiError('SUB_MCHID_UNKNOWN')
  if (!(await isBound(db, caller.mchid, payee.mchid))) throw new ApiError('SUB_MCHID_NOT_BOUND')
  return { subMchid: payee.mchid, payee }
}

/** True when caller and payee both have the score parking permission. */
export function isEnrolled(caller: Merchant, payee: Merchant): boolean {
  return caller.parking_enabled === 1 && payee.parking_enabled === 1
}
