import { choice, integer } from '../options/kinds.ts'
import { optionGroup } from '../options/options.ts'

/** What all calls are held to. */
export const callOptions = optionGroup({
  title: { en: 'Calls', zh: '接口调用' },
  options: {
    publishedLimits: {
      kind: choice('state', ['on', 'off']),
      default: 'on',
      en: 'whether the limits of a second hold that are published for some calls',
      zh: '是否执行部分接口公布的每秒频率限制',
    },
    rateLimit: {
      kind: integer('calls', 1, 1_000_000_000),
      default: '1000',
      en: 'calls of one operation by one merchant in a second',
      zh: '单个商户每秒可调用同一接口的次数',
    },
    undefinedFields: {
      kind: choice('what', ['refuse', 'ignore']),
      default: 'refuse',
      en: 'what becomes of parameters that the documents do not define; bills and certificates ignore them always',
      zh: '如何处理文档未定义的参数；账单和证书接口总是忽略',
    },
  },
})
