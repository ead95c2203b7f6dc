import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrations } from '../../test/schema.ts'
import { createMerchant } from '../merchants/change-merchant.ts'
import { filterFieldsOf } from '../node/filter-fields.ts'
import { products } from '../products/index.ts'
import { migrate } from '../store/migrate.ts'
import { createTestStore, testServer } from '../store/testing.ts'
import { injectsAt } from './draw.ts'
import { Faults, MAX_FAULTS, type NewFault } from './faults.ts'

// The rules in the store. What they do to calls and notices is tested where those are.

const RULE = { fault_id: 'half', kind: 'REPLY_LOST', probability: 5_000, seed: 42 } as const

/** A store, with as many nodes on it as are asked for. */
async function storeFor(t: { after(end: () => Promise<void>): void }) {
  const store = createTestStore()
  t.after(() => store.remove())
  const first = await store.open()
  await migrate(first, migrations, 0)
  await first.transaction(async tx => {
    for (const [mchid, kind] of [
      ['1230000109', 'direct'],
      ['1900000109', 'sub'],
    ] as const)
      await createMerchant(tx, { mchid, kind, name: mchid, public_key_id: '' })
  })
  await first.close()
  return {
    async open() {
      const db = await store.open()
      return { faults: await Faults.open(db, filterFieldsOf(products)), close: () => db.close() }
    },
  }
}

async function injectionsOf(faults: Faults, matches: number, subject = {}): Promise<boolean[]> {
  const injected = []
  for (let match = 0; match < matches; match += 1)
    injected.push('REPLY_LOST' in (await faults.inject('call', subject)))
  return injected
}

const expected = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => injectsAt(RULE, from + index))

test('the same rule and seed inject into the same matches, on this engine as on the other and over a restart', async t => {
  const { open } = await storeFor(t)
  const before = await open()
  await before.faults.put(RULE)
  assert.deepEqual(await injectionsOf(before.faults, 30), expected(1, 30))
  await before.close()
  const after = await open()
  assert.deepEqual(await injectionsOf(after.faults, 30), expected(31, 60))
  const { matched, injected } = (await after.faults.find('half')) ?? {}
  assert.deepEqual([matched, injected], [60, expected(1, 60).filter(Boolean).length])
  await after.close()
})

test('a rule with other fields starts anew, and the same one again changes nothing', async t => {
  const node = await (await storeFor(t)).open()
  const { faults } = node
  await faults.put(RULE)
  await injectionsOf(faults, 5)
  assert.equal(((await faults.put({ ...RULE, count: undefined })) as { matched: number }).matched, 5)
  const other = await faults.put({ ...RULE, mchid: '1230000109' })
  assert.deepEqual([other !== 'too_many' && other.matched], [0])
  assert.deepEqual(
    await injectionsOf(faults, 5),
    expected(1, 5).map(() => false),
  )
  assert.deepEqual(await injectionsOf(faults, 5, { mchid: '1230000109' }), expected(1, 5))
  await faults.remove('half')
  assert.equal(await faults.find('half'), undefined)
  assert.equal(faults.areThere('call'), false)
  await node.close()
})

test('a rule that has injected as often as it may is spent: nobody pays for it, and it counts no more', async t => {
  const node = await (await storeFor(t)).open()
  const { faults } = node
  await faults.put({ ...RULE, probability: 10_000, count: 2 })
  assert.deepEqual(await injectionsOf(faults, 4), [true, true, false, false])
  assert.equal((await faults.find('half'))?.matched, 2)
  assert.equal(faults.areThere('call'), false)
  await node.close()
})

test('what matches at the same moment is counted one by one, also by two nodes on one store', async t => {
  const { open } = await storeFor(t)
  const first = await open()
  await first.faults.put({ ...RULE, count: 12 })
  const nodes = testServer === undefined ? [first] : [first, await open()]
  const asked = nodes.flatMap(({ faults }) => Array.from({ length: 30 }, () => faults.inject('call', {})))
  const injected = (await Promise.all(asked)).filter(one => one.REPLY_LOST)
  assert.equal(injected.length, 12)
  const found = await first.faults.find('half')
  assert.equal(found?.injected, 12)
  assert.equal(expected(1, found.matched).filter(Boolean).length, 12)
  for (const { close } of nodes) await close()
})

test('a rule that another node has changed is obeyed as it is in the store', async t => {
  const { open } = await storeFor(t)
  const [one, other] = [await open(), await open()]
  await one.faults.put({ ...RULE, probability: 10_000 })
  await other.faults.reload()
  await one.faults.put({ ...RULE, probability: 10_000, mchid: '1230000109' })
  // It does not know of the change yet, and injects nothing into other calls all the same.
  assert.deepEqual(await injectionsOf(other.faults, 1, { mchid: '1' }), [false])
  assert.deepEqual(await injectionsOf(other.faults, 1, { mchid: '1230000109' }), [true])
  assert.equal((await one.faults.find('half'))?.matched, 1)
  await one.close()
  await other.close()
})

test('rules are matched in the order of their ids, the same on every engine', async t => {
  const node = await (await storeFor(t)).open()
  const { faults } = node
  for (const fault_id of ['b', 'B', 'a-1', 'A_1', 'é'])
    await faults.put({ ...RULE, fault_id, count: 1, probability: 10_000 })
  const order = []
  for (let round = 0; round < 5; round += 1)
    order.push((await faults.inject('call', {})).REPLY_LOST?.fault_id)
  assert.deepEqual(order, ['A_1', 'B', 'a-1', 'b', 'é'])
  await node.close()
})

test('a field that the kind does not have is refused by name', async t => {
  const node = await (await storeFor(t)).open()
  const refused: [rule: Omit<NewFault, 'fault_id'>, why: RegExp][] = [
    [
      { kind: 'REPLY_LOST', event_type: 'TRANSACTION.SUCCESS' },
      /event_type is no filter of REPLY_LOST, which has call, mchid, host, fields/,
    ],
    [{ kind: 'NOTICE_LOST', call: 'refunds.createRefund' }, /call is no filter/],
    [{ kind: 'NOTICE_LOST', host: 'api' }, /host is no filter/],
    [{ kind: 'HOST_DOWN', mchid: '1230000109' }, /mchid is no filter of HOST_DOWN, which has host/],
    [{ kind: 'HOST_DOWN', fields: { out_refund_no: 'R1' } }, /fields is no filter of HOST_DOWN/],
    [{ kind: 'REPLY_LOST', delay_ms: 1 }, /delay_ms must be left out/],
    [{ kind: 'LATENCY' }, /delay_ms must be 1 to 120000/],
    [{ kind: 'LATENCY', delay_ms: 120_001 }, /delay_ms must be 1 to 120000/],
    [{ kind: 'NOTICE_DELAYED' }, /delay_ms must be/],
  ]
  for (const [rule, why] of refused) await assert.rejects(node.faults.put({ fault_id: 'a', ...rule }), why)
  const held = await node.faults.put({ fault_id: 'a', kind: 'NOTICE_REORDERED' })
  assert.equal(held !== 'too_many' && held.delay_ms, 3_600_000)
  await node.close()
})

test('a rule that could never match is refused by the field that keeps it from that', async t => {
  const node = await (await storeFor(t)).open()
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`field_${index}`, 1]))
  const refused: [rule: Omit<NewFault, 'fault_id'>, why: RegExp][] = [
    [{ kind: 'REPLY_LOST', call: 'repay' }, /^call must be one of .*createRefund/],
    [
      { kind: 'NOTICE_LOST', event_type: 'TRANSACTION.DONE' },
      /^event_type must be one of .*TRANSACTION.SUCCESS/,
    ],
    [{ kind: 'NOTICE_LOST', product: 'coupons' }, /^product must be one of .*refunds, security$/],
    [{ kind: 'REPLY_LOST', product: 'refunds' }, /^product is no filter of REPLY_LOST/],
    [
      { kind: 'NOTICE_LOST', product: 'refunds', event_type: 'TRANSACTION.SUCCESS' },
      /^event_type must be one of REFUND.SUCCESS, REFUND.ABNORMAL, REFUND.CLOSED$/,
    ],
    [{ kind: 'HOST_DOWN', host: 'api3' }, /^host must be one of api, api2/],
    [
      { kind: 'REPLY_PROBE', call: 'bills.downloadBill' },
      /^call must be another one, because bills.downloadBill answers a file/,
    ],
    [{ kind: 'REPLY_LOST', mchid: '1230000999' }, /^mchid is no merchant number/],
    [{ kind: 'REPLY_LOST', mchid: '1900000109' }, /^mchid is a sub-merchant/],
    [{ kind: 'NOTICE_LOST', mchid: '1900000109' }, /^mchid is a sub-merchant/],
    [
      { kind: 'REPLY_LOST', call: 'refunds.createRefund', fields: { out_refund_no: 'R/1' } },
      /^fields.out_refund_no cannot have this value in refunds.createRefund, so the rule would never match/,
    ],
    // As its own text, and not as a number.
    [
      { kind: 'REPLY_LOST', call: 'refunds.createRefund', fields: { refund: '100' } },
      /^fields.refund cannot have/,
    ],
    [{ kind: 'REPLY_LOST', call: 'refunds.createRefund', fields: { from: 100 } }, /^fields.from cannot have/],
    [
      { kind: 'REPLY_LOST', call: 'refunds.createRefund', fields: { currency: 'EUR' } },
      /^fields.currency cannot/,
    ],
    [{ kind: 'NOTICE_LOST', fields: { refund_status: 'LATE' } }, /^fields.refund_status cannot have/],
    [
      { kind: 'REPLY_LOST', call: 'bills.getTradeBill', fields: { out_refund_no: 'R1' } },
      /^fields.out_refund_no is declared by none of bills.getTradeBill, so the rule would never match/,
    ],
    [{ kind: 'REPLY_LOST', fields: { constructor: 'R1' } }, /^fields.constructor is declared by none of/],
    [{ kind: 'REPLY_LOST', fields: eleven }, /^fields must be at most 10/],
    [
      { kind: 'REPLY_LOST', fields: { bill_date: '2017-08-26', out_refund_no: 'R1' } },
      /^fields.out_refund_no is declared by none of bills.getTradeBill, bills.getFundFlowBill/,
    ],
    [
      { kind: 'NOTICE_LOST', event_type: 'SECURITY_ECHO.SUCCESS', fields: { out_refund_no: 'R1' } },
      /^fields.out_refund_no is declared by none of SECURITY_ECHO.SUCCESS/,
    ],
    [{ kind: 'REPLY_LOST', probability: 0 }, /^probability must be/],
    [{ kind: 'REPLY_LOST', probability: 0.5 }, /^probability must be/],
    [{ kind: 'REPLY_LOST', count: 0 }, /^count must be/],
    [{ kind: 'REPLY_LOST', seed: -1 }, /^seed must be/],
    [{ kind: 'LATENCY', delay_ms: Number.NaN }, /^delay_ms must be/],
  ]
  for (const [rule, message] of refused)
    await assert.rejects(node.faults.put({ fault_id: 'a', ...rule }), { name: 'WrongFault', message })
  assert.equal(await node.faults.find('a'), undefined)
  const taken: Omit<NewFault, 'fault_id'>[] = [
    { kind: 'REPLY_PROBE', call: 'refunds.createRefund', fields: { out_trade_no: 'T1', refund: 100 } },
    { kind: 'REPLY_TRUNCATED', call: 'bills.downloadBill' },
    { kind: 'REPLY_LOST', fields: { out_trade_no: 'T1', out_refund_no: 'R1' }, host: 'api2' },
    // Of partner mode only.
    { kind: 'REPLY_LOST', fields: { sub_mchid: '1900000109' } },
    { kind: 'NOTICE_LOST', event_type: 'REFUND.SUCCESS', fields: { payer_refund: 100 } },
    { kind: 'NOTICE_OLD', event_type: 'REFUND.CLOSED', fields: { out_refund_no: 'R@1' } },
    { kind: 'NOTICE_OLD', event_type: 'SECURITY_ECHO.SUCCESS' },
  ]
  for (const rule of taken) await node.faults.put({ fault_id: 'a', ...rule })
  await node.close()
})

test('a field is matched at any depth, in lists too, by its value and type; all fields of a rule must be there', async t => {
  const node = await (await storeFor(t)).open()
  const { faults } = node
  const fields = { refund: 100, out_trade_no: 'T1' }
  await faults.put({ fault_id: 'a', kind: 'REPLY_LOST', call: 'refunds.createRefund', fields })
  const matches = async (content: unknown) =>
    'REPLY_LOST' in (await faults.inject('call', { call: 'refunds.createRefund', content }))
  assert.equal(await matches({ refund: 100, out_trade_no: 'T1' }), true)
  assert.equal(
    await matches({ out_trade_no: 'T1', amount: { from: [{ refund: 1 }, { refund: 100 }] } }),
    true,
  )
  assert.equal(await matches({ out_trade_no: ['T0', 'T1'], amount: { refund: 100 } }), true)
  assert.equal(await matches({ out_trade_no: 'T1', amount: { refund: 101 } }), false)
  assert.equal(await matches({ out_trade_no: 'T1', amount: { refund: '100' } }), false)
  assert.equal(await matches({ amount: { refund: 100 } }), false)
  for (const content of [undefined, null, 'T1', [], {}]) assert.equal(await matches(content), false)
  // The same fields in another order are the same rule.
  const again = { out_trade_no: 'T1', refund: 100 }
  const same = await faults.put({
    fault_id: 'a',
    kind: 'REPLY_LOST',
    call: 'refunds.createRefund',
    fields: again,
  })
  assert.deepEqual(same, await faults.find('a'))
  assert.equal((await faults.find('a'))?.injected, 3)
  await node.close()
})

test('there are not more rules than a request can be held against', async t => {
  const node = await (await storeFor(t)).open()
  for (let rule = 0; rule < MAX_FAULTS; rule += 1)
    await node.faults.put({ ...RULE, fault_id: `rule-${rule}` })
  assert.equal(await node.faults.put(RULE), 'too_many')
  assert.notEqual(await node.faults.put({ ...RULE, fault_id: 'rule-7', seed: 1 }), 'too_many')
  await node.close()
})
