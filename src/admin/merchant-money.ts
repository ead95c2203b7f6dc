import {
  findMerchantMovement,
  type MerchantMoneyRefusal,
  type MerchantMovement,
  merchantBalances,
  movementSubject,
  topUpMerchant,
  withdrawFromMerchant,
} from '../merchants/merchant-money.ts'
import type { Statements } from '../store/database.ts'
import * as contract from './merchant-money.contract.ts'
import { adminEndpoint } from './operation.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

export const merchantMoney = [
  adminEndpoint(contract.putMerchantTopUp, (request, { platform }) => {
    const { mchid, top_up_id: id, amount, account = 'BASIC' } = request
    const movement = { mchid, id, account, amount, business_time: platform.clock.now() }
    return platform.db.transaction(async tx =>
      shownMovement(tx, 'top_up', required(mchid, await topUpMerchant(tx, movement))),
    )
  }),
  adminEndpoint(contract.getMerchantTopUp, async ({ mchid, top_up_id: id }, { platform }) => {
    const known = await findMerchantMovement(platform.db, { mchid, id }, 'top_up')
    if (!known) throw notFound('top-up', id)
    return shownMovement(platform.db, 'top_up', known)
  }),
  adminEndpoint(contract.putMerchantWithdrawal, (request, { platform }) => {
    const { mchid, withdrawal_id: id, amount, account = 'BASIC' } = request
    const movement = { mchid, id, account, amount, business_time: platform.clock.now() }
    return platform.db.transaction(async tx =>
      shownMovement(tx, 'withdrawal', required(mchid, await withdrawFromMerchant(tx, movement))),
    )
  }),
  adminEndpoint(contract.getMerchantWithdrawal, async ({ mchid, withdrawal_id: id }, { platform }) => {
    const known = await findMerchantMovement(platform.db, { mchid, id }, 'withdrawal')
    if (!known) throw notFound('withdrawal', id)
    return shownMovement(platform.db, 'withdrawal', known)
  }),
]

const REFUSALS: Record<Exclude<MerchantMoneyRefusal, 'merchant_unknown'>, string> = {
  id_used: 'The same id was used with another amount or account; give another id.',
  no_funds: 'The account has too little that is free; take less, or wait until what is pending is available.',
}

function required(mchid: string, outcome: MerchantMovement | MerchantMoneyRefusal): MerchantMovement {
  if (outcome === 'merchant_unknown') throw notFound('merchant number', mchid)
  if (typeof outcome === 'string') throw conflict(REFUSALS[outcome])
  return outcome
}

async function shownMovement(
  db: Statements,
  kind: 'top_up' | 'withdrawal',
  { mchid, id, account, amount, business_time }: MerchantMovement,
) {
  const { available, operation } = await merchantBalances(db, mchid)
  const free = account === 'BASIC' ? available : operation
  const subject = movementSubject(mchid, id, kind)
  return shown({ mchid, account, subject, amount, business_time, free }, ['business_time'])
}
