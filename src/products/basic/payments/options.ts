import { choice } from '../../../options/kinds.ts'
import { optionGroup } from '../../../options/options.ts'

export const paymentsOptions = optionGroup({
  title: { en: 'Basic payments', zh: '基础支付' },
  options: {
    cashier: {
      kind: choice('state', ['on', 'off']),
      default: 'on',
      en: 'whether browsers can pay: the page at h5_url, and the script for JSAPI pages; anybody who has the link of an order can then pay it as any payer',
      zh: '浏览器能否付款：h5_url 的页面，以及供 JSAPI 页面使用的脚本；开启后，拿到订单链接的人可以用任一付款人付款',
    },
  },
})
