import { amount, choice, duration, durations, integer, orOff } from '../../../options/kinds.ts'
import { optionGroup, type ValuesOf } from '../../../options/options.ts'
import { PLATE_SYNTAXES } from './plate.ts'

/** Limits of parking that the documents leave open. */
export const parkingOptions = optionGroup({
  title: { en: 'Score parking', zh: '微信支付分停车' },
  options: {
    deductionLadder: {
      kind: durations(),
      default: '0s,1m,10m,1h,6h,24h',
      en: 'waits before the deduction and after each failing attempt',
      zh: '首次扣款前及每次扣款失败后的等待时间',
    },
    plateSyntax: {
      kind: choice('name', PLATE_SYNTAXES),
      default: 'ANY',
      en: 'what is a plate: any letters and digits, or what GA 36 knows',
      zh: '车牌号规则：任意字母和数字，或符合 GA 36',
    },
    // Nobody has published a limit. This one is far away and keeps every sum of the books a safe integer.
    maxChargeAmount: {
      kind: amount(),
      default: '10000000000',
      en: 'highest amount of one charge',
      zh: '单笔扣费的最高金额',
    },
    maxDailyAmount: {
      kind: orOff(amount()),
      default: 'off',
      en: "highest amount of a payer's charges by one merchant in a day, or off",
      zh: '付款人每日在同一商户扣费的最高金额，off 为不限',
    },
    maxDailyCharges: {
      kind: orOff(integer('number', 1, 1_000_000)),
      default: 'off',
      en: 'charges that a direct merchant makes of a payer in a day, or off',
      zh: '直连商户每日对同一付款人的扣费次数，off 为不限',
    },
    parkingLifetime: {
      kind: orOff(duration()),
      default: 'off',
      en: 'how long an entry can be charged, or off',
      zh: '入场记录在多长时间内可以扣费，off 为不限',
    },
    chargeAfterExit: {
      kind: orOff(duration()),
      default: 'off',
      en: 'how long after the exit a charge is taken, or off',
      zh: '离场后多长时间内可以扣费，off 为不限',
    },
    chargeSetupCode: {
      kind: choice('code', ['INVALID_REQUEST', 'PARAM_ERROR', 'NO_AUTH']),
      default: 'INVALID_REQUEST',
      en: 'code of a charge whose app id is not bound; NO_AUTH also of one without the permission',
      zh: 'appid 未绑定时扣费的错误码；NO_AUTH 也用于没有权限的商户',
    },
  },
})

export type ParkingOptions = ValuesOf<typeof parkingOptions>
