import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { platformUnderTest } from '../../test/platform.ts'
import { pooledRandom } from '../node/random.ts'
import { tlsCredentials } from '../sandbox/tls.ts'
import { signedRequest } from '../testing/index.ts'

const running = await platformUnderTest({ after }, { tls: true })
const { url, ca } = running.tls ?? { url: '', ca: '' }
const port = Number(new URL(url).port)

/** Leads every name to the loopback, as a hosts file would. */
const lookup: LookupFunction = (_name, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
  else callback(null, '127.0.0.1', 4)
}

function call(host: string, options: { ca?: string }): Promise<{ status: number | undefined; body: string }> {
  const { target, headers } = signedRequest(running.merchant('1230000109'), {
    method: 'GET',
    target: '/v3/certificates',
  })
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: target, headers, lookup, agent: false, ...options }, response => {
      let body = ''
      response.on('data', chunk => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    request.on('error', reject)
  })
}

function handshake(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options }, () =>
      resolve(socket),
    )
    socket.on('error', reject)
  })
}

for (const host of [
  'api.mch.weixin.qq.com',
  'api2.mch.weixin.qq.com',
  'api.wechatpay.cn',
  'api2.wechatpay.cn',
  'localhost',
  '127.0.0.1',
]) {
  test(`a client that trusts only ca.pem calls ${host}`, async () => {
    const { status, body } = await call(host, { ca })
    assert.equal(status, 200)
    assert.equal(JSON.parse(body).data.length, 1)
  })
}

test('a client that does not trust the CA, or calls another name, gets no connection', async () => {
  await assert.rejects(call('api.mch.weixin.qq.com', {}), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  await assert.rejects(call('pay.example.com', { ca }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('only HTTP/1.1 is spoken, as by the real host, and nothing older than TLS 1.2', async () => {
  const socket = await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })
  assert.equal(socket.alpnProtocol, 'http/1.1')
  socket.destroy()
  const older = await handshake({ maxVersion: 'TLSv1.2' })
  assert.equal(older.getProtocol(), 'TLSv1.2')
  older.destroy()
  await assert.rejects(
    handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  )
})

test('faults are injected into calls over TLS as into others', async () => {
  const rules = ['CONNECTION_RESET', 'REPLY_LOST', 'REPLY_TRUNCATED'] as const
  for (const kind of rules) {
    await running.faults.put({ kind, count: 1 })
    const { promise, resolve } = Promise.withResolvers<string>()
    const { target, headers } = signedRequest(running.merchant('1230000109'), {
      method: 'GET',
      target: '/v3/certificates',
    })
    const request = get(
      { host: 'localhost', port, path: target, headers, ca, lookup, agent: false },
      response => {
        response.on('error', error => resolve(error.message))
        response.on('end', () => resolve('end'))
        response.resume()
      },
    )
    request.on('error', error => resolve(error.message))
    assert.match(await promise, /^(?:socket hang up|aborted)$/, kind)
  }
  await running.faults.put({ kind: 'HOST_DOWN', host: 'api2' })
  await assert.rejects(call('api2.mch.weixin.qq.com', { ca }), { message: 'socket hang up' })
  assert.equal((await call('api.mch.weixin.qq.com', { ca })).status, 200)
  await running.faults.remove('HOST_DOWN')
})

test('the CA stays over restarts, and the certificate under it is issued anew before it ends', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const random = pooledRandom()
  const read = (name: string) => readFileSync(join(folder, 'tls', name), 'utf8')
  const wallNow = Date.now()
  const first = await tlsCredentials(folder, { random, wallNow })
  const authority = read('ca.pem')
  for (const name of ['ca_key.pem', 'server_key.pem'])
    assert.equal(statSync(join(folder, 'tls', name)).mode & 0o777, 0o600)
  assert.deepEqual(await tlsCredentials(folder, { random, wallNow }), first)
  const later = await tlsCredentials(folder, { random, wallNow: wallNow + 320 * 24 * 3_600_000 })
  assert.notEqual(later.cert, first.cert)
  assert.equal(read('ca.pem'), authority)
  assert.ok(new X509Certificate(later.cert).verify(new X509Certificate(authority).publicKey))
  // Somebody has put another CA there.
  rmSync(join(folder, 'tls', 'ca.pem'))
  const anew = await tlsCredentials(folder, { random, wallNow })
  assert.ok(new X509Certificate(anew.cert).verify(new X509Certificate(read('ca.pem')).publicKey))
  // A crash has come between the key and its certificate.
  writeFileSync(join(folder, 'tls', 'server_key.pem'), read('ca_key.pem'))
  const { key, cert } = await tlsCredentials(folder, { random, wallNow })
  assert.ok(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
  // A full disk has left half of a file.
  for (const name of ['server.pem', 'server_key.pem']) {
    writeFileSync(join(folder, 'tls', name), read(name).slice(0, 100))
    const again = await tlsCredentials(folder, { random, wallNow })
    assert.ok(new X509Certificate(again.cert).checkPrivateKey(createPrivateKey(again.key)))
  }
})
