import { beginRepayment, findRepayment, type Repayment, type RepaymentRefusal } from '../funding/repay.ts'
import { findMovement, topUp, type WalletRefusal, withdraw } from '../funding/wallet.ts'
import type { Transfer } from '../ledger/ledger.ts'
import { findPayer, openidFor } from '../payers/openids.ts'
import { changePayer, createPayer, type Payer, readPayer } from '../payers/payers.ts'
import type { Statements } from '../store/database.ts'
import { type AdminContext, adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import * as contract from './payers.contract.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

/** What a new payer has unless said. */
const NEW_PAYER = { score: 700, advance_limit: 50_000 }
/** A payer's number has at least one character. */
const NOBODY = ''

export const payers = [
  adminList(
    contract.listPayers,
    {
      select: 'SELECT payer_id FROM payers',
      filters: { appid: 'payer_id', openid: 'payer_id' },
      needs: { appid: 'openid', openid: 'appid' },
      key: { payer_id: 'text' },
    },
    ({ payer_id }: { payer_id: string }, { platform }) => requirePayer(platform.db, payer_id),
    // The two say who it is.
    async ({ openid, appid }, { platform }) => {
      if (appid === undefined || openid === undefined) return {}
      const payer_id = (await findPayer(platform.db, appid, openid)) ?? NOBODY
      return { appid: payer_id, openid: payer_id }
    },
  ),
  adminEndpoint(contract.getPayer, ({ payer_id }, { platform }) => requirePayer(platform.db, payer_id)),
  adminEndpoint(contract.putPayer, ({ payer_id, ...changes }, { platform }) =>
    platform.db.transaction(async tx => {
      await createPayer(tx, { payer_id, ...NEW_PAYER, ...changes })
      const outcome = await changePayer(tx, payer_id, changes)
      if (outcome === 'limit_below_advanced')
        throw conflict('More is advanced than this advance_limit; give a higher one, or let the payer repay.')
      return requirePayer(tx, payer_id)
    }),
  ),
  adminList(
    contract.listOpenids,
    {
      select: 'SELECT appid, openid FROM payer_openids',
      filters: { payer_id: 'payer_id' },
      key: { appid: 'text' },
    },
    (row: { appid: string; openid: string }) => row,
    payerIsThere,
  ),
  adminEndpoint(contract.putOpenid, ({ payer_id, appid }, { platform }) =>
    platform.db.transaction(async tx => {
      await requirePayer(tx, payer_id)
      return { appid, openid: await openidFor(tx, payer_id, appid, platform.random) }
    }),
  ),
  adminEndpoint(contract.putTopUp, ({ payer_id, top_up_id: id, amount }, { platform }) =>
    platform.db.transaction(async tx => {
      const movement = { payer_id, id, amount, business_time: platform.clock.now() }
      return moved(tx, payer_id, await topUp(tx, movement))
    }),
  ),
  adminEndpoint(contract.getTopUp, async ({ payer_id, top_up_id: id }, { platform }) => {
    const known = await findMovement(platform.db, { payer_id, id }, 'top_up')
    if (!known) throw notFound('top-up', id)
    return moved(platform.db, payer_id, known)
  }),
  adminEndpoint(contract.putWithdrawal, ({ payer_id, withdrawal_id: id, amount }, { platform }) =>
    platform.db.transaction(async tx => {
      const movement = { payer_id, id, amount, business_time: platform.clock.now() }
      return moved(tx, payer_id, await withdraw(tx, movement))
    }),
  ),
  adminEndpoint(contract.getWithdrawal, async ({ payer_id, withdrawal_id: id }, { platform }) => {
    const known = await findMovement(platform.db, { payer_id, id }, 'withdrawal')
    if (!known) throw notFound('withdrawal', id)
    return moved(platform.db, payer_id, known)
  }),
  adminList(
    contract.listAdvances,
    {
      select: 'SELECT subject, amount, state, advance_time, due_at, repaid_time FROM advances',
      filters: { payer_id: 'payer_id' },
      key: { advance_time: 'number', subject: 'text' },
      newestFirst: true,
    },
    (row: AdvanceRow) => shown(row, ['advance_time', 'due_at', 'repaid_time']),
    payerIsThere,
  ),
  adminEndpoint(contract.putRepayment, (request, { platform }) =>
    platform.db.transaction(async tx => {
      await requirePayer(tx, request.payer_id)
      const begun = await beginRepayment(tx, platform, request)
      if (typeof begun === 'string') throw conflict(REPAYMENT_REFUSALS[begun])
      return repaymentOf(begun)
    }),
  ),
  adminEndpoint(contract.getRepayment, async ({ payer_id, repayment_id }, { platform }) => {
    const repayment = await findRepayment(platform.db, repayment_id)
    if (repayment?.payer_id !== payer_id) throw notFound('repayment', repayment_id)
    return repaymentOf(repayment)
  }),
]

async function payerIsThere({ payer_id }: { payer_id: string }, { platform }: AdminContext): Promise<void> {
  await requirePayer(platform.db, payer_id)
}

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
    'The repayment_id is used by another payer or with another source; ids of repayments are unique in the sandbox. ' +
    'Give another repayment_id.',
  nothing_owed: 'The payer owes nothing.',
  card_unknown: 'The source is neither `wallet` nor a card of this payer.',
  another_pending: 'Another repayment of the payer waits for a bank; repeat when it has ended.',
}

const WALLET_REFUSALS: Record<Exclude<WalletRefusal, 'payer_unknown'>, string> = {
  other_amount: 'The same id was used with another amount; give another id.',
  no_funds: 'The wallet has too little; take less.',
  wallet_frozen: 'The wallet is frozen; set wallet_state to NORMAL first.',
}

async function requirePayer(db: Statements, payerId: string): Promise<Payer> {
  const payer = await readPayer(db, payerId)
  if (!payer) throw notFound('payer', payerId)
  return payer
}

async function moved(db: Statements, payer_id: string, outcome: Transfer | WalletRefusal) {
  if (outcome === 'payer_unknown') throw notFound('payer', payer_id)
  if (typeof outcome === 'string') throw conflict(WALLET_REFUSALS[outcome])
  const { subject, amount, business_time } = outcome
  const { wallet } = await requirePayer(db, payer_id)
  return shown({ payer_id, subject, amount, business_time, wallet }, ['business_time'])
}

function repaymentOf({ due_at: _, ...repayment }: Repayment) {
  return shown(repayment, ['create_time'])
}
