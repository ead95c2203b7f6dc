import type {
  MerchantRequestOf,
  Mode,
  Operation,
  PartnerRequestOf,
  ReplyOf,
} from '../../contract/operation.ts'
import type * as bills from '../../products/common/bills/contract.ts'
import type * as certificates from '../../products/common/certificates/contract.ts'
import type * as refunds from '../../products/common/refunds/contract.ts'
import type * as security from '../../products/common/security-echo/contract.ts'
import type * as parking from '../../products/industry/parking/contract.ts'

const ASK_AGAIN = 'Nothing was changed by this call: ask again.'

/**
 * How each call goes over the wire, and what this client must know of it to repeat it and to judge its reply.
 *
 * Method and path are the contract's. They are written down again, because the contract's values bring a schema library
 * with them and this package must run without any dependency; the compiler holds the two together.
 */
export const operations = {
  queryPlateService: {
    method: 'GET',
    path: '/v3/vehicle/parking/services/find',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: ['plate_number', 'plate_color', 'openid'],
    ifUnknown: ASK_AGAIN,
  },
  createParking: {
    method: 'POST',
    path: '/v3/vehicle/parking/parkings',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: ['out_parking_no', 'plate_number', 'plate_color'],
    ifUnknown:
      'The entry may exist. There is no query for it: send the same request with the same out_parking_no again.',
  },
  createTransaction: {
    method: 'POST',
    path: '/v3/vehicle/transactions/parking',
    movesMoney: true,
    namesPlatformKey: false,
    echoes: ['out_trade_no'],
    ifUnknown:
      'The charge may have been accepted. Keep the gate closed and call queryTransaction with the same out_trade_no: ' +
      'an order means that it was; NotFound means that it never arrived, and the same request may be sent again. So it ' +
      'may after PAY_FAIL, and is a new attempt then.',
  },
  queryTransaction: {
    method: 'GET',
    path: '/v3/vehicle/transactions/out-trade-no/{out_trade_no}',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: ['out_trade_no'],
    ifUnknown: ASK_AGAIN,
  },
  createRefund: {
    method: 'POST',
    path: '/v3/refund/domestic/refunds',
    movesMoney: true,
    namesPlatformKey: false,
    echoes: ['out_refund_no', 'transaction_id', 'out_trade_no'],
    ifUnknown:
      'The refund may have been accepted. Call queryByOutRefundNo with the same out_refund_no; on NotFound send the ' +
      'same request with the same out_refund_no again. A new number would refund a second time.',
  },
  queryByOutRefundNo: {
    method: 'GET',
    path: '/v3/refund/domestic/refunds/{out_refund_no}',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: ['out_refund_no'],
    ifUnknown: ASK_AGAIN,
  },
  createAbnormalRefund: {
    method: 'POST',
    path: '/v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
    movesMoney: true,
    namesPlatformKey: true,
    encrypts: ['bank_account', 'real_name'],
    echoes: ['refund_id', 'out_refund_no'],
    ifUnknown:
      'The refund may be on its new way. Call queryByOutRefundNo: while it is ABNORMAL, the same request may be sent again.',
  },
  getTradeBill: {
    method: 'GET',
    path: '/v3/bill/tradebill',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: [],
    ifUnknown: ASK_AGAIN,
  },
  getFundFlowBill: {
    method: 'GET',
    path: '/v3/bill/fundflowbill',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: [],
    ifUnknown: ASK_AGAIN,
  },
  getSubMerchantFundFlowBill: {
    method: 'GET',
    path: '/v3/bill/sub-merchant-fundflowbill',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: [],
    ifUnknown: ASK_AGAIN,
  },
  downloadBill: {
    method: 'GET',
    path: '/v3/billdownload/file',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: [],
    ifUnknown: ASK_AGAIN,
  },
  listCertificates: {
    method: 'GET',
    path: '/v3/certificates',
    movesMoney: false,
    namesPlatformKey: false,
    echoes: [],
    ifUnknown: ASK_AGAIN,
  },
  securityEcho: {
    method: 'POST',
    path: '/v3/security/echo',
    movesMoney: false,
    namesPlatformKey: true,
    echoes: ['echo_message'],
    ifUnknown: 'Nothing depends on this call: send it again.',
  },
} as const satisfies { [Name in OperationName]: Declared<Name> }

/** The declarations that the SDK calls. Types alone: none of these modules is loaded. */
interface Contracts {
  queryPlateService: typeof parking.queryPlateService
  createParking: typeof parking.createParking
  createTransaction: typeof parking.createTransaction
  queryTransaction: typeof parking.queryTransaction
  createRefund: typeof refunds.createRefund
  queryByOutRefundNo: typeof refunds.queryByOutRefundNo
  createAbnormalRefund: typeof refunds.createAbnormalRefund
  getTradeBill: typeof bills.getTradeBill
  getFundFlowBill: typeof bills.getFundFlowBill
  getSubMerchantFundFlowBill: typeof bills.getSubMerchantFundFlowBill
  downloadBill: typeof bills.downloadBill
  listCertificates: typeof certificates.listCertificates
  securityEcho: typeof security.securityEcho
}

/** The official name of a call, in camel case. */
export type OperationName = keyof Contracts

/** What the SDK knows of a call. */
export interface CallRules {
  method: Operation['method']
  path: string
  /** A charge or a refund is never hammered: see `shouldRetry`. */
  movesMoney: boolean
  /** The call needs `Wechatpay-Serial` in certificate mode too. */
  namesPlatformKey: boolean
  /** Fields that are given as plain text and sent encrypted to the key that the call names. */
  encrypts?: readonly string[]
  /** Fields of the request that the reply gives back; they bind a reply to its request, which its signature does not. */
  echoes: readonly string[]
  /** What to do when nobody knows what became of the call. */
  ifUnknown: string
}

/**
 * What to do when nobody knows what became of a call, and no repetition can tell before something is mended. `mend` says
 * what.
 */
export function unknownUntilMended(op: OperationName, mend: string): string {
  const { method, ifUnknown } = operations[op]
  const outcome = method === 'GET' ? 'Nothing was changed by this call.' : ifUnknown
  return `${outcome} No repetition and no query helps before this is mended: ${mend}`
}

/** A row of the table whose fields both sides have. */
type Declared<Name extends OperationName> = Omit<CallRules, 'encrypts' | 'echoes'> & {
  encrypts?: readonly (keyof MerchantRequestOf<Contracts[Name]>)[]
  echoes: readonly (keyof MerchantRequestOf<Contracts[Name]> & keyof ReplyOf<Contracts[Name]>)[]
}

/** What a caller of a mode sends. All fields are flat and have their names of the wire. */
export type RequestIn<Name extends OperationName, M extends Mode> = M extends 'partner'
  ? PartnerRequestOf<Contracts[Name]>
  : MerchantRequestOf<Contracts[Name]>

/** What a call answers. */
export type ReplyTo<Name extends OperationName> = ReplyOf<Contracts[Name]>
