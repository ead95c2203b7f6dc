import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto'
import 'reflect-metadata'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { adminCalls } from '../../test/admin-calls.ts'
import { sandboxUnderTest } from '../../test/sandbox.ts'
import { readCredentials, signedRequest } from '../testing/index.ts'

const running = await sandboxUnderTest({ after })
const admin = adminCalls(running)
const DAY = 24 * 60 * 60 * 1000

/** What signs a request. */
interface Signer {
  mchid: string
  serial_no: string
  private_key: string
}

/** Calls as a merchant with one of its certificates; answers the status, and the message of a refusal. */
async function ask(signer: Signer): Promise<[status: number, message: string | undefined]> {
  const { method, target, headers } = signedRequest(signer, { method: 'GET', target: '/v3/certificates' })
  const reply = await running.app.inject({ method, url: target, headers })
  return [reply.statusCode, reply.json<{ message?: string }>().message]
}

let last = 0

/** A merchant number that no other test has, with certificates still. */
async function merchant(): Promise<{ mchid: string; path: (id: string) => string; first: Signer }> {
  last += 1
  const mchid = `12320000${String(last).padStart(2, '0')}`
  await admin.put(`/merchants/${mchid}`, { kind: 'direct', trust_state: 'CERTIFICATE' })
  return { mchid, path: id => `/merchants/${mchid}/certificates/${id}`, first: running.merchant(mchid) }
}

/** The pair that the platform wrote for a certificate. */
function pairOf({ folder }: { folder: string }): { private_key: string; certificate: string } {
  const read = (name: string) => readFileSync(join(running.folder, folder, name), 'utf8')
  return { private_key: read('apiclient_key.pem'), certificate: read('apiclient_cert.pem') }
}

const later = (ms: number) => new Date(running.clock.now() + ms).toISOString()
const REVOKED = '商户证书已作废。'
const REPLACED = '已更换证书，请使用新证书'
const EXPIRED = '商户证书已过期。'

test('a further certificate comes with a key in a folder of its own, and both sign', async () => {
  const { mchid, path, first } = await merchant()
  const { body } = await admin.put(path('second'))
  assert.deepEqual([body.certificate_id, body.algorithm, body.status], ['second', 'RSA', 'VALID'])
  assert.equal(body.folder, `merchants/${mchid}/certificates/second`)
  const pair = pairOf(body)
  assert.equal(pair.certificate, body.certificate)
  const parsed = new X509Certificate(body.certificate)
  assert.equal(parsed.serialNumber, body.serial_no)
  assert.match(parsed.subject, new RegExp(`^CN=${mchid}$`, 'm'))
  assert.ok(parsed.checkPrivateKey(createPrivateKey(pair.private_key)))
  assert.equal(statSync(join(running.folder, body.folder, 'apiclient_key.pem')).mode & 0o777, 0o600)
  for (const signer of [first, { ...first, ...pair, serial_no: body.serial_no }])
    assert.deepEqual(await ask(signer), [200, undefined])
  assert.equal((await ask({ ...first, serial_no: body.serial_no }))[0], 401)
  // The folder goes on with the first one.
  assert.equal(running.merchant(mchid).serial_no, first.serial_no)
  assert.deepEqual((await admin.put(path('second'))).body, body)
  const shown = (await admin.get(`/merchants/${mchid}`)).body.certificates
  assert.deepEqual(shown.map((each: { certificate_id: string }) => each.certificate_id).sort(), [
    'first',
    'second',
  ])
})

test('a certificate holds by business time, and real clients find it valid by wall time too', async () => {
  const { path } = await merchant()
  const wallNow = running.clock.wallNow()
  const { body } = await admin.put(path('second'))
  const parsed = new X509Certificate(body.certificate)
  assert.ok(Date.parse(parsed.validFrom) <= running.clock.now())
  assert.ok(Date.parse(parsed.validTo) >= wallNow + 1825 * DAY - 1_000)
  assert.equal(Date.parse(body.not_after), Date.parse(parsed.validTo))
})

test('at most three are valid at once; one that is revoked, replaced or expired makes room', async () => {
  const { mchid, path } = await merchant()
  await admin.put(path('second'), { expire_time: later(3 * DAY) })
  await admin.put(path('third'))
  const refuse = async () =>
    admin.refused(await admin.put(path('fourth')), 'CONFLICT', /3 valid RSA certificates/)
  await refuse()
  await admin.put(path('first'), { replaced_from: later(DAY) })
  await refuse()
  await admin.put('/clock/moves/replaced', { step_ms: DAY })
  assert.equal((await admin.put(path('fourth'))).body.status, 'VALID')
  admin.refused(await admin.put(path('fifth')), 'CONFLICT', /3 valid/)
  await admin.put(path('third'), { revoked: true })
  assert.equal((await admin.put(path('fifth'))).body.status, 'VALID')
  await admin.put('/clock/moves/expired', { step_ms: 2 * DAY })
  assert.equal((await admin.put(path('sixth'))).body.status, 'VALID')
  const { certificates } = (await admin.get(`/merchants/${mchid}`)).body
  const status = Object.fromEntries(
    certificates.map((each: { certificate_id: string; status: string }) => [
      each.certificate_id,
      each.status,
    ]),
  )
  assert.deepEqual(status, {
    ...{ first: 'REPLACED', second: 'EXPIRED', third: 'REVOKED' },
    ...{ fourth: 'VALID', fifth: 'VALID', sixth: 'VALID' },
  })
})

test('revoked, replaced and expired are each refused with their own text, from the next request on', async () => {
  const { path, first } = await merchant()
  const signer = async (id: string, fields: object = {}): Promise<Signer> => {
    const { body } = await admin.put(path(id), fields)
    return { ...first, ...pairOf(body), serial_no: body.serial_no }
  }
  const expiring = await signer('expiring', { expire_time: later(60_000) })
  const replaced = await signer('replaced')
  await admin.put(path('replaced'), { replaced_from: later(30_000) })
  for (const each of [expiring, replaced, first]) assert.deepEqual(await ask(each), [200, undefined])
  await admin.put(path('first'), { revoked: true })
  assert.deepEqual(await ask(first), [401, REVOKED])
  running.clock.advance(30_000)
  assert.deepEqual(await ask(replaced), [401, REPLACED])
  assert.deepEqual(await ask(expiring), [200, undefined])
  running.clock.advance(30_000)
  assert.deepEqual(await ask(expiring), [401, EXPIRED])
  await admin.put(path('expiring'), { revoked: true })
  assert.deepEqual(await ask(expiring), [401, REVOKED])
})

test('what was done to a certificate is not taken back, and what it is made of never changes', async () => {
  const { path } = await merchant()
  const expire_time = later(DAY)
  const { body } = await admin.put(path('second'), { expire_time })
  assert.deepEqual((await admin.put(path('second'), { expire_time, algorithm: 'RSA' })).body, body)
  for (const other of [{ expire_time: later(2 * DAY) }, { csr: await csrOf(2048) }])
    admin.refused(await admin.put(path('second'), other), 'CONFLICT', /other fields/)
  await admin.put(path('second'), { replaced_from: later(60_000) })
  const moved = await admin.put(path('second'), { replaced_from: later(30_000) })
  assert.equal(Date.parse(moved.body.replaced_from), running.clock.now() + 30_000)
  running.clock.advance(30_000)
  admin.refused(
    await admin.put(path('second'), { replaced_from: later(30_000) }),
    'CONFLICT',
    /replaced already/,
  )
  await admin.put(path('second'), { revoked: true })
  admin.refused(await admin.put(path('second'), { revoked: false }), 'CONFLICT', /never becomes valid/)
  assert.equal((await admin.put(path('second'), { revoked: true })).body.status, 'REVOKED')
})

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]) }
const keysOf = new Map<string, webcrypto.CryptoKeyPair>()

/** A certificate request for a key that stays here. */
async function csrOf(modulusLength: number): Promise<string> {
  const keys = await webcrypto.subtle.generateKey({ ...RSA, modulusLength }, true, ['sign', 'verify'])
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=me',
    keys,
    signingAlgorithm: RSA,
  })
  const csr = request.toString('pem')
  keysOf.set(csr, keys)
  return csr
}

test('for a certificate request the key stays with the merchant, and nothing of it is written', async () => {
  const { mchid, path, first } = await merchant()
  const csr = await csrOf(2048)
  const { body } = await admin.put(path('own'), { csr })
  assert.equal(body.folder, undefined)
  const { privateKey } = keysOf.get(csr) as webcrypto.CryptoKeyPair
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey))
  const key = createPrivateKey({ key: pkcs8, type: 'pkcs8', format: 'der' })
  const private_key = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.deepEqual(await ask({ mchid, serial_no: body.serial_no, private_key }), [200, undefined])
  assert.deepEqual((await admin.put(path('own'), { csr })).body, body)
  admin.refused(await admin.put(path('own'), { use_in_folder: true }), 'CONFLICT', /issued for a csr/)
  assert.equal(running.merchant(mchid).serial_no, first.serial_no)
})

test('a certificate request that cannot be used is refused for what is wrong with it', async () => {
  const { path } = await merchant()
  const csr = await csrOf(2048)
  const lines = csr.split('\n')
  const body = Buffer.from(lines.slice(1, -1).join(''), 'base64')
  body[body.length - 1] = (body.at(-1) ?? 0) ^ 1
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${body.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const rows: [csr: string, issue: RegExp][] = [
    ['x', /no certificate request/],
    [publicKey.export({ type: 'spki', format: 'pem' }).toString(), /no certificate request/],
    [running.merchant('1230000109').certificate, /no certificate request/],
    [forged, /not signed with its own key/],
    [await csrOf(1024), /RSA key of 2048 bits/],
  ]
  for (const [csr, issue] of rows) admin.refusedField(await admin.put(path('own'), { csr }), 'csr', issue)
  admin.refusedField(await admin.put(path('own'), { expire_time: later(0) }), 'expire_time', /later/)
})

test("the merchant's folder takes another pair on request, and can go back", async () => {
  const { mchid, path, first } = await merchant()
  const second = (await admin.put(path('second'), { use_in_folder: true })).body
  const now = readCredentials(running.folder, mchid)
  assert.deepEqual(
    [now.serial_no, now.certificate, now.private_key],
    [second.serial_no, second.certificate, pairOf(second).private_key],
  )
  assert.equal(statSync(join(running.folder, 'merchants', mchid, 'apiclient_key.pem')).mode & 0o777, 0o600)
  assert.deepEqual(await ask(now), [200, undefined])
  const back = (await admin.put(path('first'), { use_in_folder: true })).body
  assert.equal(back.folder, `merchants/${mchid}/certificates/first`)
  assert.deepEqual(readCredentials(running.folder, mchid), first)
})

const fits = (mchid: string) => {
  const { certificate, private_key } = running.merchant(mchid)
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(private_key))
}

test('a certificate that cannot be used in the folder is not issued either', async () => {
  const { mchid, path } = await merchant()
  const csr = await csrOf(2048)
  admin.refused(await admin.put(path('own'), { csr, use_in_folder: true }), 'CONFLICT', /issued for a csr/)
  assert.equal((await admin.get(`/merchants/${mchid}`)).body.certificates.length, 1)
})

test('a key that an earlier life has left is never put beside the certificate of this one', async () => {
  const { mchid, path } = await merchant()
  await admin.put('/sandbox/snapshots/before-second')
  await admin.put(path('second'))
  await admin.put('/sandbox/snapshots/before-second/restorations/1')
  const { body } = await admin.put(path('second'), { csr: await csrOf(2048) })
  assert.equal(body.folder, undefined)
  admin.refused(await admin.put(path('second'), { use_in_folder: true }), 'CONFLICT', /is not here/)
  assert.ok(fits(mchid))
})

test('a merchant that comes back with another pair keeps it when the folder takes a third one', async () => {
  const { mchid, path } = await merchant()
  await admin.put(path('second'), { use_in_folder: true })
  await admin.put('/sandbox/resets/without-added-merchants')
  await admin.put(`/merchants/${mchid}`, { kind: 'direct', trust_state: 'CERTIFICATE' })
  const first = running.merchant(mchid)
  await admin.put(path('third'), { use_in_folder: true })
  await admin.put(path('first'), { use_in_folder: true })
  assert.deepEqual(running.merchant(mchid), first)
  assert.deepEqual(await ask(running.merchant(mchid)), [200, undefined])
})

test('only numbers that call have certificates', async () => {
  admin.refused(await admin.put('/merchants/1900000109/certificates/a'), 'CONFLICT', /never calls/)
  admin.refused(await admin.put('/merchants/1999999999/certificates/a'), 'NOT_FOUND', /1999999999/)
})

test('after a reset the merchants of the sandbox sign with what they were first given', async () => {
  const path = '/merchants/1230000111/certificates/second'
  const first = running.merchant('1230000111')
  await admin.put(path, { use_in_folder: true })
  const second = running.merchant('1230000111')
  for (const id of ['first', 'second']) await admin.put(path.replace('second', id), { revoked: true })
  assert.deepEqual(await ask(second), [401, REVOKED])
  await admin.put('/sandbox/resets/certificates')
  assert.deepEqual(running.merchant('1230000111'), first)
  assert.deepEqual(await ask(first), [200, undefined])
  assert.equal((await ask(second))[0], 401)
})

test('when a snapshot is restored that does not know the pair in the folder, the folder goes back to the first one', async () => {
  const { mchid, path, first } = await merchant()
  await admin.put('/sandbox/snapshots/before')
  await admin.put(path('second'), { use_in_folder: true })
  assert.notEqual(running.merchant(mchid).serial_no, first.serial_no)
  await admin.put('/sandbox/snapshots/before/restorations/1')
  assert.deepEqual(running.merchant(mchid), first)
  assert.deepEqual(await ask(first), [200, undefined])
})

test('every refusal that the call declares was met', () => admin.assertAllMet('putMerchantCertificate'))
