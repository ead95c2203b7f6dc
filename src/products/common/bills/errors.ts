import { errorTable } from '../../../protocol/errors.ts'

/** What bills and their downloads are refused with. */
export const errors = errorTable({
  NO_STATEMENT_EXIST: {
    status: 400,
    code: 'NO_STATEMENT_EXIST',
    zh: '请求的账单文件不存在',
    hant: '請求的帳單文件不存在',
    en: 'There is no bill, because nothing happened on that day',
  },
  STATEMENT_CREATING: {
    status: 400,
    code: 'STATEMENT_CREATING',
    zh: '账单生成中',
    hant: '帳單生成中',
    en: 'The bill is being made',
  },
  BILL_DATE_WRONG: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '参数错误，请检查bill_date',
    hant: '參數錯誤，請檢查bill_date',
    en: 'A parameter is wrong, check bill_date',
  },
  BILL_SUB_MCHID_WRONG: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '参数错误，请检查sub_mchid',
    hant: '參數錯誤，請檢查sub_mchid',
    en: 'A parameter is wrong, check sub_mchid',
    number: 268443704,
  },
  NO_BILL_RIGHT: {
    status: 403,
    code: 'NO_AUTH',
    zh: '权限异常',
    hant: '權限異常',
    en: 'The merchant may not have this bill',
    number: 268448010,
  },
  DOWNLOAD_URL_WRONG: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '账单下载地址无效或已过期，请重新申请账单',
    hant: '帳單下載地址無效或已過期，請重新申請帳單',
    en: 'The download URL is wrong or has expired, apply for the bill again',
  },
  DOWNLOADER_WRONG: {
    status: 403,
    code: 'NO_AUTH',
    zh: '下载账单的商户号与申请账单的商户号不一致',
    hant: '下載帳單的商戶號與申請帳單的商戶號不一致',
    en: 'The bill was applied for by another merchant number',
    number: 268448010,
  },
})
