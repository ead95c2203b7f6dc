import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { platformUnderTest } from '../../test/platform.ts'

const running = await platformUnderTest({ after })
const admin = adminCalls(running)

test('an account is found by its name, with its slashes encoded', async () => {
  const name = 'payer/payer-of-粤B10001/wallet'
  const { body } = await admin.get(`/ledger/accounts/${encodeURIComponent(name)}`)
  assert.deepEqual(body, {
    account: name,
    balance: 10_000_000,
    pending_debits: 0,
    pending_credits: 0,
    minimum: 0,
  })
  const outside = (await admin.get('/ledger/accounts/bank%2Fclearing')).body
  assert.ok(outside.balance < 0)
  assert.equal(outside.minimum, undefined)
  admin.refused(await admin.get('/ledger/accounts/nope'), 'NOT_FOUND')
  admin.assertAllMet('getLedgerAccount')
})

test('accounts and the transfers of a subject are listed, and the books are checked', async () => {
  const { body } = await admin.get('/ledger/accounts?limit=2')
  assert.deepEqual([body.data.length, typeof body.next], [2, 'string'])
  const subject = encodeURIComponent('top_up/payer-of-粤B10001/opening')
  const { data } = (await admin.get(`/ledger/transfers?subject=${subject}`)).body
  assert.deepEqual([data.length, data[0].kind, data[0].state], [1, 'top_up', 'POSTED'])
  admin.refusedField(await admin.get('/ledger/transfers'), 'subject', /required/)
  assert.deepEqual((await admin.get('/ledger/audit')).body, { faults: [] })
})
