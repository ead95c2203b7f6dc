// Generated from the contracts: change those, and run `npm run generate`.

import type { NoticeKind } from '../notices/notice-kind.ts'

export const noticeKinds: readonly NoticeKind[] = [
  {
    kind: 'payments.paymentResult',
    events: ['TRANSACTION.SUCCESS'],
    originalType: 'transaction',
    marks: { trade_state_desc: true },
    needs: ['out_trade_no', 'trade_state', 'transaction_id'],
    names: {},
    values: {},
  },
  {
    kind: 'parking.entranceStateChange',
    events: ['VEHICLE.ENTRANCE_STATE_CHANGE'],
    originalType: '',
    marks: {},
    needs: ['parking_id', 'parking_state'],
    names: {},
    values: {},
  },
  {
    kind: 'parking.transactionResult',
    events: ['TRANSACTION.SUCCESS', 'TRANSACTION.FAIL', 'TRANSACTION.PAY_BACK'],
    originalType: 'transaction',
    marks: { trade_scene: 'PARKING' },
    needs: ['out_trade_no', 'trade_state'],
    names: { 'promotion_detail[].activity_id': 'stock_id', 'promotion_detail[].promotion_id': 'coupon_id' },
    values: { trade_state: { ACCEPT: 'ACCEPTED', FAIL: 'PAY_FAIL', PAY_BACK: 'SUCCESS' } },
  },
  {
    kind: 'refunds.refundResult',
    events: ['REFUND.SUCCESS', 'REFUND.ABNORMAL', 'REFUND.CLOSED'],
    originalType: 'refund',
    marks: {},
    needs: ['out_refund_no', 'refund_status'],
    names: {},
    values: {},
  },
  {
    kind: 'security.securityEchoResult',
    events: ['SECURITY_ECHO.SUCCESS'],
    originalType: 'security',
    marks: {},
    needs: ['echo_message'],
    names: { encrypt_echo_message: 'encrypted_echo_message' },
    values: {},
  },
]
