import type { Mode, Operation } from '../contract/operation.ts'
import { ApiError } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'

/** A caller of one mode at a path that only the other mode has. */
export const WRONG_MODE = {
  partner: general.PROVIDER_IN_MERCHANT_MODE,
  merchant: general.MERCHANT_IN_PARTNER_MODE,
} as const satisfies Record<Mode, unknown>

/** What a request with parameters that the call does not define is refused with. */
export function undefinedRefusal(pointers: readonly string[]): ApiError {
  return new ApiError(general.UNDEFINED_FIELDS, { location: null, value: pointers })
}

/** A direct merchant has no sub-merchants; where the call says so, it is refused for a field that is about one. */
export function requireMerchantFields(
  { partnerOnly = {} }: Operation,
  fields: Record<string, unknown>,
): void {
  for (const [name, refusal] of Object.entries(partnerOnly))
    if (Object.hasOwn(fields, name)) throw new ApiError(refusal)
}

/** Anything that is not meant to be seen becomes a SYSTEM_ERROR; a body that could not be read is the caller's fault. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  return new ApiError(status >= 400 && status < 500 ? general.BODY_TOO_LARGE : general.SYSTEM_ERROR)
}
