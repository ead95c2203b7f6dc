import { errorTable } from '../../src/protocol/errors.ts'

const refused = (code: string, status: number, zh: string, en: string) => ({ status, code, zh, hant: zh, en })

export const errors = errorTable({
  KIOSK_NUMBER_USED: refused('OUT_TRADE_NO_USED', 403, '商户订单号重复', 'The number is used'),
  KIOSK_NOT_PAID: refused('NOT_ENOUGH', 403, '用户余额不足', 'The payer has too little money'),
  KIOSK_SALE_UNKNOWN: refused('RESOURCE_NOT_EXISTS', 404, '订单不存在', 'There is no such sale'),
  KIOSK_FILE_TOO_LARGE: refused('PARAM_ERROR', 400, '图片大小超过限制', 'The file is too large'),
  KIOSK_FILE_CHANGED: refused('PARAM_ERROR', 400, '图片sha256值有误', 'The sum of the file differs'),
})
