import { findMerchant, isBound, type Merchant } from '../merchants/merchants.ts'
import { ApiError, type ErrorEntry } from '../protocol/errors.ts'
import type { Statements } from '../store/database.ts'
import { callErrors } from './errors.ts'

/** The merchant that a call is for: the caller itself, or the sub-merchant that a provider names. */
export interface ActingFor {
  /** Empty in merchant mode, as the tables have it. */
  subMchid: string
  /** Whose money it is. */
  payee: Merchant
}

const REFUSALS: { unknown: ErrorEntry; notBound: ErrorEntry } = {
  unknown: callErrors.SUB_MCHID_UNKNOWN,
  notBound: callErrors.SUB_MCHID_NOT_BOUND,
}

/**
 * Resolves `sub_mchid` in partner mode. Refuses a number that does not exist and one that is not the provider's; a call
 * that documents texts of its own for these says which.
 */
export async function actingFor(
  db: Statements,
  caller: Merchant,
  subMchid: string | undefined,
  refusals = REFUSALS,
): Promise<ActingFor> {
  if (caller.kind !== 'provider') return { subMchid: '', payee: caller }
  const payee = await findMerchant(db, subMchid ?? '')
  if (payee?.kind !== 'sub') throw new ApiError(refusals.unknown)
  if (!(await isBound(db, caller.mchid, payee.mchid))) throw new ApiError(refusals.notBound)
  return { subMchid: payee.mchid, payee }
}
