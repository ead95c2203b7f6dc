import assert from 'node:assert/strict'
import { test } from 'node:test'
import { issueCertificate } from '../../src/sandbox/issue-certificate.ts'
import { PLATFORM_SUBJECT } from '../../src/sandbox/platform-certificates.ts'
import { type ClientOptions, merchantClient } from '../../src/sdk/index.ts'
import { platformUnderTest } from '../platform.ts'
import { DIRECT, optionsOf, plateRequest } from './car-park.ts'
import { type ManInTheMiddle, manInTheMiddle, withText } from './man-in-the-middle.ts'

const LIST = '/v3/certificates?algorithm_type=RSA'
const downloads = ({ seen }: ManInTheMiddle) => seen.filter(({ target }) => target === LIST).length

test('a client without certificates downloads, opens and verifies them before its first call, once', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const options: ClientOptions = {
    ...optionsOf(platform, DIRECT),
    baseUrl: middle.url,
    trust: { certificates: [] },
  }
  const { parking } = merchantClient(options)

  await Promise.all([1, 2, 3].map(() => parking.queryPlateService(plateRequest)))
  assert.equal(middle.seen[0]?.target, LIST)
  assert.equal(downloads(middle), 1)
  assert.equal(middle.seen.length, 4)
  assert.ok(middle.seen.every(({ headers }) => headers['wechatpay-serial'] === undefined))
})

test('an unknown serial number makes all waiting calls wait for one download, and then they are believed', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  // One that the platform has given up.
  const { certificate } = await issueCertificate(platform.platform, 'RSA', { subject: PLATFORM_SUBJECT })
  const certificates = [certificate]
  const { parking } = merchantClient({
    ...optionsOf(platform, DIRECT),
    baseUrl: middle.url,
    trust: { certificates },
  })

  const services = await Promise.all([1, 2, 3].map(() => parking.queryPlateService(plateRequest)))
  assert.deepEqual(
    services.map(({ service_state }) => service_state),
    ['NORMAL', 'NORMAL', 'NORMAL'],
  )
  assert.equal(downloads(middle), 1)
})

test('certificates that were changed on the way, or another APIv3 key, stop the call before it is sent', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const base: ClientOptions = {
    ...optionsOf(platform, DIRECT),
    baseUrl: middle.url,
    trust: { certificates: [] },
    retries: 0,
  }
  const expected = {
    name: 'ReplyForged',
    op: 'certificates.listCertificates',
    message: /cannot be opened: the APIv3 key is wrong/,
  }

  const wrongKey = merchantClient({ ...base, apiv3Key: 'x'.repeat(32) })
  await assert.rejects(wrongKey.parking.queryPlateService(plateRequest), expected)
  middle.plan(withText('"ciphertext":"', '"ciphertext":"AAAA'))
  await assert.rejects(merchantClient(base).parking.queryPlateService(plateRequest), expected)
  assert.ok(middle.seen.every(({ target }) => target === LIST))
})

test('certificates that are genuine but come with a wrong signature are not believed', async t => {
  const platform = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const { parking } = merchantClient({
    ...optionsOf(platform, DIRECT),
    baseUrl: middle.url,
    trust: { certificates: [] },
    retries: 0,
  })
  middle.plan(withText('"effective_time":"2', '"effective_time":"1'))
  await assert.rejects(parking.queryPlateService(plateRequest), {
    name: 'ReplyForged',
    op: 'certificates.listCertificates',
  })
})

test('a merchant that has only the public key gets that answer when it requests certificates', async t => {
  const platform = await platformUnderTest(t, { trust: 'PUBLIC_KEY' })
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), trust: { certificates: [] } })
  await assert.rejects(parking.queryPlateService(plateRequest), {
    name: 'NotFound',
    op: 'certificates.listCertificates',
    code: 'RESOURCE_NOT_EXISTS',
    verified: false,
    whatToDo: /publicKeyId/,
  })
})

test('a client with one kind of key does not believe the other, and says which is missing', async t => {
  const switched = await platformUnderTest(t, { trust: 'PUBLIC_KEY' })
  const byCertificate = merchantClient({ ...optionsOf(switched, DIRECT, 'certificate'), retries: 0 })
  await assert.rejects(byCertificate.parking.queryPlateService(plateRequest), {
    name: 'ReplyForged',
    message: /set trust to \{ publicKeyId, publicKey \}/,
  })
  const before = await platformUnderTest(t, { trust: 'CERTIFICATE' })
  const byKey = merchantClient({ ...optionsOf(before, DIRECT, 'public-key'), retries: 0 })
  await assert.rejects(byKey.parking.queryPlateService(plateRequest), {
    name: 'ReplyForged',
    message: /add certificates: \[\] to trust/,
  })
})

test('a client with both kinds of keys believes the platform in every state of the switch', async t => {
  for (const trust of ['CERTIFICATE', 'SWITCHING', 'PUBLIC_KEY'] as const) {
    const platform = await platformUnderTest(t, { trust })
    const { parking } = merchantClient(optionsOf(platform, DIRECT, 'both'))
    assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  }
})

test('in public key mode every call names the key, in certificate mode only the one that must', async t => {
  const platform = await platformUnderTest(t)
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const { public_key_id, platform_serial } = platform.merchant(DIRECT)
  for (const [trust, onQuery, onEcho] of [
    ['public-key', public_key_id, public_key_id],
    ['both', public_key_id, public_key_id],
    ['certificate', undefined, platform_serial],
  ] as const) {
    const client = merchantClient({ ...optionsOf(platform, DIRECT, trust), baseUrl: middle.url })
    middle.seen.length = 0
    await client.parking.queryPlateService(plateRequest)
    await client.security.securityEcho({ echo_message: 'a' })
    const serials = middle.seen.map(({ headers }) => headers['wechatpay-serial'])
    assert.deepEqual(serials, [onQuery, onEcho], trust)
  }
})
