import { duration } from '../options/kinds.ts'
import { optionGroup } from '../options/options.ts'

/** How money waits. */
export const fundingOptions = optionGroup({
  title: { en: 'Money', zh: '资金' },
  options: {
    advanceGrace: {
      kind: duration(),
      default: '0s',
      en: 'how long an advance may stay open before its payer is overdue',
      zh: '垫付后多久未还，付款人视为欠费',
    },
    profitSharingHold: {
      kind: duration(),
      default: '30d',
      en: 'how long money of charges with profit_sharing is held',
      zh: 'profit_sharing 订单的资金冻结多久',
    },
  },
})
