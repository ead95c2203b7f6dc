import type { Handler } from '../../src/calls/handler.ts'
import type * as contract from './contract.ts'

export const findSales: Handler<typeof contract.findSales> = async (
  { limit, handed_over },
  { caller, platform },
) => {
  const sales = await platform.db.all<{ out_trade_no: string }>(
    `SELECT out_trade_no FROM kiosk_sales WHERE mchid = $1 AND handed_over = $2 ORDER BY out_trade_no LIMIT $3`,
    caller.mchid,
    handed_over ? 1 : 0,
    limit,
  )
  return { data: sales }
}
