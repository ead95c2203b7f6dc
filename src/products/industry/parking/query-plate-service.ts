import { actingFor } from '../../../calls/acting-for.ts'
import { callErrors } from '../../../calls/errors.ts'
import type { Handler } from '../../../calls/handler.ts'
import { parameterError } from '../../../contract/validate.ts'
import { isAppBound } from '../../../merchants/merchants.ts'
import { findPayer } from '../../../payers/openids.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { formatTime } from '../../../protocol/time.ts'
import * as contract from './contract.ts'
import { errors } from './errors.ts'
import { parkingOptions } from './options.ts'
import { isEnrolled } from './permission.ts'
import { findPlateService } from './plate-service.ts'
import { requirePlate } from './request-rules.ts'

/**
 * Tells whether this user has opened the service for this plate. A plate that is not opened, or was opened by another
 * user, is no error: its state is OUT_SERVICE.
 */
export const queryPlateService: Handler<typeof contract.queryPlateService> = async (
  request,
  { caller, platform },
) => {
  const { db } = platform
  const { appid, openid, plate_number, plate_color } = request
  requirePlate(contract.queryPlateService, request, platform.options.of(parkingOptions))
  // This call documents one text for every sub-merchant that the provider cannot act for.
  const { payee } = await actingFor(db, caller, request.sub_mchid, {
    unknown: callErrors.SUB_MCHID_UNKNOWN,
    notBound: callErrors.SUB_MCHID_UNKNOWN,
  })
  if (!isEnrolled(caller, payee)) throw new ApiError(errors.NOT_ENROLLED)
  if (!(await isAppBound(db, appid, caller.mchid))) {
    throw parameterError(contract.queryPlateService, '/appid', appid, 'appid与商户号未绑定')
  }
  const payerId = await findPayer(db, appid, openid)
  if (!payerId) throw new ApiError(errors.OPENID_WRONG)

  const service = await findPlateService(db, plate_number, plate_color)
  if (service.payer_id !== payerId || service.service_open_time === undefined) {
    return { plate_number, plate_color, openid, service_state: 'OUT_SERVICE' }
  }
  const service_open_time = formatTime(service.service_open_time)
  return { plate_number, plate_color, service_open_time, openid, service_state: service.service_state }
}
