import type { Handler } from '../../src/calls/handler.ts'
import { ApiError } from '../../src/protocol/errors.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'

export const handOver: Handler<typeof contract.handOver> = async ({ out_trade_no }, { caller, platform }) => {
  const changed = await platform.db.run(
    'UPDATE kiosk_sales SET handed_over = 1 WHERE mchid = $1 AND out_trade_no = $2',
    caller.mchid,
    out_trade_no,
  )
  if (changed === 0) throw new ApiError(errors.KIOSK_SALE_UNKNOWN)
  return undefined
}
