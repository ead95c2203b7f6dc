import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { after, test } from 'node:test'
import { adminCalls } from '../../test/admin-calls.ts'
import { chargeCalls, chargesUnderTest } from '../../test/charges.ts'
import { chargeWithNotice, envelopeOf, sinkFor, verifiedSerial } from '../../test/notices.ts'
import { MERCHANT, PARTNER } from '../../test/sandbox.ts'
import {
  assertSignedBySm2,
  platformCertificate,
  type ShangmiMerchant,
  shangmiMerchant,
} from '../../test/shangmi.ts'
import type { SealedResource } from '../protocol/sealed-resource.ts'
import { encryptField } from '../protocol/sensitive-field.ts'
import { shangmi } from '../protocol/shangmi.ts'
import { signedRequest } from '../testing/index.ts'

const running = await chargesUnderTest({ after })
const admin = adminCalls(running)
const direct = await shangmiMerchant(running)
const theirs = platformCertificate(running)

const LIST = '/v3/certificates'
const message = (reply: { json(): { message?: string } }) => reply.json().message
const echo = (
  { call }: ShangmiMerchant,
  serial: string,
  encrypted_echo_message: string,
  notify_url?: string,
) =>
  call({
    method: 'POST',
    target: '/v3/security/echo',
    body: { echo_message: '你好', encrypted_echo_message, ...(notify_url && { notify_url }) },
    headers: { 'Wechatpay-Serial': serial },
  })

test('a merchant of 国密 charges, queries and refunds, and every reply is signed by SM2', async () => {
  const provider = await shangmiMerchant(running, PARTNER.mchid)
  for (const [merchant, caller] of [
    [direct, MERCHANT],
    [provider, PARTNER],
  ] as const) {
    const calls = chargeCalls(request => merchant.call(request))
    const charged = await calls.charge({}, caller)
    const { out_trade_no } = charged.json<{ out_trade_no: string }>()
    const queried = await calls.query(out_trade_no, caller)
    await running.runDue()
    const amount = { refund: 1, total: 888, currency: 'CNY' }
    const refunded = await calls.refund({ out_trade_no, out_refund_no: 'R1', amount }, caller)
    for (const reply of [charged, queried, refunded]) {
      assert.equal(reply.statusCode, 200, reply.body)
      assertSignedBySm2(reply.headers, reply.body, theirs)
    }
  }
})

test('a refusal of the business is signed by SM2 too', async () => {
  const reply = await chargeCalls(request => direct.call(request)).query('nobody-has-this')
  assert.equal(reply.statusCode, 404)
  assertSignedBySm2(reply.headers, reply.body, theirs)
})

test('the same merchant goes on with RSA as well, and is answered by RSA', async () => {
  const reply = await running.call({ method: 'GET', target: LIST })
  assert.equal(reply.statusCode, 200)
  assert.equal(reply.headers['wechatpay-signature-type'], 'WECHATPAY2-SHA256-RSA2048')
  assert.equal(reply.headers['wechatpay-serial'], running.merchant('1230000109').platform_serial)
})

test('replies by SM2 name the certificate also where those by RSA have gone over to the public key', async t => {
  t.after(() => admin.put('/merchants/1230000109', { trust_state: 'SWITCHING', notice_key_share: 0 }))
  await admin.put('/merchants/1230000109', { trust_state: 'PUBLIC_KEY' })
  const reply = await direct.call({
    method: 'GET',
    target: `${LIST}?algorithm_type=SM2`,
    headers: { 'Wechatpay-Serial': running.merchant('1230000109').public_key_id },
  })
  assert.equal(reply.statusCode, 200)
  assertSignedBySm2(reply.headers, reply.body, theirs)
  assert.equal((await direct.call({ method: 'GET', target: LIST })).statusCode, 404)
})

test('a changed target, a changed body and another key are refused as signatures that do not match', async () => {
  const request = { method: 'GET', target: LIST } as const
  const send = (changes: object) => {
    const { target, headers } = signedRequest({ ...direct, ...changes }, request, shangmi)
    return running.app.inject({ method: 'GET', url: target, headers })
  }
  const { headers } = signedRequest(direct, request, shangmi)
  const changed = await running.app.inject({ method: 'GET', url: `${LIST}?algorithm_type=SM2`, headers })
  assert.deepEqual([changed.statusCode, message(changed)], [401, '错误的签名，验签失败'])
  assert.equal(changed.headers['wechatpay-signature'], undefined)
  const { private_key } = await shangmiMerchant(running, PARTNER.mchid)
  assert.equal(message(await send({ private_key })), '错误的签名，验签失败')
  assert.equal((await send({})).statusCode, 200)
})

test('for a merchant that has not applied for it the scheme does not exist', async t => {
  t.after(() => admin.put('/merchants/1230000109', { shangmi: true }))
  await admin.put('/merchants/1230000109', { shangmi: false })
  const reply = await direct.call({ method: 'GET', target: LIST })
  assert.deepEqual([reply.statusCode, message(reply)], [401, 'Http头Authorization认证类型不正确'])
})

test('a certificate of the other algorithm is no certificate of this scheme', async () => {
  const own = running.merchant('1230000109')
  const wrong = '商户证书序列号有误。请使用签名私钥匹配的证书序列号'
  const rsaScheme = signedRequest({ ...own, serial_no: direct.serial_no }, { method: 'GET', target: LIST })
  const sm2Scheme = signedRequest(
    { ...direct, serial_no: own.serial_no },
    { method: 'GET', target: LIST },
    shangmi,
  )
  for (const { headers } of [rsaScheme, sm2Scheme]) {
    const reply = await running.app.inject({ method: 'GET', url: LIST, headers })
    assert.deepEqual([reply.statusCode, message(reply)], [401, wrong])
  }
})

test('a revoked SM2 certificate is refused like any other', async () => {
  const { body } = await admin.put('/merchants/1230000109/certificates/sm2-lost', { algorithm: 'SM2' })
  await admin.put('/merchants/1230000109/certificates/sm2-lost', { revoked: true })
  const { headers } = signedRequest(
    { ...direct, serial_no: body.serial_no },
    { method: 'GET', target: LIST },
    shangmi,
  )
  assert.equal(message(await running.app.inject({ method: 'GET', url: LIST, headers })), '商户证书已作废。')
})

test('the list has the SM2 certificate sealed by SM4 where it is asked for, and with ALL beside the other', async () => {
  const { platform_serial, platform_certificate, apiv3_key } = running.merchant('1230000109')
  const list = async (query: string) => {
    const reply = await direct.call({ method: 'GET', target: LIST + query })
    const { data } = reply.json<{ data: { serial_no: string; encrypt_certificate: SealedResource }[] }>()
    return data.map(({ serial_no, encrypt_certificate: { algorithm } }) => [serial_no, algorithm])
  }
  const byRsa = [platform_serial, 'AEAD_AES_256_GCM']
  const bySm2 = [theirs.serial, 'AEAD_SM4_GCM']
  assert.deepEqual(await list(''), [byRsa])
  assert.deepEqual(await list('?algorithm_type=RSA'), [byRsa])
  assert.deepEqual(await list('?algorithm_type=SM2'), [bySm2])
  assert.deepEqual(await list('?algorithm_type=ALL'), [byRsa, bySm2])

  const reply = await direct.call({ method: 'GET', target: `${LIST}?algorithm_type=SM2` })
  const [first] = reply.json<{ data: { encrypt_certificate: SealedResource }[] }>().data
  assert.ok(first)
  assert.equal(shangmi.open(first.encrypt_certificate, apiv3_key), theirs.pem)
  assert.equal(first.encrypt_certificate.associated_data, 'certificate')
  assert.notEqual(theirs.pem, platform_certificate)
})

test('a merchant without it has no SM2 certificate in its list', async () => {
  const { body } = await admin.put('/merchants/1230000999', { kind: 'direct', trust_state: 'CERTIFICATE' })
  assert.equal(body.shangmi, false)
  for (const query of ['?algorithm_type=SM2', '?algorithm_type=ALL']) {
    const reply = await running.call({ method: 'GET', target: LIST + query }, '1230000999')
    assert.equal(reply.json<{ data: unknown[] }>().data.length, query.endsWith('ALL') ? 1 : 0)
  }
})

test('encrypted fields go both ways by SM2, to the certificates that the headers name', async t => {
  const sink = await sinkFor(t)
  const reply = await echo(direct, theirs.serial, shangmi.encryptField('你好', theirs.publicKey), sink.url)
  assert.equal(reply.statusCode, 200, reply.body)
  assertSignedBySm2(reply.headers, reply.body, theirs)
  const { encrypted_echo_message } = reply.json<{ encrypted_echo_message: string }>()
  assert.equal(shangmi.decryptField(encrypted_echo_message, createPrivateKey(direct.private_key)), '你好')
  await running.runDue()
  const notice = await sink.next()
  assertSignedBySm2(notice.headers, notice.body, theirs)
})

test('a field for the RSA certificate, for nobody or encrypted by RSA is refused as it is with RSA', async () => {
  const { platform_serial, public_key_id } = running.merchant('1230000109')
  const encrypted = shangmi.encryptField('你好', theirs.publicKey)
  for (const serial of [platform_serial, public_key_id, direct.serial_no])
    assert.equal(message(await echo(direct, serial, encrypted)), '平台证书序列号Wechatpay-Serial错误')
  const byRsa = encryptField('你好', createPublicKey(running.merchant('1230000109').platform_certificate))
  for (const text of ['AAAA', '你好', byRsa])
    assert.equal(message(await echo(direct, theirs.serial, text)), '请确认待处理的消息是否为加密后的密文')
  const corrupted = Buffer.from(encrypted, 'base64')
  corrupted[corrupted.length - 1] = (corrupted.at(-1) ?? 0) ^ 1
  const changed = corrupted.toString('base64')
  assert.equal(message(await echo(direct, theirs.serial, changed)), '平台私钥解密失败')
})

test('an RSA request may not encrypt to the SM2 certificate', async () => {
  const reply = await running.call({
    method: 'POST',
    target: '/v3/security/echo',
    body: { echo_message: 'a', encrypted_echo_message: shangmi.encryptField('a', theirs.publicKey) },
    headers: { 'Wechatpay-Serial': theirs.serial },
  })
  assert.equal(message(reply), '平台证书序列号Wechatpay-Serial错误')
})

test('notices are sealed by SM4 and signed by SM2, whichever way the call was signed', async t => {
  const sink = await sinkFor(t)
  const out_trade_no = await chargeWithNotice(running, sink)
  const notice = await sink.next()
  assertSignedBySm2(notice.headers, notice.body, theirs)
  const { resource } = envelopeOf(notice)
  assert.equal(resource.algorithm, 'AEAD_SM4_GCM')
  assert.equal(JSON.parse(shangmi.open(resource, direct.apiv3_key)).out_trade_no, out_trade_no)
})

test('a merchant that gives 国密 up gets its notices by RSA again, those that are under way included', async t => {
  t.after(() => admin.put('/merchants/1230000109', { shangmi: true }))
  const sink = await sinkFor(t)
  sink.answerWith(500)
  await chargeWithNotice(running, sink)
  await sink.next()
  await admin.put('/merchants/1230000109', { shangmi: false })
  running.clock.advance(60_000)
  await running.runDue()
  const notice = await sink.next()
  assert.equal(
    verifiedSerial(notice, running.merchant('1230000109')),
    running.merchant('1230000109').platform_serial,
  )
  assert.equal(envelopeOf(notice).resource.algorithm, 'AEAD_AES_256_GCM')
})

test('the platform’s SM2 certificate is made once, under an SM2 root, and is the same for all merchants', async () => {
  await shangmiMerchant(running, PARTNER.mchid)
  assert.equal(running.platform.keys.certificates('SM2').length, 1)
  const [root, ...others] = await running.platform.db.all<{ certificate: string }>(
    `SELECT certificate FROM platform_keys WHERE kind = 'root' AND algorithm = 'SM2'`,
  )
  assert.ok(root)
  assert.equal(others.length, 0)
  const issued = new X509Certificate(theirs.pem)
  assert.ok(issued.checkIssued(new X509Certificate(root.certificate)))
  assert.ok(new X509Certificate(direct.certificate).checkIssued(new X509Certificate(root.certificate)))
})
