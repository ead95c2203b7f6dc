import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type AdminReply, adminCalls } from '../../test/admin-calls.ts'
import { sandboxUnderTest } from '../../test/sandbox.ts'

import { openResource, type SealedResource } from '../protocol/sealed-resource.ts'

// The settings of a merchant about the keys of the platform: the switch to the public key, and the rotation of certificates.

const running = await sandboxUnderTest({ after })
const admin = adminCalls(running)
const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

let last = 0

/** A merchant number of its own for a test. */
function merchant(): { put(fields: object): Promise<AdminReply>; get(): Promise<AdminReply> } {
  last += 1
  const path = `/merchants/12330000${String(last).padStart(2, '0')}`
  return { put: fields => admin.put(path, { kind: 'direct', ...fields }), get: () => admin.get(path) }
}

/** The settings that tests are about. */
const keysOf = ({ body }: AdminReply) => {
  const { trust_state, notice_key_share, notice_key_share_now, rotation, rotation_share } = body
  return { trust_state, notice_key_share, notice_key_share_now, rotation, rotation_share }
}

test('the switch takes seven days, in which the share of the public key grows by itself', async () => {
  const { put, get } = merchant()
  await put({ trust_state: 'CERTIFICATE' })
  assert.equal((await get()).body.notice_key_share_now, 0)
  const begun = await put({ trust_state: 'SWITCHING' })
  assert.equal(Date.parse(begun.body.switching_since), running.clock.now())
  for (const share of [0.1, 1, 5, 10, 20, 50, 100, 100]) {
    assert.equal((await get()).body.notice_key_share_now, share)
    // Said again it does not begin again.
    await put({ trust_state: 'SWITCHING' })
    running.clock.advance(DAY)
  }
  const ended = await put({ trust_state: 'PUBLIC_KEY' })
  assert.deepEqual([ended.body.notice_key_share_now, ended.body.switching_since], [100, undefined])
})

test('a share that is given is fixed, and one can go back to certificates from everywhere', async () => {
  const { put, get } = merchant()
  await put({ trust_state: 'CERTIFICATE' })
  const fixed = await put({ trust_state: 'SWITCHING', notice_key_share: 30 })
  assert.deepEqual([fixed.body.notice_key_share_now, fixed.body.switching_since], [30, undefined])
  running.clock.advance(3 * DAY)
  assert.equal((await get()).body.notice_key_share_now, 30)
  await put({ trust_state: 'CERTIFICATE' })
  assert.equal((await put({ trust_state: 'SWITCHING' })).body.notice_key_share_now, 0.1)
  assert.equal((await put({ notice_key_share: 40 })).body.notice_key_share_now, 40)
  for (const trust_state of ['PUBLIC_KEY', 'SWITCHING', 'CERTIFICATE', 'PUBLIC_KEY', 'CERTIFICATE']) {
    const { body } = await put({ trust_state })
    assert.equal(body.trust_state, trust_state)
    assert.equal(body.switching_since !== undefined, trust_state === 'SWITCHING')
  }
})

test('before the next certificate is shown no rotation begins', async () => {
  const { put } = merchant()
  await put({ trust_state: 'CERTIFICATE' })
  for (const rotation of ['AUTO', 'MANUAL'])
    admin.refused(await put({ rotation }), 'CONFLICT', /not shown a next platform certificate/)
  assert.equal((await put({ rotation: 'NONE', rotation_share: 0 })).status, 200)
})

test('from here on the next certificate is shown', async () => {
  const [{ serial_no }] = (await admin.get('/platform-certificates')).body.data
  const expire_time = new Date(running.clock.now() + 170 * DAY).toISOString()
  await admin.put(`/platform-certificates/${serial_no}`, { expire_time })
  assert.equal((await admin.get('/platform-certificates')).body.data.length, 2)
})

test('by hand the share only grows, and ending the rotation takes it back to nothing', async () => {
  const { put } = merchant()
  await put({ trust_state: 'CERTIFICATE' })
  admin.refused(await put({ rotation_share: 5 }), 'CONFLICT', /give rotation MANUAL/)
  assert.equal((await put({ rotation: 'MANUAL' })).body.rotation_share, 1)
  assert.equal((await put({ rotation_share: 500 })).body.rotation_share, 500)
  admin.refused(await put({ rotation_share: 499 }), 'CONFLICT', /only grows; it is 500/)
  const again = await put({ rotation: 'MANUAL', rotation_share: 500 })
  assert.deepEqual([again.body.rotation, again.body.rotation_share], ['MANUAL', 500])
  const ended = keysOf(await put({ rotation: 'NONE' }))
  assert.deepEqual([ended.rotation, ended.rotation_share], ['NONE', 0])
  assert.equal((await put({ rotation: 'MANUAL', rotation_share: 20 })).body.rotation_share, 20)
  for (const rotation_share of [-1, 10_001, 0.5])
    admin.refusedField(await put({ rotation_share }), 'rotation_share')
})

test('the plan goes on from what was reached by hand, and by hand one goes on from the plan', async () => {
  const { put, get } = merchant()
  await put({ trust_state: 'CERTIFICATE', rotation: 'AUTO' })
  assert.equal((await get()).body.rotation_share, 1)
  admin.refused(await put({ rotation_share: 2 }), 'CONFLICT', /The plan of AUTO/)
  // In a week there are a Monday and a Thursday.
  running.clock.advance(7 * DAY)
  assert.equal((await get()).body.rotation_share, 500)
  // What is shown can be given back as it is.
  const { rotation, rotation_share } = (await get()).body
  assert.equal((await put({ rotation, rotation_share })).body.rotation_share, 500)
  admin.refused(await put({ rotation: 'MANUAL', rotation_share: 499 }), 'CONFLICT', /only grows/)
  assert.equal((await put({ rotation: 'MANUAL' })).body.rotation_share, 500)
  assert.equal((await put({ rotation_share: 3_000 })).body.rotation_share, 3_000)
  assert.equal((await put({ rotation: 'AUTO' })).body.rotation_share, 3_000)
  running.clock.advance(14 * DAY)
  assert.equal((await get()).body.rotation_share, 3_000)
  running.clock.advance(7 * DAY)
  assert.equal((await get()).body.rotation_share, 10_000)
})

test('a rotation and the switch to the public key exclude each other', async () => {
  const { put, get } = merchant()
  for (const trust_state of ['SWITCHING', 'PUBLIC_KEY']) {
    await put({ trust_state, rotation: 'NONE' })
    admin.refused(await put({ rotation: 'MANUAL' }), 'CONFLICT', /exclude each other/)
  }
  await put({ trust_state: 'CERTIFICATE', rotation: 'MANUAL', rotation_share: 10 })
  const before = keysOf(await get())
  for (const trust_state of ['SWITCHING', 'PUBLIC_KEY'])
    admin.refused(await put({ trust_state }), 'CONFLICT', /exclude each other/)
  admin.refused(await put({ next_certificate_days: 150 }), 'CONFLICT', /until the rotation is over/)
  assert.deepEqual(keysOf(await get()), before)
  assert.equal((await put({ trust_state: 'SWITCHING', rotation: 'NONE' })).body.trust_state, 'SWITCHING')
})

test('with the old certificate the rotation ends, and says nothing of the next one', async () => {
  const { put, get } = merchant()
  await put({ trust_state: 'CERTIFICATE', rotation: 'MANUAL', rotation_share: 10 })
  const [old, next] = (await admin.get('/platform-certificates')).body.data
  running.clock.moveTo(Date.parse(old.expire_time) - 1)
  assert.equal((await get()).body.rotation, 'MANUAL')
  running.clock.advance(1)
  const over = keysOf(await get())
  assert.deepEqual([over.rotation, over.rotation_share], ['NONE', 0])
  const { body } = await admin.get('/merchants')
  assert.ok(body.data.every((each: { rotation: string }) => each.rotation === 'NONE'))
  assert.equal((await put({ trust_state: 'SWITCHING' })).status, 200)
  // Long after, the one after the next is shown, and the same merchant begins anew.
  await put({ trust_state: 'CERTIFICATE' })
  const expire_time = new Date(running.clock.now() + 30 * DAY).toISOString()
  await admin.put(`/platform-certificates/${next.serial_no}`, { expire_time })
  assert.equal(keysOf(await get()).rotation, 'NONE')
  assert.equal((await put({ rotation: 'MANUAL' })).body.rotation_share, 1)
})

test('a changed APIv3 key seals the list of certificates at once, and is in the folder', async () => {
  const { put } = merchant()
  const { mchid } = (await put({ trust_state: 'CERTIFICATE' })).body
  for (const apiv3_key of ['a'.repeat(32), 'b'.repeat(32)]) {
    await put({ apiv3_key })
    assert.equal(running.merchant(mchid).apiv3_key, apiv3_key)
    const reply = await running.call({ method: 'GET', target: '/v3/certificates' }, mchid)
    const { data } = reply.json<{ data: { encrypt_certificate: SealedResource }[] }>()
    for (const { encrypt_certificate } of data)
      assert.match(openResource(encrypt_certificate, apiv3_key), /BEGIN CERTIFICATE/)
    assert.ok(data.length > 0)
  }
})
