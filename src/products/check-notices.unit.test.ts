import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneOf, text } from '../contract/fields.ts'
import { type NoticeDeclaration, notice } from '../contract/notice.ts'
import * as Type from '../contract/schema.ts'
import { products } from './index.ts'
import { transactionResult } from './industry/parking/contract.ts'
import { checkProducts, noticesOf, type Product } from './product.ts'

/** A payment of another product, as far as it matters here. */
const payment = notice({
  id: 'tickets.paymentResult',
  originalType: 'transaction',
  events: { 'TRANSACTION.SUCCESS': '支付成功' },
  marks: { trade_type: 'TICKET' },
  title: { zh: '支付成功通知', en: 'Payment' },
  pages: {},
  resource: Type.Object({
    out_trade_no: text('商户订单号', 32),
    trade_type: oneOf('交易类型', ['TICKET', 'PASS']),
    attach: Type.Optional(text('附加数据', 128)),
  }),
  sdk: {
    types: { notice: 'TicketNotice', resource: 'NoticedTicket' },
    descriptions: { notice: 'An order was paid.', resource: 'The order.' },
    needs: ['out_trade_no'],
  },
})

function withNotices(...notices: NoticeDeclaration[]): Product[] {
  return [...products, { name: 'tickets', folder: new URL('.', import.meta.url), endpoints: [], notices }]
}

function refused(sentence: RegExp, ...notices: NoticeDeclaration[]): void {
  assert.throws(() => checkProducts(withNotices(...notices)), { name: 'Error', message: sentence })
}

const named = (id: `tickets.${string}`, changes: Partial<NoticeDeclaration> = {}): NoticeDeclaration => ({
  ...payment,
  id,
  sdk: { ...payment.sdk, types: { notice: `${id}Notice`, resource: `${id}Resource` } },
  ...changes,
})

test('several products may send the same event type when each of their notices can be known', () => {
  checkProducts(withNotices(payment))
  assert.deepEqual(noticesOf(withNotices(payment)).slice(-1), [payment])
  const sharing = named('tickets.sharing', { originalType: 'profitsharing', marks: {} })
  checkProducts(withNotices(sharing))
  assert.equal(noticesOf(withNotices(sharing)).length, noticesOf(products).length + 1)
})

test('a product that sends an event type by two notices is refused, with the advice to declare it once', () => {
  refused(
    /tickets.paymentResult and tickets.again both declare TRANSACTION.SUCCESS.*in one of them/,
    payment,
    named('tickets.again'),
  )
})

test('a notice that could be taken for one of another product is refused with what marks it', () => {
  refused(
    /tickets.unmarked sends TRANSACTION.SUCCESS.*payments.paymentResult.*marks/,
    named('tickets.unmarked', { marks: {} }),
  )
  // A receiver could take parking's for it, which has such a field too.
  refused(/tickets.shared sends.*does not have/, named('tickets.shared', { marks: { out_trade_no: true } }))
  // And parking's has to be known too.
  const scene = Type.Object({
    ...payment.resource.properties,
    trade_scene: oneOf('交易场景', ['PARKING', 'FUEL']),
  })
  refused(/parking.transactionResult sends TRANSACTION.SUCCESS/, named('tickets.scene', { resource: scene }))
})

test('a mark must be there in every such notice, and so must what the SDK needs', () => {
  refused(
    /marked by attach: .*required field that can be anything/,
    named('tickets.one', { marks: { attach: true } }),
  )
  refused(/marked by trade_type: .*can be APP/, named('tickets.one', { marks: { trade_type: 'APP' } }))
  const { sdk } = named('tickets.one')
  refused(/The SDK needs attach/, named('tickets.one', { sdk: { ...sdk, needs: ['attach'] } }))
})

test('an id is of the product that lists it, and is there once, as are the names of its types', () => {
  refused(
    /tickets lists the notice parking.transactionResult: begin its id with tickets\./,
    transactionResult,
  )
  const other = { events: { 'OTHER.EVENT': '其他' } }
  refused(/Two notices are called tickets.paymentResult/, payment, named('tickets.paymentResult', other))
  refused(/name the type of their notice TicketNotice/, payment, {
    ...named('tickets.other', other),
    sdk: payment.sdk,
  })
  refused(/tickets.other declares no events/, named('tickets.other', { events: {} }))
})
