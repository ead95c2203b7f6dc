import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeKinds } from '../generated/notice-kinds.ts'
import { kindOf, type NoticeKind } from './notice-kind.ts'

const others = { needs: [], names: {}, values: {} }
const payment = { events: ['TRANSACTION.SUCCESS'], originalType: 'transaction', ...others }
/** Notices of other products, as their official pages have them. */
const COMBINE: NoticeKind = { ...payment, kind: 'combine.result', marks: { combine_out_trade_no: true } }
const SHARING: NoticeKind = { ...payment, kind: 'sharing.result', originalType: 'profitsharing', marks: {} }
const ALL = [...noticeKinds, COMBINE, SHARING]
const ONLY = noticeKinds.filter(({ kind }) => kind === 'parking.transactionResult')

function kindIn(kinds: readonly NoticeKind[], original_type: string, plaintext: object): string | undefined {
  return kindOf(kinds, { event_type: 'TRANSACTION.SUCCESS', original_type, plaintext: { ...plaintext } })
    ?.kind
}

test('of several notices with one event type each is known by its original type and its marks', () => {
  const order = { out_trade_no: 'T1', trade_state: 'SUCCESS' }
  for (const [kind, original_type, plaintext] of [
    ['parking.transactionResult', 'transaction', { ...order, trade_scene: 'PARKING' }],
    ['payments.paymentResult', 'transaction', { ...order, trade_state_desc: '支付成功' }],
    ['combine.result', 'transaction', { combine_out_trade_no: 'C1', sub_orders: [order] }],
    ['sharing.result', 'profitsharing', { order_id: '1', out_order_no: 'P1' }],
    // Nobody can tell which of them these are.
    [undefined, 'transaction', order],
    [undefined, 'transaction', { ...order, trade_scene: 'FUEL' }],
    [undefined, 'coupon', { coupon_id: '1' }],
  ] as const) {
    assert.equal(kindIn(ALL, original_type, plaintext), kind)
    assert.equal(kindIn([...ALL].reverse(), original_type, plaintext), kind, 'whatever their order')
  }
})

test('the only notice of an event type is taken without its marks, unless it says that it is another', () => {
  const order = { out_trade_no: 'T1', trade_state: 'SUCCESS' }
  assert.equal(kindIn(ONLY, 'transaction', order), 'parking.transactionResult')
  assert.equal(kindIn(ONLY, '', order), 'parking.transactionResult')
  assert.equal(kindIn(ONLY, 'profitsharing', { order_id: '1' }), undefined)
  assert.equal(kindIn(ONLY, 'transaction', { ...order, trade_scene: 'FUEL' }), undefined)
})
