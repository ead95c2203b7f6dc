import { bankOf, feesOf, refundingOf } from '../../../ledger/accounts.ts'
import type { TransferKind } from '../../../ledger/ledger.ts'
import { orderOf } from '../../../orders/orders.ts'
import { billTime, escaped, yuan } from './bill-file.ts'

/** A transfer that was posted, as far as a bill reads it. */
export interface BilledTransfer {
  subject: string
  entry: string
  kind: TransferKind
  debit_account: string
  credit_account: string
  amount: number
  business_time: number
}

/** What one event has changed on the accounts of a bill: all transfers of a payment or of a refund are one flow. */
export interface Flow {
  time: number
  subject: string
  kind: TransferKind
  /** What its number is looked up by; empty for what is no refund. */
  out_refund_no: string
  /** Fen; below zero when money went out. */
  amount: number
  /** The part of the fee that came back with a refund, in fen. */
  returned_fee: number
}

/** The numbers that payments and refunds are known by. */
export interface FlowNumbers {
  transaction_id: string
  /** Empty for what is no refund. */
  refund_id: string
}

export const COLUMNS =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号'.split(
    ',',
  )
export const SUMMARY_COLUMNS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额'.split(',')

/** What the summary adds up; amounts are fen. */
export interface FlowTotals {
  incomes: number
  income: number
  expenses: number
  expense: number
}

/** The credited accounts under which all flows of `own` accounts are found: every debit of one credits another of the merchant. */
export function creditAccounts(own: readonly string[], mchid: string): string[] {
  return [...new Set([...own, feesOf(mchid), refundingOf(mchid), bankOf(mchid)])]
}

/** What a transfer changes on the accounts together, in fen; 0 for what stays among them. */
export function changeOf(
  { debit_account, credit_account, amount }: BilledTransfer,
  own: readonly string[],
): number {
  return (own.includes(credit_account) ? amount : 0) - (own.includes(debit_account) ? amount : 0)
}

/** The flows of transfers that have one subject and one time. */
export function flowsOf(transfers: readonly BilledTransfer[], own: readonly string[]): Flow[] {
  const flows = new Map<string, Flow>()
  for (const transfer of transfers) {
    const { subject, business_time: time, entry, amount } = transfer
    // Coupons are paid together with the charge.
    const kind = transfer.kind === 'coupon' ? 'charge' : transfer.kind
    const change = changeOf(transfer, own)
    if (change === 0 && kind !== 'fee_return') continue
    const out_refund_no = kind === 'refund' || kind === 'fee_return' ? (entry.split('/')[1] ?? '') : ''
    const event = out_refund_no || kind
    const flow = flows.get(event) ?? { time, subject, kind, out_refund_no, amount: 0, returned_fee: 0 }
    if (change !== 0) flow.kind = kind
    flow.amount += change
    if (kind === 'fee_return') flow.returned_fee += amount
    flows.set(event, flow)
  }
  return [...flows.values()].filter(({ amount }) => amount !== 0)
}

/** 业务名称 and 业务类型 of what moves money on a merchant's accounts. */
const NAMES: Partial<Record<TransferKind, readonly [business: string, type: string]>> = {
  charge: ['交易', '交易'],
  fee: ['交易', '扣除交易手续费'],
  refund: ['退款', '退款'],
  fee_return: ['退款', '退款'],
  top_up: ['充值', '充值'],
  withdrawal: ['提现', '提现'],
}

/** The row of a flow behind which the accounts had `balance` fen. */
export function flowRow(flow: Flow, numbers: FlowNumbers, balance: number): string[] {
  const { business, paper, applicant, remark, voucher } = papersOf(flow, numbers)
  return [
    billTime(flow.time),
    business,
    paper,
    ...(NAMES[flow.kind] ?? [flow.kind, flow.kind]),
    flow.amount > 0 ? '收入' : '支出',
    yuan(Math.abs(flow.amount)),
    yuan(balance),
    applicant,
    remark,
    escaped(voucher),
  ]
}

/** 业务单号, 流水单号, 申请人, 备注, 业务凭证号. */
interface Papers {
  business: string
  paper: string
  applicant: string
  remark: string
  voucher: string
}

/** Who has moved the money, and by what number. Top-ups and withdrawals have one number for everything. */
function papersOf(flow: Flow, { transaction_id, refund_id }: FlowNumbers): Papers {
  const order = orderOf(flow.subject)
  if (!order) {
    const [cause, mchid, ...rest] = flow.subject.split('/')
    const id = rest.join('/')
    const applicant = cause === 'settlement' ? 'system' : `${mchid}API`
    return { business: id, paper: id, applicant, remark: '', voucher: id }
  }
  if (flow.out_refund_no === '') {
    const { out_trade_no: voucher } = order
    return { business: transaction_id, paper: transaction_id, applicant: 'system', remark: '', voucher }
  }
  const { kind, amount, returned_fee, out_refund_no: voucher } = flow
  const remark = `退款总金额${yuan(returned_fee - amount)}元;含手续费${yuan(returned_fee)}元`
  return {
    ...{ business: refund_id, paper: transaction_id, applicant: `${order.mchid}API`, voucher },
    remark: kind === 'refund' ? remark : '',
  }
}

/** Adds a flow to the totals. */
export function addTo(totals: FlowTotals, { amount }: Flow): void {
  if (amount > 0) {
    totals.incomes += 1
    totals.income += amount
  } else {
    totals.expenses += 1
    totals.expense -= amount
  }
}

export function summaryRow({ incomes, income, expenses, expense }: FlowTotals): string[] {
  return [String(incomes + expenses), String(incomes), yuan(income), String(expenses), yuan(expense)]
}
