import * as Type from '../contract/schema.ts'
import { MERCHANT_ACCOUNTS } from '../merchants/merchant-money.ts'
import { fen, id, mchid, oneOf, shown, sum, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const account = oneOf('BASIC is the account of what was collected', MERCHANT_ACCOUNTS)

const movement = Type.Object({
  mchid,
  account,
  subject: shown('Of its transfer in the ledger'),
  amount: sum('Moved'),
  business_time: time('When'),
  free: sum('What can be taken from the account now'),
})

const topUpId = id('The name of this top-up among those of the merchant')
const withdrawalId = id('The name of this withdrawal among those of the merchant')
const topUpPath = '/admin/v1/merchants/{mchid}/top-ups/{top_up_id}'
const withdrawalPath = '/admin/v1/merchants/{mchid}/withdrawals/{withdrawal_id}'
const accountUnlessSaid = Type.Optional(
  oneOf('BASIC, the account of what was collected, unless said', MERCHANT_ACCOUNTS),
)

export const putMerchantTopUp = adminOperation({
  name: 'putMerchantTopUp',
  method: 'PUT',
  path: topUpPath,
  title: "Puts money from the merchant's bank into one of its accounts, once for each id",
  request: Type.Object({ mchid, top_up_id: topUpId, amount: fen('How much', 1), account: accountUnlessSaid }),
  reply: movement,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getMerchantTopUp = adminOperation({
  name: 'getMerchantTopUp',
  method: 'GET',
  path: topUpPath,
  title: 'A top-up of a merchant',
  request: Type.Object({ mchid, top_up_id: topUpId }),
  reply: movement,
  problems: ['NOT_FOUND'],
})

export const putMerchantWithdrawal = adminOperation({
  name: 'putMerchantWithdrawal',
  method: 'PUT',
  path: withdrawalPath,
  title: "Pays money of one of the merchant's accounts to its bank, once for each id",
  description: 'Of the basic account, what is pending or held cannot be withdrawn.',
  request: Type.Object({
    mchid,
    withdrawal_id: withdrawalId,
    amount: fen('How much', 1),
    account: accountUnlessSaid,
  }),
  reply: movement,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getMerchantWithdrawal = adminOperation({
  name: 'getMerchantWithdrawal',
  method: 'GET',
  path: withdrawalPath,
  title: 'A withdrawal of a merchant',
  request: Type.Object({ mchid, withdrawal_id: withdrawalId }),
  reply: movement,
  problems: ['NOT_FOUND'],
})
