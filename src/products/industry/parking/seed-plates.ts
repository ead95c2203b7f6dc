import type { CouponStock } from '../../../funding/coupon-stocks.ts'
import type { ScriptedCard } from '../../../funding/scripted-bank.ts'
import { parseTime } from '../../../protocol/time.ts'
import type { PlateColor } from './plate.ts'

/** A plate of the sandbox with its payer. Each payer has one plate. */
export interface SandboxPlate {
  plate_number: string
  plate_color: PlateColor
  behaviour: string
  /** The payer's openid under `wxcbda96de0b165486`; empty for a plate that nobody opened. */
  openid: string
  service_state: 'NORMAL' | 'PAUSE' | 'OUT_SERVICE'
  /** RFC 3339; empty for a plate that nobody opened. */
  service_open_time: string
  score: number
  /** Fen. */
  wallet: number
  arrears: number
  wallet_state: 'NORMAL' | 'FROZEN'
  /** How much the platform advances at most, in fen; 0 for a payer it advances nothing for. */
  advance_limit: number
  /** In the order in which they are tried, after the wallet. */
  cards: (ScriptedCard & { bank_type: string })[]
  /** How many coupons of {@link COUPON_STOCK} the payer has. */
  coupons: number
}

const yuan = (amount: number) => amount * 100

const plate = (plate_number: string, behaviour: string, more: Partial<SandboxPlate> = {}): SandboxPlate => ({
  plate_number,
  plate_color: 'BLUE',
  behaviour,
  openid: `oSandboxOwnerOf${plate_number.slice(1)}`.padEnd(28, '0'),
  service_state: 'NORMAL',
  service_open_time: '2026-01-01T08:00:00+08:00',
  score: 700,
  wallet: yuan(100_000),
  arrears: 0,
  wallet_state: 'NORMAL',
  advance_limit: yuan(500),
  cards: [],
  coupons: 0,
  ...more,
})

const card = (
  plateNumber: string,
  bank_type: string,
  behaviour: ScriptedCard['behaviour'],
): SandboxPlate['cards'][number] => ({
  card_id: `${bank_type}-${plateNumber.slice(1)}`,
  bank_type,
  available: yuan(100_000),
  behaviour,
})

/** One plate for each behaviour. docs/sandbox.md lists them and a test holds the two together. */
export const SANDBOX_PLATES: readonly SandboxPlate[] = [
  plate('粤B888888', "The documents' sample: opened and paused; an entry is BLOCKED, PAUSE", {
    openid: 'oUpF8uMuAJOM2pxb1Q',
    service_state: 'PAUSE',
    service_open_time: '2017-08-26T10:43:39+08:00',
  }),
  plate('粤B10001', 'Normal: a charge ends in SUCCESS'),
  plate('粤BD10001', 'Normal, new energy: a charge ends in SUCCESS', { plate_color: 'GREEN' }),
  plate(
    '粤B10002',
    'Never opened: OUT_SERVICE; an entry is BLOCKED, OUT_SERVICE; a charge is 404 NOT_FOUND',
    {
      openid: '',
      service_state: 'OUT_SERVICE',
      service_open_time: '',
      wallet: 0,
    },
  ),
  plate('粤B10003', 'Paused: an entry is BLOCKED, PAUSE; a charge is 400 INVALID_REQUEST', {
    service_state: 'PAUSE',
  }),
  plate('粤B10004', 'In arrears: an entry is BLOCKED, OVERDUE; a charge is 403 NOT_ENOUGH', {
    arrears: yuan(10),
  }),
  plate(
    '粤B10005',
    'Refused by score: an entry is BLOCKED, EVALUATION_FAILED; a charge is 400 INVALID_REQUEST',
    {
      score: 400,
    },
  ),
  plate(
    '粤B10006',
    'No funds and no advance: a charge is ACCEPTED, tried again by the deduction schedule, then PAY_FAIL',
    { wallet: 0, advance_limit: 0 },
  ),
  plate('粤B10007', 'Account frozen: an entry is NORMAL; a charge is 400 INVALID_REQUEST', {
    wallet_state: 'FROZEN',
  }),
  plate('粤B10008', 'Wallet empty, the card pays: a charge ends in SUCCESS, bank_type CMB_DEBIT', {
    wallet: 0,
    cards: [card('粤B10008', 'CMB_DEBIT', 'APPROVE')],
  }),
  plate(
    '粤B10009',
    'Nothing pays, the platform advances: a charge ends in SUCCESS, bank_type BPA, user_repaid N; the next entry is BLOCKED, OVERDUE',
    { wallet: 0, cards: [card('粤B10009', 'ICBC_DEBIT', 'NO_FUNDS')] },
  ),
  plate(
    '粤B10010',
    'Wallet empty, the bank answers late: a charge is ACCEPTED for 15 seconds, then SUCCESS, bank_type CCB_DEBIT',
    { wallet: 0, cards: [card('粤B10010', 'CCB_DEBIT', 'UNKNOWN_THEN_APPROVED')] },
  ),
  plate(
    '粤B10011',
    'Twenty coupons of 1 yuan for goods_tag WXG and at least 200 fen: a charge ends in SUCCESS, with promotion_detail',
    { coupons: 20 },
  ),
]

/** The stock of the coupons above: the documents' sample, but with contributions that add up. */
export const COUPON_STOCK: CouponStock = {
  stock_id: '931386',
  name: '单品惠-6',
  scope: 'SINGLE',
  type: 'CASH',
  amount: yuan(1),
  wechatpay_contribute: 50,
  merchant_contribute: 30,
  other_contribute: 20,
  transaction_minimum: yuan(2),
  goods_tag: 'WXG',
  available_begin_time: openTimeMs('2017-01-01T00:00:00+08:00'),
  available_end_time: openTimeMs('2100-01-01T00:00:00+08:00'),
  max_coupons: 1_000,
  max_coupons_per_payer: 1_000,
  available_merchants: [],
}

/** How many plates stand ready for load tests: 粤B20000 to 粤B20199, all normal. */
export const FLEET_SIZE = 200

/** The plates for load tests: each has a payer and money of its own. */
export function fleetPlates(): SandboxPlate[] {
  return Array.from({ length: FLEET_SIZE }, (_, index) =>
    plate(`粤B${20_000 + index}`, 'Normal, for load tests', { wallet: yuan(1_000_000) }),
  )
}

/** Milliseconds; the sandbox's opening times are constants, so a wrong one is a fault of ours. */
export function openTimeMs(text: string): number {
  const time = parseTime(text)
  if (time === undefined) throw new Error(`${text} is no time`)
  return time
}
