import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { READ } from '../../test/calls.ts'
import { chargesUnderTest } from '../../test/charges.ts'
import { APPID } from '../../test/sandbox.ts'
import { products } from '../products/index.ts'
import { permissionsOf } from '../products/product.ts'
import type { MerchantFile } from '../sandbox/files.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)

const fileOf = (mchid: string): MerchantFile => running.merchant(mchid)

const PERMISSIONS = permissionsOf(products)

/** A call that is only for merchants with a permission and a bound app id. */
const permitted = (mchid = '1230000109') => running.call({ method: 'GET', target: READ }, mchid)

test('the merchants of the sandbox are listed and shown without their secrets', async () => {
  const { body } = await admin.get('/merchants')
  assert.equal(body.data.length, 8)
  const shown = await admin.get('/merchants/1230000100')
  assert.deepEqual(shown.body.sub_mchids, ['1900000109', '1900000110', '1900000111'])
  assert.deepEqual(shown.body.appids, [APPID])
  assert.equal(shown.body.certificates[0].serial_no, fileOf('1230000100').serial_no)
  const { apiv3_key } = fileOf('1230000100')
  assert.ok(!JSON.stringify([body, shown.body]).includes(apiv3_key))
  admin.refused(await admin.get('/merchants/1999999999'), 'NOT_FOUND', /1999999999/)
})

test('a new merchant gets keys of its own under the root, and its calls are answered at once', async () => {
  const mchid = '1231000001'
  const made = await admin.put(`/merchants/${mchid}`, { kind: 'direct', name: 'New' })
  assert.deepEqual(
    [made.body.kind, made.body.name, made.body.has_apiv3_key, made.body.permissions],
    ['direct', 'New', true, PERMISSIONS],
  )
  await admin.put(`/merchants/${mchid}/apps/${APPID}`)
  const folder = join(running.folder, 'merchants', mchid)
  const certificate = new X509Certificate(readFileSync(join(folder, 'apiclient_cert.pem')))
  const root = new X509Certificate(readFileSync(join(running.folder, 'platform', 'ca.pem')))
  assert.ok(certificate.verify(root.publicKey))
  assert.equal(certificate.serialNumber, fileOf(mchid).serial_no)
  assert.deepEqual(fileOf(mchid).appids, [APPID])
  const reply = await permitted(mchid)
  assert.equal(reply.statusCode, 200, reply.body)
  // Like a real new one it knows only the public key.
  assert.equal(made.body.trust_state, 'PUBLIC_KEY')
  assert.equal(reply.headers['wechatpay-serial'], fileOf(mchid).public_key_id)
  const list = await running.call({ method: 'GET', target: '/v3/certificates' }, mchid)
  assert.equal(list.json<{ code: string }>().code, 'RESOURCE_NOT_EXISTS')
})

test('a repeated request makes nothing anew, and a new number must say what it is', async () => {
  const mchid = '1231000002'
  admin.refusedField(await admin.put(`/merchants/${mchid}`), 'kind', /required/)
  const first = await admin.put(`/merchants/${mchid}`, { kind: 'provider' })
  const again = await admin.put(`/merchants/${mchid}`, { kind: 'provider' })
  assert.deepEqual(again.body, first.body)
  admin.refused(await admin.put(`/merchants/${mchid}`, { kind: 'direct' }), 'CONFLICT', /never changes/)
  const both = await Promise.all(
    [1, 2, 3].map(() => admin.put('/merchants/1231000003', { kind: 'direct', fee_rate: 1 })),
  )
  for (const { body } of both) assert.deepEqual(body, both[0]?.body)
  assert.equal(both[0]?.body.certificates.length, 1)
  assert.equal(both[0]?.body.certificates[0].serial_no, fileOf('1231000003').serial_no)
})

test('only what is given is changed, and what is wrong changes nothing', async () => {
  const before = (await admin.get('/merchants/1900000112')).body
  const changes = {
    ...{ name: 'Other', permissions: [], collection_restricted: true, advance_enabled: false },
    ...{ fee_rate: 0, notify_profile: 'production', notices_paused: true, trust_state: 'PUBLIC_KEY' },
    ...{ notice_key_share: 100, auto_withdrawal: true, refund_without_funds: 'WAIT' },
  }
  const { body } = await admin.put('/merchants/1900000112', changes)
  assert.deepEqual(body, { ...before, ...changes, notice_key_share_now: 100 })
  for (const wrong of [
    { fee_rate: 10_001 },
    { notice_key_share: -1 },
    { trust_state: '' },
    { notify_profile: 'x' },
    { name: '' },
    { permissions: PERMISSIONS[0] },
    { permissions: [...PERMISSIONS, 'unknown'] },
    { auto_withdrawal: 1 },
    { refund_without_funds: 'wait' },
    { apiv3_key: 'short' },
  ]) {
    const [field = ''] = Object.keys(wrong)
    admin.refusedField(await admin.put('/merchants/1900000112', { ...wrong, notices_paused: false }), field)
  }
  assert.deepEqual((await admin.get('/merchants/1900000112')).body, body)
  await admin.put('/merchants/1900000112', { ...before, ...unsettable(before) })
})

/** A merchant as it is shown has fields that are not set. */
function unsettable(shown: Record<string, unknown>): Record<string, undefined> {
  const settable = [
    ...['name', 'kind', 'fee_rate', 'notify_profile', 'trust_state', 'notice_key_share'],
    ...['refund_without_funds', 'permissions'],
  ]
  const names = Object.keys(shown).filter(
    name => !settable.includes(name) && typeof shown[name] !== 'boolean',
  )
  return Object.fromEntries([...names, 'has_apiv3_key'].map(name => [name, undefined]))
}

test('a change is what the next call meets: permission taken away, app id unbound, restriction', async () => {
  const call = () => permitted()
  assert.equal((await call()).statusCode, 200)
  await admin.put('/merchants/1230000109', { permissions: [] })
  assert.equal((await call()).json<{ code: string }>().code, 'NO_AUTH')
  await admin.put('/merchants/1230000109', { permissions: [...PERMISSIONS, ...PERMISSIONS] })
  const unbound = await admin.delete(`/merchants/1230000109/apps/${APPID}`)
  assert.deepEqual([unbound.body.appids, fileOf('1230000109').appids], [[], []])
  assert.equal((await call()).json<{ code: string }>().code, 'PARAM_ERROR')
  assert.deepEqual((await admin.delete(`/merchants/1230000109/apps/${APPID}`)).body, unbound.body)
  await admin.put(`/merchants/1230000109/apps/${APPID}`)
  await admin.put(`/merchants/1230000109/apps/${APPID}`)
  assert.equal((await call()).statusCode, 200)
})

test('a merchant shows what was collected for it: pending until midnight, held until its release, then available', async () => {
  const balances = async () => {
    const { body } = await admin.get('/merchants/1230000109')
    return [body.pending, body.held, body.available]
  }
  assert.deepEqual(await balances(), [0, 0, 0])
  await running.accept({ profit_sharing: 'N' })
  await running.accept({ profit_sharing: 'Y' })
  await running.runDue()
  const [pending = 0, held = 0] = await balances()
  assert.ok(pending > 0 && held > 0)
  await admin.put('/clock/moves/day', { step_ms: 86_400_000 })
  assert.deepEqual(await balances(), [0, held, pending])
})

test('sub-merchants are bound to providers only', async () => {
  const path = '/merchants/1230000100/sub-merchants/1900000112'
  const bound = await admin.put(path)
  assert.ok(bound.body.sub_mchids.includes('1900000112'))
  assert.deepEqual((await admin.put(path)).body, bound.body)
  assert.ok(fileOf('1230000100').sub_mchids.includes('1900000112'))
  const gone = await admin.delete(path)
  assert.ok(!gone.body.sub_mchids.includes('1900000112'))
  assert.deepEqual((await admin.delete(path)).body, gone.body)
  admin.refused(await admin.put('/merchants/1230000109/sub-merchants/1900000112'), 'CONFLICT', /no provider/)
  admin.refused(await admin.put('/merchants/1230000100/sub-merchants/1230000109'), 'CONFLICT', /kind sub/)
  admin.refused(await admin.put('/merchants/1230000100/sub-merchants/1999999999'), 'NOT_FOUND')
  admin.refused(await admin.delete('/merchants/1999999999/sub-merchants/1900000112'), 'NOT_FOUND')
  admin.refused(await admin.put(`/merchants/1999999999/apps/${APPID}`), 'NOT_FOUND')
  admin.refused(await admin.delete(`/merchants/1999999999/apps/${APPID}`), 'NOT_FOUND')
})

test('an APIv3 key is set and taken away, and the file of the merchant says the same', async () => {
  const key = 'abcdefghijklmnopqrstuvwxyz012345'
  await admin.put('/merchants/1230000110', { apiv3_key: key })
  assert.equal(fileOf('1230000110').apiv3_key, key)
  const { body } = await admin.put('/merchants/1230000110', { apiv3_key: '' })
  assert.deepEqual([body.has_apiv3_key, fileOf('1230000110').apiv3_key], [false, ''])
  admin.refused(await admin.put('/merchants/1900000109', { apiv3_key: key }), 'CONFLICT', /never calls/)
})

test('every refusal that the calls declare was met', () => {
  admin.assertAllMet(
    ...['getMerchant', 'putMerchant', 'putMerchantApp', 'deleteMerchantApp'],
    ...['putSubMerchant', 'deleteSubMerchant'],
  )
})
