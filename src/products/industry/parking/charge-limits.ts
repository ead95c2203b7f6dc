import type { ActingFor } from '../../../calls/acting-for.ts'
import type { RequestOf } from '../../../contract/operation.ts'
import type { Merchant } from '../../../merchants/merchants.ts'
import { lockPayer } from '../../../payers/payers.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { startOfDay } from '../../../protocol/time.ts'
import type { Transaction } from '../../../store/database.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'
import type { ParkingOptions } from './options.ts'
import { PRODUCT } from './orders.ts'
import { findPlateService } from './plate-service.ts'

type Limits = Pick<ParkingOptions, 'maxChargeAmount' | 'maxDailyAmount' | 'maxDailyCharges'>

/**
 * Holds a charge to the limits that the documents mention without their numbers: of one charge, of a day's amount, and in
 * merchant mode of a day's charges. A day is that of Beijing, and what has failed does not count.
 */
export async function requireWithinLimits(
  tx: Transaction,
  { maxChargeAmount, maxDailyAmount, maxDailyCharges }: Limits,
  { mchid, kind }: Merchant,
  { subMchid }: ActingFor,
  { amount: { total }, parking_info }: RequestOf<typeof contract.createTransaction>,
  now: number,
): Promise<void> {
  if (total > maxChargeAmount) throw new ApiError(errors.AMOUNT_ABOVE_LIMIT)
  const maxCharges = kind === 'provider' ? Infinity : maxDailyCharges
  if (maxDailyAmount === Infinity && maxCharges === Infinity) return

  const { payer_id } = await findPlateService(tx, parking_info.plate_number, parking_info.plate_color)
  if (!payer_id) return
  // Two charges of one payer count one after the other.
  await lockPayer(tx, payer_id)
  const day = await tx.get<{ charges: number; amount: number }>(
    `SELECT COUNT(*) AS charges, CAST(COALESCE(SUM(total), 0) AS BIGINT) AS amount FROM orders
      WHERE create_time >= $1 AND mchid = $2 AND sub_mchid = $3 AND payer_id = $4 AND product = $5
        AND trade_state <> 'PAY_FAIL'`,
    startOfDay(now),
    mchid,
    subMchid,
    payer_id,
    PRODUCT,
  )
  if ((day?.amount ?? 0) + total > maxDailyAmount) throw new ApiError(errors.AMOUNT_ABOVE_LIMIT)
  if ((day?.charges ?? 0) >= maxCharges) throw new ApiError(errors.TOO_MANY_CHARGES)
}
