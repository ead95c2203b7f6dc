import { beginRepayment, findRepayment, type Repayment, type RepaymentRefusal } from '../../funding/repay.ts'
import { findMovement, topUp, type WalletRefusal, withdraw } from '../../funding/wallet.ts'
import type { Transfer } from '../../ledger/ledger.ts'
import { findOwner, openidFor } from '../../owners/openids.ts'
import { changeOwner, createOwner, type Owner, readOwner } from '../../owners/owners.ts'
import type { Statements } from '../../store/database.ts'
import * as contract from './contract/owners.ts'
import { adminEndpoint } from './operation.ts'
import { pageOf } from './pages.ts'
import { conflict, invalidFields, notFound } from './problems.ts'
import { shown } from './show.ts'

/** What a new owner has unless said. */
const NEW_OWNER = { score: 700, advance_limit: 50_000 }
/** An owner's number has at least one character. */
const NOBODY = ''

export const owners = [
  adminEndpoint(contract.listOwners, async ({ openid, appid, ...page }, { platform }) => {
    const { db } = platform
    if ((openid === undefined) !== (appid === undefined)) {
      const [field, other] = openid === undefined ? ['openid', 'appid'] : ['appid', 'openid']
      throw invalidFields({ field, issue: `is required with ${other}` })
    }
    const owner_id = appid && openid && ((await findOwner(db, appid, openid)) ?? NOBODY)
    return pageOf(
      db,
      page,
      {
        select: 'SELECT owner_id FROM owners',
        conditions: [['owner_id = ?', owner_id]],
        key: { owner_id: 'text' },
      },
      (row: { owner_id: string }) => requireOwner(db, row.owner_id),
    )
  }),
  adminEndpoint(contract.getOwner, ({ owner_id }, { platform }) => requireOwner(platform.db, owner_id)),
  adminEndpoint(contract.putOwner, ({ owner_id, ...changes }, { platform }) =>
    platform.db.transaction(async tx => {
      await createOwner(tx, { owner_id, ...NEW_OWNER, ...changes })
      const outcome = await changeOwner(tx, owner_id, changes)
      if (outcome === 'limit_below_advanced')
        throw conflict('More is advanced than this advance_limit; give a higher one, or let the owner repay.')
      return requireOwner(tx, owner_id)
    }),
  ),
  adminEndpoint(contract.listOpenids, async ({ owner_id, ...page }, { platform }) => {
    await requireOwner(platform.db, owner_id)
    return pageOf(
      platform.db,
      page,
      {
        select: 'SELECT appid, openid FROM owner_openids',
        conditions: [['owner_id = ?', owner_id]],
        key: { appid: 'text' },
      },
      (row: { appid: string; openid: string }) => row,
    )
  }),
  adminEndpoint(contract.putOpenid, ({ owner_id, appid }, { platform }) =>
    platform.db.transaction(async tx => {
      await requireOwner(tx, owner_id)
      return { appid, openid: await openidFor(tx, owner_id, appid, platform.random) }
    }),
  ),
  adminEndpoint(contract.putTopUp, ({ owner_id, top_up_id: id, amount }, { platform }) =>
    platform.db.transaction(async tx => {
      const movement = { owner_id, id, amount, business_time: platform.clock.now() }
      return moved(tx, owner_id, await topUp(tx, movement))
    }),
  ),
  adminEndpoint(contract.getTopUp, async ({ owner_id, top_up_id: id }, { platform }) => {
    const known = await findMovement(platform.db, { owner_id, id }, 'top_up')
    if (!known) throw notFound('top-up', id)
    return moved(platform.db, owner_id, known)
  }),
  adminEndpoint(contract.putWithdrawal, ({ owner_id, withdrawal_id: id, amount }, { platform }) =>
    platform.db.transaction(async tx => {
      const movement = { owner_id, id, amount, business_time: platform.clock.now() }
      return moved(tx, owner_id, await withdraw(tx, movement))
    }),
  ),
  adminEndpoint(contract.getWithdrawal, async ({ owner_id, withdrawal_id: id }, { platform }) => {
    const known = await findMovement(platform.db, { owner_id, id }, 'withdrawal')
    if (!known) throw notFound('withdrawal', id)
    return moved(platform.db, owner_id, known)
  }),
  adminEndpoint(contract.listAdvances, async ({ owner_id, ...page }, { platform }) => {
    await requireOwner(platform.db, owner_id)
    return pageOf(
      platform.db,
      page,
      {
        select: 'SELECT subject, amount, state, advance_time, due_at, repaid_time FROM advances',
        conditions: [['owner_id = ?', owner_id]],
        key: { advance_time: 'number', subject: 'text' },
        newestFirst: true,
      },
      (row: AdvanceRow) => shown(row, ['advance_time', 'due_at', 'repaid_time']),
    )
  }),
  adminEndpoint(contract.putRepayment, (request, { platform }) =>
    platform.db.transaction(async tx => {
      await requireOwner(tx, request.owner_id)
      const begun = await beginRepayment(tx, platform, request)
      if (typeof begun === 'string') throw conflict(REPAYMENT_REFUSALS[begun])
      return repaymentOf(begun)
    }),
  ),
  adminEndpoint(contract.getRepayment, async ({ owner_id, repayment_id }, { platform }) => {
    const repayment = await findRepayment(platform.db, repayment_id)
    if (repayment?.owner_id !== owner_id) throw notFound('repayment', repayment_id)
    return repaymentOf(repayment)
  }),
]

interface AdvanceRow {
  subject: string
  amount: number
  state: 'OPEN' | 'OVERDUE' | 'REPAID'
  advance_time: number
  due_at: number
  repaid_time: number
}

const REPAYMENT_REFUSALS: Record<RepaymentRefusal, string> = {
  id_used:
    'The repayment_id is used by another owner or with another source; ids of repayments are unique in the world. ' +
    'Give another repayment_id.',
  nothing_owed: 'The owner owes nothing.',
  card_unknown: 'The source is neither `wallet` nor a card of this owner.',
  another_pending: 'Another repayment of the owner waits for a bank; repeat when it has ended.',
}

const WALLET_REFUSALS: Record<Exclude<WalletRefusal, 'owner_unknown'>, string> = {
  other_amount: 'The same id was used with another amount; give another id.',
  no_funds: 'The wallet has too little; take less.',
  wallet_frozen: 'The wallet is frozen; set wallet_state to NORMAL first.',
}

async function requireOwner(db: Statements, ownerId: string): Promise<Owner> {
  const owner = await readOwner(db, ownerId)
  if (!owner) throw notFound('owner', ownerId)
  return owner
}

async function moved(db: Statements, owner_id: string, outcome: Transfer | WalletRefusal) {
  if (outcome === 'owner_unknown') throw notFound('owner', owner_id)
  if (typeof outcome === 'string') throw conflict(WALLET_REFUSALS[outcome])
  const { subject, amount, business_time } = outcome
  const { wallet } = await requireOwner(db, owner_id)
  return shown({ owner_id, subject, amount, business_time, wallet }, ['business_time'])
}

function repaymentOf({ due_at: _, ...repayment }: Repayment) {
  return shown(repayment, ['create_time'])
}
