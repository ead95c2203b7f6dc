import { duration } from '../../../options/kinds.ts'
import { optionGroup } from '../../../options/options.ts'

/** How refunds wait. */
export const refundOptions = optionGroup({
  title: { en: 'Refunds', zh: '退款' },
  options: {
    walletRefundDelay: {
      kind: duration(),
      default: '5m',
      en: 'how long a refund takes into a wallet',
      zh: '退款到零钱需要多久',
    },
    cardRefundDelay: {
      kind: duration(),
      default: '1d',
      en: 'how long it takes until a bank is asked to put a refund on a card',
      zh: '多久之后请求银行将退款退回银行卡',
    },
    refundInterval: {
      kind: duration(),
      default: '1m',
      en: 'how far apart refunds of one order must be',
      zh: '同一订单两次退款的最短间隔',
    },
  },
})
