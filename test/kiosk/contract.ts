import { callErrors } from '../../src/calls/errors.ts'
import { gatewayNotifyUrl, integer, subMchid, text } from '../../src/contract/fields.ts'
import { notice } from '../../src/contract/notice.ts'
import { inBothModes, NO_CONTENT, operation } from '../../src/contract/operation.ts'
import * as Type from '../../src/contract/schema.ts'
import { general } from '../../src/protocol/general-errors.ts'
import { errors } from './errors.ts'

// A product of this test: a kiosk that sells to whoever shows an openid. It has every kind of call that the contract knows.

const outTradeNo = text('商户订单号', 32)
const transactionId = text('微信支付订单号', 32)
const total = integer('总金额', 'In fen', 1)

/** Each mode has a path, fields and a reply of its own. */
export const sell = operation({
  id: 'kiosk.sell',
  method: 'POST',
  title: { zh: '售卖', en: 'Sell' },
  merchant: {
    path: '/v3/kiosk/sales',
    request: Type.Object({
      appid: text('应用ID', 32),
      out_trade_no: outTradeNo,
      openid: text('用户标识', 32),
      total,
      notify_url: gatewayNotifyUrl('回调通知url'),
    }),
    reply: Type.Object({ transaction_id: transactionId }),
  },
  partner: {
    path: '/v3/kiosk/partner/sales',
    request: Type.Object({
      sp_appid: text('服务商应用ID', 32),
      sub_mchid: subMchid,
      out_trade_no: outTradeNo,
      sp_openid: text('用户标识', 32),
      total,
      notify_url: gatewayNotifyUrl('回调通知url'),
    }),
    reply: Type.Object({ sub_mchid: subMchid, transaction_id: transactionId }),
  },
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.SUB_MCHID_UNKNOWN,
    callErrors.SUB_MCHID_NOT_BOUND,
    errors.KIOSK_NUMBER_USED,
    errors.KIOSK_NOT_PAID,
    general.SYSTEM_ERROR,
  ],
  sdk: { description: 'Sells at once.', ifUnknown: 'Sell again with the same number.' },
})

/** Takes a number and a truth value in its query, at a path that another call has with another method. */
export const findSales = operation({
  id: 'kiosk.findSales',
  method: 'GET',
  title: { zh: '查询售卖', en: 'Find sales' },
  ...inBothModes({
    path: '/v3/kiosk/sales',
    pages: {},
    request: Type.Object({
      limit: Type.Integer({ title: '最大记录数', minimum: 1, maximum: 50 }),
      handed_over: Type.Unsafe<boolean>({ type: 'boolean', title: '是否已交付' }),
    }),
    reply: Type.Object({ data: Type.Array(Type.Object({ out_trade_no: outTradeNo })) }),
  }),
  errors: [general.RATELIMIT_EXCEEDED, general.PARAM_ERROR, general.SYSTEM_ERROR],
  sdk: { description: 'The sales of a kiosk.' },
})

/** Answers nothing but its status. */
export const handOver = operation({
  id: 'kiosk.handOver',
  method: 'PUT',
  title: { zh: '交付', en: 'Hand over' },
  ...inBothModes({
    path: '/v3/kiosk/sales/{out_trade_no}/hand-over',
    pages: {},
    request: Type.Object({ out_trade_no: outTradeNo }),
    reply: NO_CONTENT,
  }),
  success: 204,
  errors: [general.RATELIMIT_EXCEEDED, general.PARAM_ERROR, errors.KIOSK_SALE_UNKNOWN, general.SYSTEM_ERROR],
  sdk: { description: 'Says that the goods were handed over.', ifUnknown: 'Hand over again.' },
})

/** A form with a file; what is signed is `meta`. */
export const uploadReceipt = operation({
  id: 'kiosk.uploadReceipt',
  method: 'POST',
  title: { zh: '上传小票', en: 'Upload a receipt' },
  ...inBothModes({
    path: '/v3/kiosk/receipts',
    pages: {},
    request: Type.Object({ filename: text('文件名称', 128), sha256: text('文件摘要', 64) }),
    reply: Type.Object({ media_id: text('媒体文件标识', 512) }),
  }),
  upload: {
    part: 'file',
    title: '图片文件',
    maxBytes: 2_000_000,
    tooLarge: errors.KIOSK_FILE_TOO_LARGE,
    hash: { field: 'sha256', wrong: errors.KIOSK_FILE_CHANGED },
  },
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    errors.KIOSK_FILE_TOO_LARGE,
    errors.KIOSK_FILE_CHANGED,
    general.SYSTEM_ERROR,
  ],
  sdk: { description: 'Uploads a receipt.', ifUnknown: 'Upload again.' },
})

/** Of the same event type and original type as a notice of another product. */
export const saleResult = notice({
  id: 'kiosk.saleResult',
  originalType: 'transaction',
  events: { 'TRANSACTION.SUCCESS': '支付成功' },
  marks: { trade_type: 'KIOSK' },
  title: { zh: '售卖结果通知', en: 'Sale result' },
  pages: {},
  resource: Type.Object({
    out_trade_no: outTradeNo,
    transaction_id: transactionId,
    trade_type: text('交易类型', 16),
  }),
  sdk: {
    types: { notice: 'SaleNotice', resource: 'Sale' },
    descriptions: { notice: 'Something was sold.', resource: 'What was sold.' },
    needs: ['out_trade_no'],
  },
})
