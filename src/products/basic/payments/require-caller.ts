import type { Merchant } from '../../../merchants/merchants.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { errors } from './errors.ts'

/** What these calls say of a sub-merchant that the provider cannot act for. */
export const SUB_MERCHANT_REFUSALS = {
  unknown: errors.PAYMENT_SUB_MCHID_UNKNOWN,
  notBound: errors.PAYMENT_SUB_MCHID_NOT_BOUND,
} as const

/** The merchant number that the request names is the one that has signed it. */
export function requireCaller({ mchid }: Merchant, named: string | undefined): void {
  if (named !== mchid) throw new ApiError(errors.MCHID_DIFFERS)
}
