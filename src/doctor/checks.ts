import type { Check } from './check.ts'
import {
  closedAfterRefusal,
  closedForStrangeCar,
  closedWhenDown,
  closedWhenLimited,
  forgedReplyIsNotBelieved,
  probedReplyIsNotBelieved,
} from './checks/gate.ts'
import { rotationIsSurvived, switchIsSurvived } from './checks/keys.ts'
import {
  doubledNoticeIsBookedOnce,
  doubledRefundNoticeIsBookedOnce,
  lateEntranceStateChangesNothing,
  latePaymentChangesNothing,
  unknownEventIsSurvived,
  unknownOrderIsNotBooked,
  wrongAmountIsNotBooked,
} from './checks/notices.ts'
import {
  backupHostIsUsed,
  lostReplyIsRepeated,
  numberIsKept,
  unknownOutcomeIsQueried,
} from './checks/outcome.ts'
import { failedRefundKeepsNumber, lostRefundReplyRefundsOnce } from './checks/refunds.ts'
import {
  alteredBodyIsRefused,
  oldNoticeIsRefused,
  probeIsRefused,
  resentNoticeIsTaken,
  unsignedNoticeIsRefused,
  wrongSignatureIsRefused,
} from './checks/signatures.ts'
import { answersInTime, gateOpens, paymentIsBooked } from './checks/stay.ts'
import type { GateRun } from './gate-run.ts'

/** All checks of a car park, in the order in which they are made. */
export const CHECKS: readonly Check<GateRun>[] = [
  {
    id: 'stay',
    title: { en: 'A car that can be charged leaves', zh: '停车扣费受理后抬杆' },
    does: 'A car drives in, leaves, and is charged.',
    passes:
      'The gate opens; the platform has the order under `out_trade_no`, with the amount that was asked for.',
    remedy:
      "Look at the platform's answers to your calls: the finding names the latest ones. `boomgate explain` says why a signature was refused. Answer `OPEN` when the reply to `createTransaction` is `ACCEPTED`.",
    perform: gateOpens,
  },
  {
    id: 'answer-time',
    title: { en: 'Notices are answered within 5 s', zh: '5 秒内应答通知' },
    does: 'A payment is reported.',
    passes: 'It is answered within 5 s, whatever the answer.',
    remedy:
      'Store the notice and answer; do everything else afterwards. The platform counts a late answer as none and sends the notice again.',
    needs: 'stay',
    perform: answersInTime,
  },
  {
    id: 'booked',
    title: { en: 'A payment that is reported is booked', zh: '支付成功通知入账' },
    does: 'A payment is reported.',
    passes:
      'The notice is answered with 200 or 204, and the books have the order as `PAID`, with the amount, once.',
    remedy:
      'Answer 204 once the notice is stored. Verify over the raw bytes of the body, before any JSON parser; `client.webhooks` of the SDK does, and says why it refuses.',
    needs: 'answer-time',
    perform: paymentIsBooked,
  },
  {
    id: 'wrong-signature',
    title: { en: 'A wrong signature is refused', zh: '签名错误的通知' },
    does: 'A payment is first reported by a notice whose signature is of other bytes (fault `NOTICE_WRONG_SIGNATURE`).',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked.',
    remedy:
      'Verify `Wechatpay-Signature` over `timestamp\\nnonce\\nbody\\n` before you read the body, and answer 401 when it does not fit.',
    needs: 'booked',
    perform: wrongSignatureIsRefused,
  },
  {
    id: 'altered-body',
    title: { en: 'An altered body is refused', zh: '报文被篡改的通知' },
    does: 'The doctor sends a genuine notice with its own headers and a changed body.',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked.',
    remedy:
      'The signature covers the bytes of the body: verify it over what came, not over headers only or JSON that was written again.',
    needs: 'booked',
    perform: alteredBodyIsRefused,
  },
  {
    id: 'unsigned',
    title: { en: 'A notice without a signature is refused', zh: '没有签名的通知' },
    does: 'The doctor sends a genuine notice without its `Wechatpay-*` headers.',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked.',
    remedy:
      'A notice that lacks one of the five headers is refused before anything else. Anybody who knows your URL can send one.',
    needs: 'booked',
    perform: unsignedNoticeIsRefused,
  },
  {
    id: 'old-notice',
    title: { en: 'A recorded notice is refused', zh: '过期的通知 (重放)' },
    does: 'A payment is first reported by a notice that was signed ten minutes ago (fault `NOTICE_OLD`).',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked.',
    remedy:
      'Refuse a `Wechatpay-Timestamp` that is more than five minutes from your clock: somebody may have recorded the notice.',
    needs: 'booked',
    perform: oldNoticeIsRefused,
  },
  {
    id: 'probe',
    title: { en: 'A probe is refused', zh: '签名探测流量' },
    does: 'A payment is first reported by a probe, whose signature begins with `WECHATPAY/SIGNTEST/` (fault `NOTICE_PROBE`).',
    passes: 'It is answered with 4xx or 5xx, and nothing is booked.',
    remedy:
      'A probe is a wrong signature like any other. Its value need not be Base64, so a decoder that throws must end in a refusal too.',
    needs: 'booked',
    perform: probeIsRefused,
  },
  {
    id: 're-send',
    title: { en: 'The notice after a probe is taken', zh: '探测后的重发通知' },
    does: 'The notice that follows a probe, with the same id and a right signature, is sent.',
    passes: 'It is answered with 200 or 204, and the payment is booked.',
    remedy:
      'Remember a notice as handled after it was verified and booked, not when it comes in: else the genuine one is taken for a repetition.',
    needs: 'booked',
    perform: resentNoticeIsTaken,
  },
  {
    id: 'doubled',
    title: { en: 'A payment that is reported twice is booked once', zh: '重复的支付通知' },
    does: 'A payment is reported twice at the same moment (fault `NOTICE_DOUBLED`), a third time, and under another notice id.',
    passes:
      'One of the first two and all others are answered with 200 or 204; the books have the payment once.',
    remedy:
      'Book by `out_trade_no` and `event_type`, under a lock or a unique index, and acknowledge what you have already.',
    needs: 'booked',
    perform: doubledNoticeIsBookedOnce,
  },
  {
    id: 'late-payment',
    title: { en: 'A payment that is reported late changes nothing', zh: '迟到的支付通知' },
    does: 'A payment is reported once more after its refund has been.',
    passes: 'It is acknowledged, and the order stays as it was.',
    remedy:
      'Move an order by its state, as in `UNPAID` → `PAID` → `REFUNDED`, and never back: notices overtake each other.',
    needs: 'booked',
    perform: latePaymentChangesNothing,
  },
  {
    id: 'late-entrance-state',
    title: { en: 'An entrance state that is reported late changes nothing', zh: '迟到的入场状态通知' },
    does: "A parked car's plate is paused and resumed; the notice `BLOCKED` comes once more after the notice `NORMAL`.",
    passes: 'All are acknowledged, and the gate opens.',
    remedy:
      'Keep `state_update_time` with the state of a stay, and ignore a notice that is older than what you have.',
    needs: 'booked',
    perform: lateEntranceStateChangesNothing,
  },
  {
    id: 'wrong-amount',
    title: { en: 'A payment of another amount is not booked', zh: '金额不符的通知' },
    does: 'An order that is not paid yet is reported as paid, with an amount of 1 fen.',
    passes: 'Nothing is booked.',
    remedy: 'Compare `amount.total` with your own order before you book, and raise an alarm when it differs.',
    needs: 'booked',
    perform: wrongAmountIsNotBooked,
  },
  {
    id: 'unknown-order',
    title: { en: 'A payment of an unknown order is not booked', zh: '未知订单的通知' },
    does: 'A payment is reported whose `out_trade_no` the merchant has never made.',
    passes: 'The books have no such order, or have it without a payment.',
    remedy: 'Look the order up in your own books. What they do not have is an alarm, and no new order.',
    needs: 'booked',
    perform: unknownOrderIsNotBooked,
  },
  {
    id: 'unknown-event',
    title: { en: 'An unknown event type is survived', zh: '未知事件类型' },
    does: 'A genuine notice of the type `TRANSACTION.GO_LIVE_CHECK` is sent.',
    passes: 'It is acknowledged, it changes nothing, and the next car is charged and booked.',
    remedy:
      'Acknowledge what you do not know, and log it: the platform adds events, and sends each sixteen times in a day when it is refused.',
    needs: 'booked',
    perform: unknownEventIsSurvived,
  },
  {
    id: 'blocked-plate',
    title: { en: 'Closed for a plate that cannot be charged', zh: '未开通车牌' },
    does: 'A car drives in and leaves whose plate nobody has opened, so its entry is `BLOCKED`.',
    passes: 'The gate stays closed.',
    remedy:
      'HTTP 200 of `createParking` does not say that a stay can be charged: look at `state`, and collect on site.',
    needs: 'stay',
    perform: closedForStrangeCar,
  },
  {
    id: 'refused-charge',
    title: { en: 'Closed when the charge is refused', zh: '扣费被拒绝' },
    does: "The payer's score falls while the car is parked, so the charge is refused with HTTP 400.",
    passes: 'The gate stays closed.',
    remedy: 'Open only for `ACCEPTED`; every 4xx is a car that pays on site.',
    needs: 'stay',
    perform: closedAfterRefusal,
  },
  {
    id: 'rate-limited',
    title: { en: 'Closed when the charge is rate limited', zh: '扣费被限频' },
    does: 'Every charge is answered with HTTP 429 (fault `RATE_LIMITED`).',
    passes: 'The gate stays closed.',
    remedy: '429 says that nothing was charged. Wait and send the same number again, or collect on site.',
    needs: 'stay',
    perform: closedWhenLimited,
  },
  {
    id: 'platform-down',
    title: { en: 'Closed when the platform fails', zh: '扣费返回 500 或连接中断' },
    does: 'Every charge of one car is answered with HTTP 500 (fault `ERROR_BEFORE_COMMIT`), and that of another one ends with its connection (fault `CONNECTION_RESET`); nothing is done.',
    passes: 'The gate stays closed.',
    remedy: 'Query the order after a 500 or a lost connection: only an order that is there opens the gate.',
    needs: 'stay',
    perform: closedWhenDown,
  },
  {
    id: 'forged-reply',
    title: { en: 'A reply with a wrong signature is not believed', zh: '应答签名错误' },
    does: 'Every reply to the charge has a wrong signature (fault `REPLY_WRONG_SIGNATURE`).',
    passes: 'The gate stays closed, or opens after the order was queried.',
    remedy:
      'Verify the signature of every 2xx before you look at it; a wrong one means that the outcome is unknown, so query.',
    needs: 'stay',
    perform: forgedReplyIsNotBelieved,
  },
  {
    id: 'probed-reply',
    title: { en: 'A probe in place of a reply is not believed', zh: '应答签名探测' },
    does: 'Every reply to the charge has a signature that begins with `WECHATPAY/SIGNTEST/` (fault `REPLY_PROBE`).',
    passes: 'The gate stays closed, or opens after the order was queried.',
    remedy: 'Treat it like any wrong signature: the outcome is unknown, so query.',
    needs: 'stay',
    perform: probedReplyIsNotBelieved,
  },
  {
    id: 'reply-lost',
    title: { en: 'A lost reply is not a lost charge', zh: '扣费应答丢失' },
    does: 'The car is charged, and the first reply is lost with its connection (fault `REPLY_LOST`).',
    passes: 'The gate opens, with one order, which is the one that the program names.',
    remedy:
      'Send the same bytes with the same `out_trade_no` again, or query it. A new number is refused, because the stay is charged already.',
    needs: 'stay',
    perform: lostReplyIsRepeated,
  },
  {
    id: 'outcome-unknown',
    title: { en: 'An unknown outcome is queried', zh: '扣费结果未知' },
    does: 'The car is charged, and every reply is HTTP 500 (fault `ERROR_AFTER_COMMIT`).',
    passes: 'The gate opens, with one order, which is the one that the program names.',
    remedy:
      'After a 500 or silence that does not end, call `queryTransaction`; an order that is `ACCEPTED` or `SUCCESS` opens the gate.',
    needs: 'stay',
    perform: unknownOutcomeIsQueried,
  },
  {
    id: 'number-kept',
    title: { en: 'A charge is repeated under its number', zh: '重试沿用商户订单号' },
    does: 'The first charge is answered with HTTP 500, and nothing is done (fault `ERROR_BEFORE_COMMIT`).',
    passes:
      'All charges of the stay have one `out_trade_no`; the gate opens only if the platform has the order.',
    remedy:
      'Make the number when the car wants to leave and keep it: with a new one the car may be charged twice.',
    needs: 'stay',
    perform: numberIsKept,
  },
  {
    id: 'refund-reply-lost',
    title: { en: 'A refund whose reply is lost is made once', zh: '退款应答丢失' },
    does: 'A refund is made, and its reply is lost with its connection (fault `REPLY_LOST`).',
    passes: 'One refund, asked for under one `out_refund_no`, which `POST /refund` answers.',
    remedy:
      'Keep `out_refund_no` before you send it, and send the same one again or query it. A new number refunds again.',
    needs: 'booked',
    perform: lostRefundReplyRefundsOnce,
  },
  {
    id: 'refund-failed',
    title: { en: 'A refund is repeated under its number', zh: '退款返回 500' },
    does: 'The first application for a refund is answered with HTTP 500, and nothing is done (fault `ERROR_BEFORE_COMMIT`).',
    passes: 'All applications have one `out_refund_no`, and there is one refund at most.',
    remedy:
      'Keep `out_refund_no` before you send it, and send the same one again or query it. A new number refunds again.',
    needs: 'booked',
    perform: failedRefundKeepsNumber,
  },
  {
    id: 'refund-doubled',
    title: { en: 'A refund that is reported twice is booked once', zh: '重复的退款通知' },
    does: 'The arrival of a refund is reported twice, under two notice ids.',
    passes: 'Both are acknowledged, and the books have the refund once.',
    remedy: 'Book by `out_refund_no`, and acknowledge what you have already.',
    needs: 'booked',
    perform: doubledRefundNoticeIsBookedOnce,
  },
  {
    id: 'certificate-rotation',
    title: { en: 'A rotation of platform certificates is survived', zh: '平台证书更换' },
    does: 'The next platform certificate signs all replies and notices.',
    passes: 'A car is charged, and its payment is booked.',
    remedy:
      'Look the key up by `Wechatpay-Serial`, and download the certificates again when it is unknown. Do not pin one certificate.',
    needs: 'booked',
    perform: rotationIsSurvived,
  },
  {
    id: 'public-key-switch',
    title: { en: 'The switch to the public key is survived', zh: '切换微信支付公钥' },
    does: 'While the merchant is switching, the public key and the certificate sign notices in turn; then the public key signs everything.',
    passes: 'Cars are charged, and payments of both kinds of signature are booked.',
    remedy:
      'Give the program the public key beside the certificates (`trust` of the SDK takes both) before you begin the switch.',
    needs: 'booked',
    perform: switchIsSurvived,
  },
  {
    id: 'backup-host',
    title: { en: 'The backup access point is used', zh: '主域名不可用' },
    does: 'The first access point resets every connection (fault `HOST_DOWN`, for all callers). Only with `--backup-host`.',
    passes: 'The gate opens, and the car is charged.',
    remedy:
      'Ask `api2.mch.weixin.qq.com` when `api.mch.weixin.qq.com` does not answer; `fallbackUrl` of the SDK does.',
    needs: 'stay',
    perform: backupHostIsUsed,
  },
]
