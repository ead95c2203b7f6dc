import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { testServer } from '../../src/store/testing.ts'
import { type Outcome, simulate } from './simulation.ts'

// One seed draws merchants, payers, banks, a bad network, crashes, jumps of time and restarts. After each step everything
// in invariants.ts holds. `npm run sim -- --seed N --steps M` lives through one seed again.

const isPostgres = testServer !== undefined
/** On SQLite 10,000 steps over 20 seeds. On PostgreSQL two platforms share each store. */
const { seeds, steps, nodes } = isPostgres
  ? { seeds: 3, steps: 200, nodes: 2 }
  : { seeds: 20, steps: 500, nodes: 1 }
const engine = isPostgres ? 'postgres' : 'sqlite'

const met = new Map<string, number>()

function assertHeld(seed: number, { steps: lived, violations, last }: Outcome): void {
  const broken = violations.map(({ invariant, what }) => `${invariant}: ${what}`)
  const again = `npm run sim -- --seed ${seed} --steps ${steps} --engine ${engine}`
  assert.equal(
    broken.length,
    0,
    `After step ${lived}: ${broken.join('\n')}\n\n${last.join('\n')}\n\n${again}`,
  )
}

async function live(seed: number): Promise<Outcome> {
  const outcome = await simulate({ seed, steps, nodes })
  assertHeld(seed, outcome)
  for (const [what, count] of outcome.counts) met.set(what, (met.get(what) ?? 0) + count)
  return outcome
}

for (let seed = 1; seed <= seeds; seed += 1) {
  test(`seed ${seed}: every invariant holds after each of ${steps} steps`, async () => {
    await live(seed)
  })
}

const randomSeed = randomInt(2 ** 31)
test(`seed ${randomSeed}, drawn for this run: every invariant holds after each of ${steps} steps`, async t => {
  t.diagnostic(`npm run sim -- --seed ${randomSeed} --steps ${steps} --engine ${engine}`)
  await live(randomSeed)
})

const injectedBy = (kind: string) => `injected by ${kind}`
const byPayer = (outcome: string) => `payer ${outcome}`
/** What every run meets often, however short it is. */
const OFTEN = [
  ...['TRANSACTION.SUCCESS', 'VEHICLE.ENTRANCE_STATE_CHANGE', 'REFUND.SUCCESS', 'crash', 'restart'],
  ...['request lost', 'request late', 'request twice', 'notice lost', 'host down', 'asked elsewhere'],
  ...['refund by ORIGINAL', 'refund from UNSETTLED', 'refund from AVAILABLE'],
  ...['trade bill', 'BASIC bill', 'empty bill', 'bill again'],
  ...['nativePrepay', 'jsapiPrepay', 'closePayment', 'queryPayment', 'payer PAID', 'payer 该订单已支付'],
]
/** What 20 long seeds meet as well. */
const SELDOM = [
  ...['TRANSACTION.FAIL', 'TRANSACTION.PAY_BACK', 'PAY_FAIL', 'order with 1 coupons'],
  ...['paid by OTHERS', 'paid by CMB_DEBIT', 'paid by BPA', 'merchants gone'],
  ...['notice late', 'notice doubled', 'notice timed_out', 'notice answered_500'],
  ...['REFUND.ABNORMAL', 'REFUND.CLOSED', 'refund with coupons'],
  ...['refund by BALANCE', 'refund by OTHER_BANKCARD'],
  ...['refund from UNAVAILABLE', 'refund from BASIC', 'refund from OPERATION'],
  ...['refund: 订单已全额退款', 'refund: 申请退款金额超过订单可退金额'],
  ...['refund: 同一笔订单的多次退款请间隔1分钟', 'refund: 基本账户余额不足，请充值后重新发起'],
  ...['OPERATION bill', 'FEES bill', 'late reply 200'],
  ...['REPLY_LOST', 'ERROR_BEFORE_COMMIT', 'ERROR_AFTER_COMMIT', 'NOTICE_PROBE', 'NOTICE_DOUBLED'].map(
    injectedBy,
  ),
  ...['NOTICE_LOST', 'NOTICE_DELAYED', 'NOTICE_REORDERED'].map(injectedBy),
  ...['LATENCY', 'HOST_DOWN', 'REPLY_WRONG_SIGNATURE', 'REPLY_PROBE'].map(injectedBy),
  ...['charge: out_trade_no冲突', 'charge: 停车入场ID不存在', 'charge: 用户欠款过多，暂停交易'],
  ...['charge: 用户状态异常', 'charged again'],
  ...['appPrepay', 'h5Prepay', 'miniProgramPrepay', 'queryPaymentById', 'queryPayment: 订单不存在'],
  ...['nativePrepay: 201 商户订单号重复', 'nativePrepay: 商户订单号重复', 'nativePrepay: 订单已关闭'],
  ...['jsapiPrepay: 请求重入时，参数与首次请求时不一致', 'jsapiPrepay: 该订单已失效'],
  ...['closePayment: 该订单已支付', 'closePayment: 交易错误', 'payment with coupons'],
  ...['payment NOTPAY', 'payment CLOSED', 'payment SUCCESS', 'payment REFUND'],
  ...['JSAPI', 'APP', 'MWEB', 'NATIVE'].flatMap(type =>
    ['OTHERS', 'CMB_DEBIT'].map(source => `payment by ${type} from ${source}`),
  ),
  ...['PROCESSING', 'CANCELLED', '余额不足', '该订单已失效', '二维码已过期，请重新生成'].map(byPayer),
  ...['支付请求已失效，请重新发起支付', '商家订单信息有误，请重新下单支付', '签名验证失败'].map(byPayer),
  ...['下单账号与支付账号不一致，请核实后再支付', '支付验证签名失败', '订单正在支付中，请稍后再试'].map(
    byPayer,
  ),
  ...['账户状态异常，暂无法支付', '订单已超过商户设置的最晚支付成功时间，请重新发起支付'].map(byPayer),
]

test('what must happen somewhere has happened, or the simulation looks away', () => {
  const toBeMet = isPostgres ? OFTEN : [...OFTEN, ...SELDOM]
  assert.deepEqual(
    toBeMet.filter(what => !met.has(what)),
    [],
  )
})
