import { BILL_ERRORS } from './bill-errors.ts'
import { GATEWAY_ERRORS } from './gateway-errors.ts'
import { PARKING_ERRORS } from './parking-errors.ts'
import { REFUND_ERRORS } from './refund-errors.ts'

/** A text in each language: the official one, and our translations. */
export interface Texts {
  zh: string
  hant: string
  en: string
}

/** One error as it goes over the wire. */
export interface ErrorEntry extends Texts {
  status: number
  code: string
  /** True for what the gateway refuses on behalf of a call, without a signature like all its refusals. */
  unsigned?: true
  /** The number behind the last `-` of `Request-ID`, where one is known; otherwise that of a bad parameter. */
  number?: number
}

/**
 * Every error that the platform answers with, once. One `code` has several texts and statuses, so each entry has a name
 * of its own; clients branch on status and code alone.
 */
export const ERRORS = {
  ...GATEWAY_ERRORS,

  // Who may call for whom.
  NOT_ENROLLED: {
    status: 403,
    code: 'NO_AUTH',
    zh: '商户未入驻',
    hant: '商戶未入駐',
    en: 'The merchant has not enrolled in score parking',
  },
  CANNOT_COLLECT: {
    status: 403,
    code: 'NO_AUTH',
    zh: '当前商户无法扣款',
    hant: '當前商戶無法扣款',
    en: 'The merchant cannot collect payments at present',
    number: 268448010,
  },
  SUB_MCHID_UNKNOWN: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '子商户号不存在,请检查后再试',
    hant: '子商戶號不存在,請檢查後再試',
    en: 'The sub-merchant number does not exist, check it and try again',
    number: 268443704,
  },
  SUB_MCHID_NOT_BOUND: {
    status: 400,
    code: 'INVALID_REQUEST',
    zh: '服务商和子商户没有绑定关系',
    hant: '服務商和子商戶沒有綁定關係',
    en: 'The service provider and the sub-merchant are not bound',
    number: 268443701,
  },

  ...PARKING_ERRORS,
  ...REFUND_ERRORS,
  ...BILL_ERRORS,
} as const satisfies Record<string, ErrorEntry>

export type ErrorName = keyof typeof ERRORS
