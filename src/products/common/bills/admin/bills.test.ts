import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../../../../test/admin-calls.ts'
import { chargesUnderTest } from '../../../../../test/charges.ts'
import { withQuery } from '../../../../../test/platform.ts'
import { MERCHANT, PARTNER } from '../../../../../test/sandbox.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)

/** Applies for a bill of the merchant number, and expects that it is there. */
async function apply(
  kind: 'tradebill' | 'fundflowbill',
  query: Record<string, string>,
  mchid = MERCHANT.mchid,
) {
  const reply = await running.call({ method: 'GET', target: withQuery(`/v3/bill/${kind}`, query) }, mchid)
  assert.equal(reply.statusCode, 200, reply.body)
  running.clock.advance(1_000)
  return reply.json<{ hash_value: string }>()
}

interface Listed {
  bill_id: string
  mchid: string
  bill_date: string
  kind: string
  type: string
}

const list = async (query = ''): Promise<string[]> => {
  const { body } = await admin.get(`/bills${query}`)
  return body.data.map(({ mchid, bill_date, kind, type }: Listed) => `${mchid} ${bill_date} ${kind} ${type}`)
}

test('bills are listed when they are made, the newest first, by merchant and by day', async () => {
  for (const caller of [MERCHANT, PARTNER]) await running.accept({}, caller)
  await running.runDue()
  assert.deepEqual(await list(), [])
  running.clock.moveTo('2017-08-27T10:00:00+08:00')
  const bill_date = '2017-08-26'
  const { hash_value } = await apply('tradebill', { bill_date, bill_type: 'ALL' })
  await apply('fundflowbill', { bill_date })
  await apply('tradebill', { bill_date, bill_type: 'SUCCESS' }, PARTNER.mchid)
  await apply('tradebill', { bill_date, tar_type: 'GZIP' })

  const [trade, flow] = ['1230000109 2017-08-26 TRADE ALL', '1230000109 2017-08-26 FUND_FLOW BASIC']
  const provider = '1230000100 2017-08-26 TRADE SUCCESS'
  assert.deepEqual(await list(), [provider, flow, trade])
  assert.deepEqual(await list('?mchid=1230000109'), [flow, trade])
  assert.deepEqual(await list('?bill_date=2017-08-26'), [provider, flow, trade])
  assert.deepEqual(await list('?bill_date=2017-08-25'), [])
  const first = (await admin.get('/bills?limit=2')).body
  assert.deepEqual(await list(`?limit=2&after=${first.next}`), [trade])
  const { body } = await admin.get('/bills?mchid=1230000109')
  const { row_count, byte_length, gzip_length, sha1, sub_mchid, made_time } = body.data[1]
  assert.deepEqual([row_count, sha1, sub_mchid], [1, hash_value, ''])
  assert.ok(byte_length > 0 && gzip_length > 0)
  assert.match(made_time, /^2017-08-27T10:00:00/)
})

test('a day that is written in another way is refused', async () => {
  for (const day of ['20170825', '2017-8-25', 'yesterday'])
    admin.refusedField(await admin.get(`/bills?bill_date=${day}`), 'bill_date')
  admin.refusedField(await admin.get('/bills?mchid=1'), 'mchid')
})
