import { BillCorrupted } from './bill-corrupted.ts'
import type { Layout } from './bill-reader.ts'

/** A row of a fund flow bill (资金账单): money that came to an account or left it. Amounts are fen. */
export interface FundFlowRow {
  /** 记账时间, RFC 3339. */
  time: string | undefined
  /** 微信支付业务单号: a `transaction_id`, a `refund_id` or the like. */
  business_id: string
  /** 资金流水单号 */
  flow_id: string
  /** 业务名称, such as 交易, 退款. */
  business_name: string
  /** 业务类型, such as 交易, 扣除交易手续费, 退款, 充值, 提现. */
  business_type: string
  /** 收支类型: 收入 is `IN`, 支出 is `OUT`. */
  direction: 'IN' | 'OUT'
  /** 收支金额; never below zero. */
  amount: number
  /** 账户结余: what the account held after this row. */
  balance: number
  /** 资金变更提交申请人 */
  applicant: string
  /** 备注 */
  remark: string
  /** 业务凭证号: the merchant's own number. */
  voucher_no: string
}

/** The sums of a fund flow bill, in fen. */
export interface FundFlowSummary {
  /** 资金流水总笔数 */
  count: number
  /** 收入笔数 */
  in_count: number
  /** 收入金额 */
  in: number
  /** 支出笔数 */
  out_count: number
  /** 支出金额 */
  out: number
}

const DIRECTIONS: ReadonlyMap<string, FundFlowRow['direction']> = new Map([
  ['收入', 'IN'],
  ['支出', 'OUT'],
])

/** Bills of the basic account, the operation account and the account of fees. */
export const fundFlowBill: Layout<FundFlowRow, FundFlowSummary> = {
  row(cells) {
    const direction = DIRECTIONS.get(cells.text('收支类型'))
    if (!direction) throw new BillCorrupted(`收支类型 is ${cells.text('收支类型')}`)
    return {
      time: cells.time('记账时间'),
      business_id: cells.text('微信支付业务单号'),
      flow_id: cells.text('资金流水单号'),
      business_name: cells.text('业务名称'),
      business_type: cells.text('业务类型'),
      direction,
      amount: cells.fen('收支金额(元)'),
      balance: cells.fen('账户结余(元)'),
      applicant: cells.text('资金变更提交申请人'),
      remark: cells.merchantText('备注'),
      voucher_no: cells.merchantText('业务凭证号'),
    }
  },
  summary: cells => ({
    count: cells.count('资金流水总笔数'),
    in_count: cells.count('收入笔数'),
    in: cells.fen('收入金额'),
    out_count: cells.count('支出笔数'),
    out: cells.fen('支出金额'),
  }),
  nothing: () => ({ count: 0, in_count: 0, in: 0, out_count: 0, out: 0 }),
  add(sums, { direction, amount }) {
    sums.count += 1
    if (direction === 'IN') {
      sums.in_count += 1
      sums.in += amount
    } else {
      sums.out_count += 1
      sums.out += amount
    }
  },
}
