import { type ActingFor, actingFor } from '../../../calls/acting-for.ts'
import type { RequestOf } from '../../../contract/operation.ts'
import { parameterError } from '../../../contract/validate.ts'
import { isAppBound, type Merchant } from '../../../merchants/merchants.ts'
import { ApiError, type ErrorEntry } from '../../../protocol/errors.ts'
import { general } from '../../../protocol/general-errors.ts'
import type { Statements } from '../../../store/database.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'
import type { ParkingOptions } from './options.ts'
import { isEnrolled } from './permission.ts'

type Missing = 'permission' | 'appid' | 'sub_appid'

const PAGE = {
  permission: errors.PAYEE_NOT_ALLOWED,
  appid: errors.APPID_NOT_BOUND,
  sub_appid: errors.SUB_APPID_NOT_BOUND,
} as const satisfies Record<Missing, ErrorEntry>

/**
 * What a charge is refused with for what its merchant has not set up. The page of the call has a text for each; official
 * answers to merchants name two other codes for the same causes, and an option asks for these.
 */
const REFUSALS: Record<ParkingOptions['chargeSetupCode'], Record<Missing, ErrorEntry>> = {
  INVALID_REQUEST: PAGE,
  PARAM_ERROR: { ...PAGE, appid: general.PARAM_ERROR, sub_appid: general.PARAM_ERROR },
  NO_AUTH: {
    permission: errors.CANNOT_COLLECT,
    appid: errors.CANNOT_COLLECT,
    sub_appid: errors.CANNOT_COLLECT,
  },
}

/** Whose money a charge is. The call documents one text for every sub-merchant that the provider cannot act for. */
export function payeeOfCharge(
  db: Statements,
  caller: Merchant,
  subMchid: string | undefined,
): Promise<ActingFor> {
  return actingFor(db, caller, subMchid, {
    unknown: errors.PAYEE_NOT_ALLOWED,
    notBound: errors.PAYEE_NOT_ALLOWED,
  })
}

/** The app ids are bound, caller and payee have the permission, and the payee may collect. */
export async function requireSetup(
  db: Statements,
  { chargeSetupCode }: Pick<ParkingOptions, 'chargeSetupCode'>,
  caller: Merchant,
  payee: Merchant,
  request: Pick<RequestOf<typeof contract.createTransaction>, 'appid' | 'sub_appid'>,
): Promise<void> {
  const refusals = REFUSALS[chargeSetupCode]
  const { appid, sub_appid } = request
  if (!(await isAppBound(db, appid, caller.mchid))) {
    throw unbound(refusals.appid, '/appid', appid, 'appid与商户号未绑定')
  }
  if (caller.kind === 'provider' && sub_appid !== undefined) {
    if (!(await isAppBound(db, sub_appid, payee.mchid)))
      throw unbound(refusals.sub_appid, '/sub_appid', sub_appid, 'sub_appid与子商户号未绑定')
  }
  if (!isEnrolled(caller, payee)) throw new ApiError(refusals.permission)
  if (payee.collection_restricted === 1) throw new ApiError(errors.CANNOT_COLLECT)
}

function unbound(refusal: ErrorEntry, pointer: string, value: string, issue: string): ApiError {
  if (refusal === general.PARAM_ERROR)
    return parameterError(contract.createTransaction, pointer, value, issue)
  return new ApiError(refusal)
}
