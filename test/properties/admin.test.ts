import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { AdminOperation } from '../../src/admin/operation.ts'
import { auditLedger } from '../../src/ledger/audit.ts'
import { adminEndpointsOf } from '../../src/node/admin-endpoints.ts'
import { products } from '../../src/products/index.ts'
import { type AdminReply, adminCalls, assertDeclared } from '../admin-calls.ts'
import { NOBODY_LISTENS, parkingUnderTest } from '../parking.ts'
import { allTables } from '../schema.ts'
import { corrupt, flipped, jsonOf, type Mutation, membersOf, mutation, type Parts } from './mutations.ts'

const adminEndpoints = await adminEndpointsOf(products)

/** Requests that are tried; each carries up to three mutations. */
const RUNS = 1_000

const running = await parkingUnderTest({ after })
const admin = adminCalls(running)
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
after(() => agent.destroy())

const stay = await running.park()
const order = await running.accept(stay)
await running.runDue()
const refund = await running.call({
  ...{ method: 'POST', target: '/v3/refund/domestic/refunds' },
  body: {
    ...{ out_trade_no: order.out_trade_no, out_refund_no: 'R1' },
    amount: { refund: 100, total: 888, currency: 'CNY' },
  },
})
assert.equal(refund.statusCode, 200, refund.body)
const { notices } = (await admin.get(`/orders/1230000109/${order.out_trade_no}`)).body
await admin.put('/payers/anna')
await admin.put('/payers/anna/repayments/none', { source: 'wallet' })
await admin.put('/sandbox/snapshots/first')

/** Fields with which a call is answered, by their names; those of a single call are below. */
const FIELDS: Record<string, unknown> = {
  ...{ mchid: '1230000109', sub_mchid: '1900000109', appid: 'wxcbda96de0b165486', payer_id: 'anna' },
  ...{ kind: 'direct', name: 'Name', permissions: [], fee_rate: 60, trust_state: 'SWITCHING' },
  ...{ auto_withdrawal: false, refund_without_funds: 'REFUSE', bill_date: '2017-08-26' },
  ...{ openid: 'o', event_type: 'TRANSACTION.SUCCESS', parking_id: stay.id },
  ...{ score: 700, wallet_state: 'NORMAL', wallet_position: 0, advance_limit: 50_000 },
  ...{ top_up_id: 't', withdrawal_id: 'w', amount: 100, repayment_id: 'r', source: 'wallet' },
  ...{ card_id: 'c', bank_type: 'CMB_DEBIT', position: 1, available: 100, behaviour: 'APPROVE' },
  ...{ refund_behaviour: 'APPROVE', out_refund_no: 'R1' },
  ...{ plate_number: '粤B30001', plate_color: 'BLUE', service_state: 'NORMAL' },
  ...{ stock_id: 's', coupon_id: 'k', scope: 'GLOBAL', type: 'CASH', max_coupons: 10 },
  available_begin_time: '2017-08-01T00:00:00+08:00',
  available_end_time: '2027-08-01T00:00:00+08:00',
  ...{ id: stay.id, out_trade_no: order.out_trade_no, replay_id: 'p' },
  ...{ mode: 'FROZEN', move_id: 'm', step_ms: 1_000, account: 'bank/clearing', subject: 'stock/s' },
  ...{ restoration_id: 'o', reset_id: 'e', limit: 2 },
  ...{ certificate_id: 'second', algorithm: 'RSA', expire_time: '2027-08-01T00:00:00+08:00' },
  ...{ serial_no: running.merchant('1230000109').platform_serial, revoked: false },
  ...{ notify_url: NOBODY_LISTENS, resource: { a: 1 }, fault_id: 'f', reminder_id: 'm', text: 'text' },
  ...{ rotation: 'NONE', rotation_share: 0, next_certificate_days: 180, domains: ['shop.example'] },
}

/** What leads to the same answer whatever was there before is not tried with everything that it can be given. */
const LEFT_OUT = new Set([
  'after',
  'to',
  'apiv3_key',
  'available_merchants',
  'trade_state',
  'state',
  'status',
])

function validFields({ name, path, request }: AdminOperation): [string, unknown][] {
  const more: Record<string, unknown> = {
    ...(path.includes('/notices/') && { id: notices[0].id }),
    ...(path.includes('/faults/') && { kind: 'RATE_LIMITED', fields: { out_trade_no: order.out_trade_no } }),
    ...(path.includes('/snapshots/') && { name: 'first' }),
    ...(name.includes('SubMerchant') && { mchid: '1230000100' }),
    ...(path.includes('/merchants/') && { account: 'BASIC' }),
  }
  return (
    Object.keys(request.properties)
      .filter(field => !LEFT_OUT.has(field) && (field in FIELDS || field in more))
      // A fault of a call has no type of notice.
      .filter(field => name !== 'putFault' || field !== 'event_type')
      .map(field => [field, more[field] ?? FIELDS[field]])
  )
}

function validParts(operation: AdminOperation): Parts {
  const fields = validFields(operation)
  const isInPath = ([field]: [string, unknown]) => operation.path.includes(`{${field}}`)
  const rest = fields.filter(field => !isInPath(field))
  const isPut = operation.method === 'PUT'
  return {
    method: operation.method,
    path: fields
      .filter(isInPath)
      .reduce(
        (path, [field, value]) => path.replace(`{${field}}`, encodeURIComponent(String(value))),
        operation.path,
      ),
    query: isPut ? [] : rest.map(([field, value]) => [field, encodeURIComponent(String(value))]),
    body: isPut ? membersOf(Object.fromEntries(rest)) : undefined,
    headers: {},
    flipBefore: undefined,
    flipAfter: undefined,
  }
}

async function send(parts: Parts, operation: AdminOperation): Promise<AdminReply | undefined> {
  const query = parts.query.map(([name, value]) => `${name}=${value}`).join('&')
  const body = parts.body ? flipped(Buffer.from(jsonOf(parts.body)), parts.flipBefore) : Buffer.alloc(0)
  const sent = {
    ...{ agent, method: parts.method, path: query === '' ? parts.path : `${parts.path}?${query}` },
    headers: {
      Authorization: `Bearer ${running.admin.token}`,
      ...parts.headers,
      'Content-Length': body.length,
    },
  }
  return new Promise((resolve, reject) => {
    httpRequest(running.admin.url, sent, async response => {
      const answer = await text(response)
      const headers = new Headers(response.headers as Record<string, string>)
      const status = response.statusCode ?? 0
      // A reply without a body has nothing to check: a HEAD has none.
      resolve(answer === '' ? undefined : { operation, status, headers, body: JSON.parse(answer) })
    })
      .on('error', reject)
      .end(body)
  })
}

async function contentOfSandbox(): Promise<unknown> {
  const content = []
  for (const { name, key } of allTables.filter(({ isKept }) => !isKept)) {
    content.push(await running.platform.db.all(`SELECT * FROM ${name} ORDER BY ${key.join(', ')}`))
  }
  return content
}

interface Attempt {
  operation: AdminOperation
  mutations: Mutation[]
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  operation: fc.constantFrom(...adminEndpoints.map(({ operation }) => operation)),
  mutations: fc.array(mutation, { maxLength: 3 }),
})

const statuses = new Map<number, number>()

/** What the sandbox held after the last request: it is read again only when it may have changed. */
let content = await contentOfSandbox()

async function tryOut({ operation, mutations }: Attempt): Promise<void> {
  const parts = validParts(operation)
  for (const change of mutations) corrupt(parts, change)
  const reply = await send(parts, operation)
  if (!reply) return
  const outcome = `${operation.name} ${reply.status}: ${JSON.stringify(reply.body)}`
  statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
  assert.ok(reply.status < 500, outcome)
  const rerouted = mutations.some(({ kind }) => kind === 'path' || kind === 'method')
  if (!rerouted) assertDeclared(reply)
  const before = content
  content = await contentOfSandbox()
  if (reply.status !== 200) assert.deepEqual(content, before, `${outcome} has written something`)
}

test('a valid request of every call is answered or says which state stands against it', async () => {
  for (const { operation } of adminEndpoints) {
    const reply = await send(validParts(operation), operation)
    assert.ok(
      reply && [200, 404, 409].includes(reply.status),
      `${operation.name} ${JSON.stringify(reply?.body)}`,
    )
    assertDeclared(reply)
  }
  content = await contentOfSandbox()
})

test('no request, however it is corrupted, gets anything but a documented answer, and a refused one writes nothing', async () => {
  await fc.assert(fc.asyncProperty(attempt, tryOut), { numRuns: RUNS })
  for (const status of [200, 400, 404]) assert.ok((statuses.get(status) ?? 0) > 10, `${status} was rare`)
  assert.deepEqual(await auditLedger(running.platform.db), [])
})
