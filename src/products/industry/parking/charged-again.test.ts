import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  chargeOf,
  type Fields,
  MERCHANT,
  MODES,
  type ParkingUnderTest,
  parkingUnderTest,
} from '../../../../test/parking.ts'
import { balance, fillWallet, newPayer } from '../../../../test/payers.ts'
import { beginRepayment } from '../../../funding/repay.ts'
import { putScriptedCard } from '../../../funding/scripted-bank.ts'
import { walletOf } from '../../../ledger/accounts.ts'
import { auditLedger } from '../../../ledger/audit.ts'
import { changePayer } from '../../../payers/payers.ts'
import type { Transaction, TransactionResult } from './contract.ts'
import { plateContext } from './plate-context.ts'
import { openPlate, removePlate } from './plates.ts'

// After PAY_FAIL the original out_trade_no may charge again: the same order, with a new attempt to get it paid.

const PARALLEL = 20
const SECOND = 1_000

/** Two attempts a charge: at once and a second later. */
const rules = { deductionLadder: [0, SECOND] }
const shared = await parkingUnderTest({ after }, { rules })

/** A charge of a payer without money that has failed. */
async function failedCharge(running: ParkingUnderTest, payer: { plate_number: string }, caller = MERCHANT) {
  const stay = await running.park({ plate_number: payer.plate_number }, caller)
  const request = chargeOf(stay)
  assert.equal((await running.charge(request, caller)).statusCode, 200)
  await fail(running, request.out_trade_no, caller)
  return { stay, request, failed: await running.order(request.out_trade_no, caller) }
}

/** Lets both attempts pass. */
async function fail({ runDue, order, clock }: ParkingUnderTest, number: string, caller = MERCHANT) {
  await runDue()
  clock.advance(SECOND - 1)
  await runDue()
  assert.equal((await order(number, caller)).trade_state, 'ACCEPTED')
  clock.advance(1)
  await runDue()
  assert.equal((await order(number, caller)).trade_state, 'PAY_FAIL')
}

/** The notices of an order, in the order of their sequence. */
async function noticesOf({ platform }: ParkingUnderTest, number: string) {
  const rows = await platform.db.all<{
    event_type: string
    subject: string
    sequence: number
    resource: string
  }>(
    `SELECT event_type, subject, sequence, resource FROM notices WHERE event_type LIKE 'TRANSACTION.%' ORDER BY sequence`,
  )
  return rows
    .map(row => ({ ...row, resource: JSON.parse(row.resource) as TransactionResult }))
    .filter(({ resource }) => resource.out_trade_no === number)
}

async function charges({ platform }: ParkingUnderTest, number: string) {
  return platform.db.all<{ entry: string; state: string }>(
    `SELECT entry, state FROM ledger_transfers WHERE kind = 'charge' AND subject LIKE $1 ORDER BY entry`,
    `%/${number}`,
  )
}

for (const [mode, caller] of MODES) {
  test(`${mode}: the same request after PAY_FAIL is accepted: the same order, a new round of attempts, paid once`, async () => {
    const payer = await newPayer(shared.platform)
    const { request, failed } = await failedCharge(shared, payer, caller)
    const again = await shared.charge(request, caller)
    assert.equal(again.statusCode, 200)
    const accepted = again.json<Transaction>()
    const { trade_state_description: _, ...rest } = failed
    const { trade_state_description: description, ...order } = accepted
    assert.deepEqual(order, { ...rest, trade_state: 'ACCEPTED' })
    assert.equal(description, '扣费已受理，等待扣款结果')
    assert.deepEqual(await shared.order(request.out_trade_no, caller), accepted)
    assert.equal((await shared.charge(request, caller)).body, again.body)

    // It fails once more, after as many attempts as the first time, and is taken up a third time.
    await fail(shared, request.out_trade_no, caller)
    await fillWallet(shared.platform, payer.payer_id, 1_000)
    assert.equal((await shared.charge(request, caller)).json<Transaction>().trade_state, 'ACCEPTED')
    await shared.runDue()
    assert.equal((await shared.order(request.out_trade_no, caller)).trade_state, 'SUCCESS')
    assert.equal(await balance(shared.platform.db, walletOf(payer.payer_id)), 112)
    assert.equal((await charges(shared, request.out_trade_no)).length, 1)
    assert.deepEqual(await auditLedger(shared.platform.db), [])

    const reported = await noticesOf(shared, request.out_trade_no)
    assert.deepEqual(
      reported.map(({ event_type, resource }) => [event_type, resource.trade_state]),
      [
        ['TRANSACTION.FAIL', 'PAY_FAIL'],
        ['TRANSACTION.FAIL', 'PAY_FAIL'],
        ['TRANSACTION.SUCCESS', 'SUCCESS'],
      ],
    )
    assert.equal(new Set(reported.map(({ subject }) => subject)).size, 1)
    assert.equal(new Set(reported.map(({ sequence }) => sequence)).size, 3)
  })
}

test('another content under the number of a failed charge is a conflict', async () => {
  const { request } = await failedCharge(shared, await newPayer(shared.platform))
  for (const changed of [{ amount: { total: 887, currency: 'CNY' } }, { description: '停车' }]) {
    const reply = await shared.charge({ ...request, ...changed })
    assert.deepEqual(
      [reply.statusCode, reply.json()],
      [400, { code: 'ALREADY_EXISTS', message: 'out_trade_no冲突' }],
    )
  }
  assert.equal((await shared.order(request.out_trade_no)).trade_state, 'PAY_FAIL')
})

test('many repetitions of a failed charge at once take it up once', async () => {
  const payer = await newPayer(shared.platform)
  const { request } = await failedCharge(shared, payer)
  await fillWallet(shared.platform, payer.payer_id, 10_000)
  const replies = await Promise.all(Array.from({ length: PARALLEL }, () => shared.charge(request)))
  for (const reply of replies) assert.equal(reply.json<Transaction>().trade_state, 'ACCEPTED', reply.body)
  await shared.runDue()
  assert.equal(await balance(shared.platform.db, walletOf(payer.payer_id)), 10_000 - 888)
  assert.equal((await noticesOf(shared, request.out_trade_no)).length, 2)
})

test('a failed charge and new numbers at once: one of them has the entry', async () => {
  const { request, stay } = await failedCharge(shared, await newPayer(shared.platform))
  const requests: Fields[] = Array.from({ length: PARALLEL }, (_, index) =>
    index % 2 === 0 ? request : chargeOf(stay),
  )
  const replies = await Promise.all(requests.map(one => shared.charge(one)))
  const accepted = new Set(
    replies
      .filter(({ statusCode }) => statusCode === 200)
      .map(reply => reply.json<Transaction>().out_trade_no),
  )
  assert.equal(accepted.size, 1)
  for (const reply of replies.filter(({ statusCode }) => statusCode !== 200))
    assert.deepEqual(reply.json(), { code: 'INVALID_REQUEST', message: '场景信息和停车入场ID不匹配' })
})

test('everything is checked again: what has changed since is refused, and the order stays as it is', async () => {
  const payer = await newPayer(shared.platform)
  const { request, stay, failed } = await failedCharge(shared, payer)
  await shared.platform.db.transaction(tx => changePayer(tx, payer.payer_id, { score: 549 }))
  const refused = await shared.charge(request)
  assert.deepEqual(refused.json(), { code: 'INVALID_REQUEST', message: '用户状态异常' })
  await shared.platform.db.transaction(tx => changePayer(tx, payer.payer_id, { score: 550 }))
  await shared.park({ plate_number: stay.request.plate_number })
  const superseded = await shared.charge(request)
  assert.deepEqual(superseded.json(), { code: 'INVALID_REQUEST', message: '停车入场ID不存在' })
  assert.deepEqual(await shared.order(request.out_trade_no), failed)
})

test('a plate that has changed hands since is paid by its new payer', async () => {
  const { platform } = shared
  const payer = await newPayer(platform)
  const { request, failed } = await failedCharge(shared, payer)
  const { payer_id } = await newPayer(platform, { wallet: 888, opened: false })
  const plate = { plate_number: payer.plate_number, plate_color: 'BLUE' } as const
  await platform.db.transaction(tx =>
    removePlate(tx, plateContext(platform), { ...plate, payer_id: payer.payer_id }),
  )
  await platform.db.transaction(tx => openPlate(tx, plateContext(platform), { ...plate, payer_id }))
  const again = (await shared.charge(request)).json<Transaction>()
  assert.notEqual(again.payer.openid, failed.payer.openid)
  await shared.runDue()
  assert.equal((await shared.order(request.out_trade_no)).trade_state, 'SUCCESS')
  assert.equal(await balance(platform.db, walletOf(payer_id)), 0)
})

test('a card that has refused the first charge is asked again for the next one, as another payment', async () => {
  const payer = await newPayer(shared.platform, { cards: [{ behaviour: 'REFUSE' }] })
  const { request } = await failedCharge(shared, payer)
  const card = { card_id: `${payer.payer_id}-card-1`, available: 888, behaviour: 'APPROVE' } as const
  await shared.platform.db.transaction(tx => putScriptedCard(tx, card))
  await shared.charge(request)
  await shared.runDue()
  assert.equal((await shared.order(request.out_trade_no)).bank_type, 'CMB_DEBIT')
  assert.deepEqual(
    (await charges(shared, request.out_trade_no)).map(({ state }) => state),
    ['VOIDED', 'POSTED'],
  )
})

test('an advance of the second charge sends its success behind the failure, and the repayment behind both', async () => {
  const payer = await newPayer(shared.platform)
  const { request } = await failedCharge(shared, payer)
  await shared.platform.db.transaction(tx => changePayer(tx, payer.payer_id, { advance_limit: 888 }))
  await shared.charge(request)
  await shared.runDue()
  assert.equal((await shared.order(request.out_trade_no)).user_repaid, 'N')
  await fillWallet(shared.platform, payer.payer_id, 888)
  const repayment = { repayment_id: `again-${payer.payer_id}`, payer_id: payer.payer_id, source: 'wallet' }
  await shared.platform.db.transaction(tx => beginRepayment(tx, shared.platform, repayment))
  await shared.runDue()
  const reported = await noticesOf(shared, request.out_trade_no)
  assert.deepEqual(
    reported.map(({ event_type }) => event_type),
    ['TRANSACTION.FAIL', 'TRANSACTION.SUCCESS', 'TRANSACTION.PAY_BACK'],
  )
  assert.equal((await shared.order(request.out_trade_no)).user_repaid, 'Y')
})
