import * as Type from '../contract/schema.ts'
import { HIGHEST_SCORE, LOWEST_SCORE } from '../payers/payers.ts'
import { appid, fen, id, integer, listOf, oneOf, page, payerId, shown, sum, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const settings = {
  score: integer(
    `The pay score, ${LOWEST_SCORE} to ${HIGHEST_SCORE}; it is judged at entries and charges`,
    LOWEST_SCORE,
    HIGHEST_SCORE,
  ),
  wallet_state: oneOf('A frozen wallet pays nothing', ['NORMAL', 'FROZEN'] as const),
  wallet_position: integer("The wallet's place among the cards; the lowest is tried first", 0, 1_000),
  advance_limit: fen('How much the platform advances at most'),
}

export const payer = Type.Object({
  payer_id: payerId,
  ...settings,
  arrears: sum('What is overdue; above zero no stay can be charged'),
  wallet: sum('What is in the wallet and promised to nobody'),
  advanced: sum('What was advanced and not paid back'),
})

export const listPayers = adminOperation({
  name: 'listPayers',
  method: 'GET',
  path: '/admin/v1/payers',
  title: 'Payers, in the order of their numbers',
  description: 'With `openid` and `appid` only the payer of that openid.',
  request: Type.Object({
    openid: Type.Optional(text('Of the payer, under `appid`', 128)),
    appid: Type.Optional(appid),
    ...page,
  }),
  reply: listOf(payer),
  problems: [],
})

export const getPayer = adminOperation({
  name: 'getPayer',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}',
  title: 'A payer',
  request: Type.Object({ payer_id: payerId }),
  reply: payer,
  problems: ['NOT_FOUND'],
})

export const putPayer = adminOperation({
  name: 'putPayer',
  method: 'PUT',
  path: '/admin/v1/payers/{payer_id}',
  title: 'Makes a payer, or changes what is given',
  description: 'A new payer has a score of 700 and an advance limit of 50000 fen unless said.',
  request: Type.Object({
    payer_id: payerId,
    score: Type.Optional(settings.score),
    wallet_state: Type.Optional(settings.wallet_state),
    wallet_position: Type.Optional(settings.wallet_position),
    advance_limit: Type.Optional(settings.advance_limit),
  }),
  reply: payer,
  problems: ['CONFLICT'],
})

const openid = Type.Object({ appid: shown('App id'), openid: shown("The payer's openid under it") })

export const listOpenids = adminOperation({
  name: 'listOpenids',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}/openids',
  title: "A payer's openids",
  request: Type.Object({ payer_id: payerId, ...page }),
  reply: listOf(openid),
  problems: ['NOT_FOUND'],
})

export const putOpenid = adminOperation({
  name: 'putOpenid',
  method: 'PUT',
  path: '/admin/v1/payers/{payer_id}/openids/{appid}',
  title: "A payer's openid under an app, made when it is first asked for",
  request: Type.Object({ payer_id: payerId, appid }),
  reply: openid,
  problems: ['NOT_FOUND'],
})

const movement = Type.Object({
  payer_id: payerId,
  subject: shown('Of its transfer in the ledger'),
  amount: sum('Moved'),
  business_time: time('When'),
  wallet: sum('What is in the wallet now and promised to nobody'),
})

const topUpId = id('The name of this top-up among those of the payer')
const withdrawalId = id('The name of this withdrawal among those of the payer')
const topUpPath = '/admin/v1/payers/{payer_id}/top-ups/{top_up_id}'
const withdrawalPath = '/admin/v1/payers/{payer_id}/withdrawals/{withdrawal_id}'

export const putTopUp = adminOperation({
  name: 'putTopUp',
  method: 'PUT',
  path: topUpPath,
  title: 'Puts money into the wallet, once for each id',
  request: Type.Object({ payer_id: payerId, top_up_id: topUpId, amount: fen('How much', 1) }),
  reply: movement,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getTopUp = adminOperation({
  name: 'getTopUp',
  method: 'GET',
  path: topUpPath,
  title: 'A top-up',
  request: Type.Object({ payer_id: payerId, top_up_id: topUpId }),
  reply: movement,
  problems: ['NOT_FOUND'],
})

export const putWithdrawal = adminOperation({
  name: 'putWithdrawal',
  method: 'PUT',
  path: withdrawalPath,
  title: 'Takes money out of the wallet, once for each id',
  request: Type.Object({ payer_id: payerId, withdrawal_id: withdrawalId, amount: fen('How much', 1) }),
  reply: movement,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getWithdrawal = adminOperation({
  name: 'getWithdrawal',
  method: 'GET',
  path: withdrawalPath,
  title: 'A withdrawal',
  request: Type.Object({ payer_id: payerId, withdrawal_id: withdrawalId }),
  reply: movement,
  problems: ['NOT_FOUND'],
})

export const listAdvances = adminOperation({
  name: 'listAdvances',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}/advances',
  title: 'What the platform has paid for a payer, the newest first',
  request: Type.Object({ payer_id: payerId, ...page }),
  reply: listOf(
    Type.Object({
      subject: shown('Of the order in the ledger'),
      amount: sum('Advanced'),
      state: oneOf('Paid back or not', ['OPEN', 'OVERDUE', 'REPAID'] as const),
      advance_time: time('When it was paid'),
      due_at: Type.Optional(time('When it becomes arrears')),
      repaid_time: Type.Optional(time('When it was paid back')),
    }),
  ),
  problems: ['NOT_FOUND'],
})

const repaymentId = id('The repayment, by a name that no other payer has used')

const repayment = Type.Object({
  repayment_id: repaymentId,
  payer_id: payerId,
  source: shown('`wallet` or a card'),
  amount: sum('All that was owed'),
  state: oneOf('PENDING until the bank has answered', ['PENDING', 'PAID', 'FAILED'] as const),
  failure: shown('Why it failed: NO_FUNDS or REFUSED; empty otherwise'),
  create_time: time('When it began'),
})

export const putRepayment = adminOperation({
  name: 'putRepayment',
  method: 'PUT',
  path: '/admin/v1/payers/{payer_id}/repayments/{repayment_id}',
  title: 'Pays back all that a payer owes',
  request: Type.Object({
    payer_id: payerId,
    repayment_id: repaymentId,
    source: id('`wallet`, or the id of one of the cards'),
  }),
  reply: repayment,
  problems: ['NOT_FOUND', 'CONFLICT'],
})

export const getRepayment = adminOperation({
  name: 'getRepayment',
  method: 'GET',
  path: '/admin/v1/payers/{payer_id}/repayments/{repayment_id}',
  title: 'A repayment',
  request: Type.Object({ payer_id: payerId, repayment_id: repaymentId }),
  reply: repayment,
  problems: ['NOT_FOUND'],
})
