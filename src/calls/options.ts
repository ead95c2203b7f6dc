import { integer } from '../options/kinds.ts'
import { optionGroup } from '../options/options.ts'

/** What is kept of calls for people to look at. */
export const recentCallsOptions = optionGroup({
  title: { en: 'Recent calls', zh: '最近的调用' },
  options: {
    recentCalls: {
      kind: integer('number', 0, 1_000_000),
      default: '10000',
      en: 'calls that are kept with request and reply, the newest ones of all nodes; 0 keeps none',
      zh: '保留的调用数（含请求和应答），为所有节点中最新的；0 表示不保留',
    },
    recentCallBytes: {
      kind: integer('bytes', 0, 1_048_576),
      default: '8192',
      en: 'bytes that are kept of each of their bodies',
      zh: '每个请求体和应答体保留的字节数',
    },
  },
})
