import { oneOf, text } from '../../../contract/fields.ts'
import { FILE, inBothModes, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'
import { billRefusals } from './refusals.ts'

const optional = Type.Optional

/** All rows of a day, only its payments, or only its refunds. */
export const BILL_TYPES = ['ALL', 'SUCCESS', 'REFUND'] as const
/** The basic account, the operation account, the account of fees. */
export const ACCOUNT_TYPES = ['BASIC', 'OPERATION', 'FEES'] as const
export type BillType = (typeof BILL_TYPES)[number]
export type AccountType = (typeof ACCOUNT_TYPES)[number]

const billDate = text('账单日期', 10, {
  pattern: '^\\d{4}-\\d{2}-\\d{2}$',
  description: 'yyyy-MM-dd in Beijing time, within the last three months',
})
const tarType = optional(oneOf('压缩类型', ['GZIP'], 'The file is compressed; plain when absent'))
const accountType = oneOf('资金账户类型', ACCOUNT_TYPES)

const hash = {
  hash_type: oneOf('哈希类型', ['SHA1']),
  hash_value: text('哈希值', 1024, {
    description: 'Of the file before encryption and compression, hexadecimal',
  }),
}
const downloadUrl = text('账单下载地址', 2048, {
  description: 'Good for five minutes, for the same merchant number',
})

const applied = Type.Object({ ...hash, download_url: downloadUrl })

/** In the order of the checks: those before and behind the ones that are about a sub-merchant. */
const REFUSED_FIRST = [general.FREQUENCY_LIMITED, general.PARAM_ERROR, errors.BILL_DATE_WRONG] as const
const REFUSED_LAST = [errors.STATEMENT_CREATING, errors.NO_STATEMENT_EXIST, general.SYSTEM_ERROR] as const

export const getTradeBill = operation({
  id: 'bills.getTradeBill',
  method: 'GET',
  title: { zh: '申请交易账单', en: 'Apply for a trade bill' },
  ...inBothModes({
    path: '/v3/bill/tradebill',
    pages: {
      merchant: '/doc/v3/merchant/4012791866',
      partner: '/docs/partner/apis/partner-jsapi-payment/get-trade-bill.html',
    },
    request: Type.Object({
      bill_date: billDate,
      bill_type: optional(oneOf('账单类型', BILL_TYPES, 'ALL when absent')),
      tar_type: tarType,
    }),
    partner: Type.Object({
      sub_mchid: optional(
        text('子商户号', 32, { description: 'All sub-merchants of the provider when absent' }),
      ),
    }),
    reply: applied,
  }),
  undefinedFields: 'ignored',
  errors: [...REFUSED_FIRST, errors.BILL_SUB_MCHID_WRONG, errors.NO_BILL_RIGHT, ...REFUSED_LAST],
  limits: { exceeded: general.FREQUENCY_LIMITED },
  sdk: {
    description:
      'Applies for the bill of the orders paid and the refunds accepted on a day; of one sub-merchant, ' +
      'or of all of the provider. The reply has the download URL, which is good for five ' +
      'minutes.\n\nThrows `NoStatement` when there is no bill for the day, and `StatementCreating` while it is ' +
      'being made.',
    refusals: billRefusals,
  },
})

export const getFundFlowBill = operation({
  id: 'bills.getFundFlowBill',
  method: 'GET',
  title: { zh: '申请资金账单', en: 'Apply for a fund flow bill' },
  ...inBothModes({
    path: '/v3/bill/fundflowbill',
    pages: {
      merchant: '/doc/v3/merchant/4012791867',
      partner: '/docs/partner/apis/partner-jsapi-payment/get-fund-bill.html',
    },
    request: Type.Object({
      bill_date: billDate,
      account_type: optional(accountType),
      tar_type: tarType,
    }),
    reply: applied,
  }),
  undefinedFields: 'ignored',
  errors: [...REFUSED_FIRST, ...REFUSED_LAST],
  limits: { exceeded: general.FREQUENCY_LIMITED, perSecond: 3 },
  sdk: {
    description:
      'Applies for the bill of what went into and out of an account on a day. The reply has the ' +
      'download URL, which is good for five minutes. At most three applications in a second.',
    refusals: billRefusals,
  },
})

export const getSubMerchantFundFlowBill = operation({
  id: 'bills.getSubMerchantFundFlowBill',
  method: 'GET',
  title: { zh: '申请单个子商户资金账单', en: 'Apply for the fund flow bill of a sub-merchant' },
  ...inBothModes({
    path: '/v3/bill/sub-merchant-fundflowbill',
    pages: { partner: '/docs/partner/apis/partner-mini-program-payment/get-sub-mch-fund-flow-bill.html' },
    request: Type.Object({
      sub_mchid: text('子商户号', 32),
      bill_date: billDate,
      account_type: accountType,
      algorithm: oneOf('加密算法', ['AEAD_AES_256_GCM']),
      tar_type: tarType,
    }),
    reply: Type.Object({
      download_bill_count: Type.Integer({ title: '下载信息总数', minimum: 1 }),
      download_bill_list: Type.Array(
        Type.Object({
          bill_sequence: Type.Integer({ title: '账单文件序号', minimum: 1 }),
          download_url: downloadUrl,
          encrypt_key: text('加密密钥', 1024, {
            description: "The file's key, encrypted to the certificate that signed the request",
          }),
          ...hash,
          nonce: text('随机字符串', 16),
        }),
      ),
    }),
  }),
  undefinedFields: 'ignored',
  errors: [...REFUSED_FIRST, errors.BILL_SUB_MCHID_WRONG, errors.NO_BILL_RIGHT, ...REFUSED_LAST],
  limits: { exceeded: general.FREQUENCY_LIMITED, perSecond: 3 },
  sdk: {
    description:
      'Applies for the fund flow bill of one sub-merchant. The file is encrypted, with a key that is ' +
      'encrypted to the certificate that signed the request.',
    only: 'partner',
    refusals: billRefusals,
  },
})

/** The reply is the file itself, and it is not signed: its type is that of an operation without a reply in JSON. */
export const downloadBill = operation({
  id: 'bills.downloadBill',
  method: 'GET',
  title: { zh: '下载账单', en: 'Download a bill' },
  ...inBothModes({
    path: '/v3/billdownload/file',
    pages: {
      merchant: '/doc/v3/merchant/4012791868',
      partner: '/docs/partner/apis/bill-download/download-bill.html',
    },
    request: Type.Object({
      token: text('下载凭证', 2048, { description: 'As the download URL has it' }),
      tartype: optional(text('压缩类型', 16, { description: 'As the download URL has it' })),
    }),
    reply: FILE,
  }),
  undefinedFields: 'ignored',
  errors: [
    general.FREQUENCY_LIMITED,
    general.PARAM_ERROR,
    errors.DOWNLOAD_URL_WRONG,
    errors.DOWNLOADER_WRONG,
    general.SYSTEM_ERROR,
  ],
  limits: { exceeded: general.FREQUENCY_LIMITED },
  sdk: {
    description:
      'The file of a bill, as its download URL says. It is not signed: compare its SHA-1 with ' +
      '`hash_value`.',
    refusals: billRefusals,
  },
})
