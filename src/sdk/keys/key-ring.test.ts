import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { KeyRing, type Trust } from './key-ring.ts'
import type { PlatformCertificate } from './platform-certificate.ts'

const MINUTE = 60 * 1000
const HOUR = 60 * MINUTE
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKeyTrust = {
  publicKeyId: 'PUB_KEY_ID_1',
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
}

const certificate = (serial: string, effectiveTime = 0, expireTime = 1000 * HOUR): PlatformCertificate => ({
  serial,
  publicKey,
  effectiveTime,
  expireTime,
})

/** A ring, and the platform that it downloads from: its time, its certificates, and whether it answers. */
function ringOf(trust: Trust) {
  const platform = { now: 0, certificates: [certificate('AA')], downloads: 0, failing: false }
  const ring = new KeyRing(
    { trust },
    () => platform.now,
    async () => {
      platform.downloads += 1
      if (platform.failing) throw new Error('no network')
      return platform.certificates
    },
  )
  return { ring, platform }
}

const isKey = (found: KeyObject | { unknown: string }) => !('unknown' in found)
/** Lets a download in the background end. */
const settled = () => new Promise(resolve => setImmediate(resolve))

test('certificates are downloaded once before the first call, however many calls wait for them', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  await Promise.all([ring.ready(), ring.ready(), ring.ready()])
  assert.equal(platform.downloads, 1)
  assert.ok(isKey(await ring.find('AA')))
  assert.equal(platform.downloads, 1)
})

test('with a public key nothing is downloaded before the first call', async () => {
  const { ring, platform } = ringOf({ ...publicKeyTrust, certificates: [] })
  await ring.ready()
  assert.ok(isKey(await ring.find('PUB_KEY_ID_1')))
  assert.equal(platform.downloads, 0)
})

test('serial numbers are compared without regard to case and leading zeros', async () => {
  const { ring } = ringOf({ certificates: [] })
  assert.ok(isKey(await ring.find('00aa')))
})

test('a serial number that begins with a zero is named with it, and found without it', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  platform.certificates = [certificate('0AA1')]
  assert.equal((await ring.encryptionKey()).serial, '0AA1')
  assert.ok(isKey(await ring.find('0AA1')))
  assert.ok(isKey(await ring.find('AA1')))
})

test('an unknown serial number causes one download for all who wait, and then none for ten seconds', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  await ring.ready()
  platform.certificates = [certificate('AA'), certificate('BB')]
  const found = await Promise.all([ring.find('BB'), ring.find('BB'), ring.find('BB')])
  assert.ok(found.every(isKey))
  assert.equal(platform.downloads, 2)

  assert.ok(!isKey(await ring.find('CC')))
  assert.ok(!isKey(await ring.find('DD')))
  assert.equal(platform.downloads, 2)
  platform.now += 9_999
  assert.ok(!isKey(await ring.find('CC')))
  assert.equal(platform.downloads, 2)
  platform.now += 1
  assert.ok(!isKey(await ring.find('CC')))
  assert.equal(platform.downloads, 3)
})

test('a key id that is not known is never looked for among certificates', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  await ring.ready()
  const found = await ring.find('PUB_KEY_ID_2')
  assert.match('unknown' in found ? found.unknown : '', /publicKeyId/)
  assert.equal(platform.downloads, 1)
})

test('in public key mode a certificate is not known, and the reason says what to add', async () => {
  const { ring, platform } = ringOf(publicKeyTrust)
  const found = await ring.find('AA')
  assert.match('unknown' in found ? found.unknown : '', /certificates: \[\]/)
  assert.equal(platform.downloads, 0)
})

test('certificates are renewed by whoever uses them after ten hours, without being waited for', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  await ring.ready()
  platform.now = 10 * HOUR - 1
  await ring.ready()
  assert.equal(platform.downloads, 1)

  platform.now = 10 * HOUR
  platform.certificates = [certificate('BB')]
  assert.ok(isKey(await ring.find('AA')))
  assert.equal(platform.downloads, 2)
  await settled()
  assert.ok(isKey(await ring.find('BB')))
  assert.equal(platform.downloads, 2)
})

test('a renewal that fails disturbs nobody and is tried again', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  await ring.ready()
  platform.now = 10 * HOUR
  platform.failing = true
  assert.ok(isKey(await ring.find('AA')))
  await settled()
  platform.now += MINUTE
  assert.ok(isKey(await ring.find('AA')))
  assert.equal(platform.downloads, 3)
})

test('a renewal that fails is not tried again by each call, as after the switch, when there is no list any more', async () => {
  const { ring, platform } = ringOf({ ...publicKeyTrust, certificates: [] })
  await ring.find('AA')
  platform.now = 10 * HOUR
  platform.failing = true
  for (let call = 0; call < 60; call += 1) {
    await ring.ready()
    assert.ok(isKey(await ring.find('PUB_KEY_ID_1')))
    assert.ok(isKey(await ring.find('AA')))
    await settled()
    platform.now += 1000
  }
  assert.equal(platform.downloads, 2)
})

test('while downloads fail, numbers that somebody makes up cause one in a second, and all hear why', async () => {
  const { ring, platform } = ringOf({ ...publicKeyTrust, certificates: [] })
  platform.failing = true
  for (const serial of ['AA', 'BB', 'CC']) await assert.rejects(ring.find(serial), /no network/)
  assert.equal(platform.downloads, 1)
  platform.now += 1000
  platform.failing = false
  assert.ok(isKey(await ring.find('AA')))
  assert.equal(platform.downloads, 2)
})

test('a download that fails before the first call fails the call, and the next call tries again', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  platform.failing = true
  await assert.rejects(ring.ready(), /no network/)
  platform.failing = false
  await ring.ready()
})

test('a certificate is believed until its end and not after', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  platform.certificates = [certificate('AA', 0, 2 * HOUR)]
  await ring.ready()
  platform.now = 2 * HOUR
  assert.ok(!isKey(await ring.find('AA')))
})

test('fields are encrypted to the newest certificate in effect', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  platform.now = 5 * HOUR
  platform.certificates = [
    certificate('OLD', 1),
    certificate('NEW', 4 * HOUR),
    certificate('FUTURE', 6 * HOUR),
  ]
  assert.equal((await ring.encryptionKey()).serial, 'NEW')
})

test('fields are encrypted to the first certificate to come when none is in effect yet', async () => {
  const { ring, platform } = ringOf({ certificates: [] })
  platform.certificates = [certificate('LATER', 2 * MINUTE), certificate('SOON', MINUTE)]
  assert.equal((await ring.encryptionKey()).serial, 'SOON')
})

test('fields are encrypted to the public key where there is one', async () => {
  const { ring } = ringOf({ ...publicKeyTrust, certificates: [] })
  assert.equal((await ring.encryptionKey()).serial, 'PUB_KEY_ID_1')
})

test('a trust that names no key is refused when the ring is made', () => {
  assert.throws(() => new KeyRing({ trust: { certificates: [] } }, () => 0), /^TypeError: trust names no key/)
  assert.throws(() => ringOf({ publicKeyId: '1', publicKey: '' }), /publicKeyId must start with PUB_KEY_ID_/)
  assert.throws(
    () => ringOf({ publicKeyId: 'PUB_KEY_ID_1', publicKey: 'pub_key.pem' }),
    /trust\.publicKey is a path/,
  )
  assert.throws(() => ringOf({ certificates: ['platform_cert.pem'] }), /trust\.certificates\[0\] is a path/)
})
