import { choice } from '../options/kinds.ts'
import { optionGroup } from '../options/options.ts'

export const noticesOptions = optionGroup({
  title: { en: 'Notices', zh: '回调通知' },
  options: {
    /** Which addresses notices go to, unless the merchant has a profile of its own. */
    profile: {
      kind: choice('name', ['sandbox', 'production']),
      default: 'sandbox',
      en: 'production sends nothing to private addresses; calls whose pages ask for https take nothing else',
      zh: 'production 不向内网地址发送通知；文档要求 https 的接口只接受 https',
    },
  },
})
