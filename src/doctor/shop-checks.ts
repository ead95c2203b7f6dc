import type { Check } from './check.ts'
import {
  doubledSaleIsGivenOnce,
  lostNoticeIsQueried,
  lostOrderKeepsNumber,
  oldOrderIsClosedFirst,
  paidOrderIsKept,
  saleIsBooked,
  saleIsOrdered,
  unsignedSaleIsNotGiven,
  wrongAmountIsNotGiven,
} from './checks/shop.ts'
import type { ShopRun } from './shop-run.ts'

/** All checks of a shop, in the order in which they are made. */
export const SHOP_CHECKS: readonly Check<ShopRun>[] = [
  {
    id: 'shop-sale',
    title: { en: 'A customer can pay', zh: '下单并展示二维码' },
    does: 'A customer wants to pay by a code, scans it and pays.',
    passes: 'The platform has the order under `out_trade_no`, with the amount; `code_url` is its code.',
    remedy:
      "Look at the platform's answers to your calls: the finding names the latest ones. `boomgate explain` says why a signature was refused.",
    perform: saleIsOrdered,
  },
  {
    id: 'shop-booked',
    title: { en: 'What is paid is given', zh: '支付成功后发货' },
    does: 'A customer pays, and the payment is reported.',
    passes: 'The notice is answered with 200 or 204, and the books have the order as `PAID`, given once.',
    remedy:
      'Answer 204 once the notice is stored. Verify over the raw bytes of the body, before any JSON parser; `client.webhooks` of the SDK does, and says why it refuses.',
    needs: 'shop-sale',
    perform: saleIsBooked,
  },
  {
    id: 'shop-wrong-signature',
    title: { en: 'Nothing is given for a wrong signature', zh: '签名错误的通知不发货' },
    does: 'A payment is first reported by a notice whose signature is of other bytes (fault `NOTICE_WRONG_SIGNATURE`).',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked or given.',
    remedy:
      'Verify `Wechatpay-Signature` over `timestamp\\nnonce\\nbody\\n` before you read the body, and answer 401 when it does not fit.',
    needs: 'shop-booked',
    perform: unsignedSaleIsNotGiven,
  },
  {
    id: 'shop-wrong-amount',
    title: { en: 'Nothing is given for another amount', zh: '金额不符的通知不发货' },
    does: 'An order that is not paid is reported as paid, with an amount of 1 fen.',
    passes: 'Nothing is booked or given.',
    remedy:
      'Compare `amount.total` with your own order before you book and give, and raise an alarm when it differs.',
    needs: 'shop-booked',
    perform: wrongAmountIsNotGiven,
  },
  {
    id: 'shop-no-notice',
    title: { en: 'Without a notice the order is queried', zh: '未收到通知时主动查单' },
    does: 'A customer waits without having paid; then pays, the notice never comes (fault `NOTICE_LOST`), and the customer waits again.',
    passes: '`POST /wait` says `UNPAID`, then `PAID`; the order is booked and given once.',
    remedy:
      'Call `queryOrderByOutTradeNo` when a customer waits, and from time to time for every order that is open: `trade_state` `SUCCESS` is as good as a notice, what the page says is not.',
    needs: 'shop-booked',
    perform: lostNoticeIsQueried,
  },
  {
    id: 'shop-closed-first',
    title: { en: 'The old order is closed before a new number', zh: '换单前先关单' },
    does: 'The customer of an unpaid order wants something else, and then pays by the code of the first one.',
    passes: 'There is an order of another number, and the first one cannot be paid.',
    remedy: 'Call `closeOrder` and wait for its 204 before you order under a new number.',
    needs: 'shop-booked',
    perform: oldOrderIsClosedFirst,
  },
  {
    id: 'shop-paid-meanwhile',
    title: { en: 'An order that is paid is not sold again', zh: '关单时订单已支付' },
    does: 'A customer pays, the notice never comes (fault `NOTICE_LOST`), and the customer wants something else.',
    passes:
      '`POST /sell-again` answers the same number without `code_url`; the order is booked and given once.',
    remedy:
      'When `closeOrder` is refused, query the order: if it is `SUCCESS`, book it and sell nothing new before the customer has decided.',
    needs: 'shop-booked',
    perform: paidOrderIsKept,
  },
  {
    id: 'shop-doubled',
    title: { en: 'What is reported twice is given once', zh: '重复通知只发货一次' },
    does: 'A payment is reported twice at the same moment (fault `NOTICE_DOUBLED`), a third time, and under another notice id.',
    passes:
      'One of the first two and all others are answered with 200 or 204; the books have one payment, given once.',
    remedy:
      'Book by `out_trade_no` under a lock or a unique index, give what you have booked, and acknowledge what you have already.',
    needs: 'shop-booked',
    perform: doubledSaleIsGivenOnce,
  },
  {
    id: 'shop-reply-lost',
    title: { en: 'An order whose reply is lost keeps its number', zh: '下单应答丢失' },
    does: 'An order is made, and its reply is lost with its connection (fault `REPLY_LOST`).',
    passes: 'All orders have one `out_trade_no`, and its code can be paid.',
    remedy:
      'Send the same request with the same `out_trade_no` again: the same parameters give the same order and a fresh code.',
    needs: 'shop-sale',
    perform: lostOrderKeepsNumber,
  },
]
