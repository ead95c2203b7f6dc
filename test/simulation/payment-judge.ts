import { isDeepStrictEqual } from 'node:util'
import type { LightMyRequestResponse } from 'fastify'
import type { Call } from './merchants.ts'
import { isPrepay } from './payment-desk.ts'
import type { Claim, KnownSale, PaymentFacts, PaymentHistory } from './payment-history.ts'

/** Why a prepay call can be refused. Who repeats a call that was accepted is only told that the order is paid or closed. */
const PREPAY_REFUSALS: Readonly<Record<string, 'paid' | 'closed' | 'changed' | 'otherwise' | 'restricted'>> =
  {
    商户订单号重复: 'paid',
    订单已关闭: 'closed',
    该订单已失效: 'closed',
    '请求重入时，参数与首次请求时不一致': 'changed',
    '201 商户订单号重复': 'otherwise',
    '此商家的收款功能已被限制，暂无法支付。商家可登录微信商户平台/微信支付商家助手小程序/经营账户页面查看原因和解决方案':
      'restricted',
  }

const CLOSE_REFUSALS: Readonly<Record<string, Claim['is']>> = { 该订单已支付: 'paid', 交易错误: 'tried' }

/** Holds a reply of a call of the basic payments against what was known when it was made; answers what cannot be. */
export function judgePayment(
  history: PaymentHistory,
  call: Call,
  reply: LightMyRequestResponse,
  key: string,
  before: KnownSale,
): string[] {
  const { statusCode, body } = reply
  if (statusCode >= 500) return [`${call.name} of ${key} is answered ${statusCode}: ${body}`]
  const found = isPrepay(call)
    ? judgePrepay(history, call, reply, key, before)
    : call.name === 'closePayment'
      ? judgeClose(history, reply, key, before)
      : judgeQuery(history, reply, key, before)
  return found.map(what => `${call.name} of ${key} ${what}`)
}

function judgePrepay(
  history: PaymentHistory,
  call: Call,
  reply: LightMyRequestResponse,
  key: string,
  { facts, accepted, isClosed }: KnownSale,
): string[] {
  const isSame = accepted !== undefined && isSameOrder(call, accepted)
  if (reply.statusCode === 200) {
    history.accepted.set(key, call)
    return [
      ...(accepted && !isSame ? ['was accepted for something else'] : []),
      ...(isClosed ? ['is accepted after its close was answered'] : []),
      ...(facts && facts.trade_state !== 'NOTPAY' ? [`is accepted after it was ${facts.trade_state}`] : []),
    ]
  }
  const why = PREPAY_REFUSALS[reply.json().message]
  if (!why) return [`is refused with ${reply.body}`]
  if (why === 'paid' || why === 'closed') history.claims.push({ key, is: why, by: call.name })
  else if (isSame) return [`was accepted, and now ${reply.body}`]
  return []
}

function judgeClose(
  history: PaymentHistory,
  reply: LightMyRequestResponse,
  key: string,
  { facts }: KnownSale,
): string[] {
  if (reply.statusCode === 204) {
    history.closed.add(key)
    history.claims.push({ key, is: 'closed', by: 'closePayment' })
    return facts?.transaction_id ? [`is answered after it was ${facts.trade_state}`] : []
  }
  const is = CLOSE_REFUSALS[reply.json().message]
  if (!is) return [`is refused with ${reply.body}`]
  history.claims.push({ key, is, by: 'closePayment' })
  return []
}

function judgeQuery(
  history: PaymentHistory,
  reply: LightMyRequestResponse,
  key: string,
  { facts, accepted, isClosed }: KnownSale,
): string[] {
  if (reply.statusCode === 200) {
    const is = reply.json<PaymentFacts>()
    const isOpen = isClosed && is.trade_state !== 'CLOSED'
    return [
      ...history.tell(key, is, facts),
      ...(isOpen ? [`says ${is.trade_state} after the close was answered`] : []),
    ]
  }
  const isUnknown = reply.statusCode === 404 && reply.json().code === 'ORDER_NOT_EXIST'
  if (!isUnknown) return [`is refused with ${reply.body}`]
  return facts || accepted ? ['finds nothing, and the order was accepted'] : []
}

/** An order is the same when the same call has the same parameters. */
function isSameOrder(one: Call, other: Call): boolean {
  return one === other || (one.name === other.name && isDeepStrictEqual(one.fields, other.fields))
}
