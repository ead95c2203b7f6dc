import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { type RawReply, sendRaw } from '../../test/raw-http.ts'
import { type Draft, draftOf, rawDraft } from '../../test/signed-draft.ts'
import { systemClock } from '../clock/clock.ts'
import { virtualClock } from '../testing/index.ts'

const running = await platformUnderTest({ after })
const merchant = running.merchant('1230000109')

const ECHO = '/v3/security/echo'

function send(changes: Partial<Draft> = {}): Promise<RawReply> {
  return sendRaw(
    running.baseUrl,
    rawDraft({ ...draftOf(merchant, 'POST', ECHO, '{"echo_message":"hi"}'), ...changes }),
  )
}

function get(target: string, changes: Partial<Draft> = {}): Promise<RawReply> {
  return sendRaw(running.baseUrl, rawDraft({ ...draftOf(merchant, 'GET', target), ...changes }))
}

async function assertRefused(reply: RawReply, message: string): Promise<void> {
  assert.deepEqual([reply.status, reply.body], [401, `{"code":"SIGN_ERROR","message":"${message}"}`])
}

const MALFORMED = 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》'

test('a malformed Authorization is distinguished from a foreign scheme', async () => {
  for (const authorization of ['', 'x', 'WECHATPAY2-SHA256-RSA2048', 'WECHATPAY2-SHA256-RSA2048 mchid="1"']) {
    await assertRefused(await send({ authorization: () => authorization }), MALFORMED)
  }
  await assertRefused(await send({ authorization: header => header.replace('mchid', 'merchant') }), MALFORMED)
  for (const scheme of ['Bearer', 'WECHATPAY2-SM2-WITH-SM3', 'WECHATPAY-BRAND-SHA256-RSA2048']) {
    const reply = await send({ authorization: header => header.replace(/^\S+/, scheme) })
    await assertRefused(reply, 'Http头Authorization认证类型不正确')
  }
})

test('any User-Agent and any Accept will do, but not an empty one', async () => {
  const accepted = [
    { 'User-Agent': '127.0.0.1', Accept: '*/*' },
    { 'User-Agent': 'x', Accept: ' */*' },
    { 'User-Agent': 'x', Accept: 'text/plain, application/json;q=0.9, image/png' },
  ]
  for (const headers of accepted) assert.equal((await get('/v3/certificates', { headers })).status, 200)
  for (const headers of [
    { 'User-Agent': '', Accept: '*/*' },
    { 'User-Agent': ' ', Accept: '*/*' },
    { 'User-Agent': 'x', Accept: '' },
    {},
  ]) {
    const reply = await get('/v3/certificates', { headers })
    assert.deepEqual(
      [reply.status, reply.body],
      [400, '{"code":"INVALID_REQUEST","message":"Http头缺少Accept或User-Agent"}'],
    )
  }
})

test('a timestamp may be five minutes off and not a second more, to either side, nor in milliseconds', async t => {
  const now = Math.floor(systemClock.wallNow() / 1000)
  const clock = { ...virtualClock(), wallNow: () => now * 1000 }
  const { baseUrl, merchant } = await platformUnderTest(t, { clock })
  const draft = draftOf(merchant('1230000109'), 'GET', '/v3/certificates')
  const at = (timestamp: number) => sendRaw(baseUrl, rawDraft({ ...draft, timestamp }))
  for (const skew of [-300, 300]) assert.equal((await at(now + skew)).status, 200, String(skew))
  for (const skew of [-301, 301, -86_400, 86_400, now * 999, now * 999_999]) {
    await assertRefused(await at(now + skew), 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟')
  }
  for (const timestamp of ['now', '2026-01-01', `${now}.5`, '-1'])
    await assertRefused(
      await send({ authorization: header => header.replace(/timestamp="\d+"/, `timestamp="${timestamp}"`) }),
      MALFORMED,
    )
})

test('a merchant number that has no certificate at all is refused with that, and another one that the number is wrong', async () => {
  await assertRefused(await send({ mchid: '1900000109' }), '商户未申请过证书。')
  const message = '商户证书序列号有误。请使用签名私钥匹配的证书序列号'
  for (const serial_no of [
    'F'.repeat(40),
    merchant.platform_serial,
    running.merchant('1230000100').serial_no,
  ])
    await assertRefused(await send({ serial_no }), message)
})

test('the serial number may be written in lower case', async () => {
  assert.equal((await send({ serial_no: merchant.serial_no.toLowerCase() })).status, 200)
})

test('a nonce may be short or odd, and may come twice within the window', async () => {
  for (const nonce_str of ['x', 'cg55d1ns.c25', 'a,b=c', 'n'.repeat(500)]) {
    assert.equal((await send({ nonce_str })).status, 200, nonce_str)
  }
  const bytes = rawDraft(draftOf(merchant, 'GET', '/v3/certificates'))
  for (const attempt of [1, 2]) {
    assert.equal((await sendRaw(running.baseUrl, bytes)).status, 200, `attempt ${attempt}`)
  }
})

test('each of two valid certificates signs for its merchant, and neither with the key of the other', async () => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const second = { serial_no: 'D'.repeat(40), private_key: keys.privateKey }
  const now = systemClock.wallNow()
  await running.platform.db.run(
    `INSERT INTO merchant_certificates (serial_no, certificate_id, mchid, certificate, public_key, not_before, not_after)
     VALUES ($1, $1, $2, '', $3, $4, $5)`,
    second.serial_no,
    merchant.mchid,
    keys.publicKey,
    now - 1000,
    now + 60_000,
  )
  assert.equal((await get('/v3/certificates', second)).status, 200)
  assert.equal((await get('/v3/certificates')).status, 200)
  for (const mixed of [{ serial_no: second.serial_no }, { private_key: second.private_key }]) {
    const reply = await get('/v3/certificates', mixed)
    assert.equal(reply.status, 401)
    assert.match(reply.body, /"sign not match"/)
  }
})

test('a certificate is refused from the first request after it was revoked', async () => {
  const { db } = running.platform
  const { serial_no } = running.merchant('1230000110')
  const draft = draftOf(running.merchant('1230000110'), 'GET', '/v3/certificates')
  const revoke = (revoked: number) =>
    db.run('UPDATE merchant_certificates SET revoked = $1 WHERE serial_no = $2', revoked, serial_no)
  for (let round = 0; round < 3; round++) {
    assert.equal((await sendRaw(running.baseUrl, rawDraft(draft))).status, 200)
    await revoke(1)
    await assertRefused(await sendRaw(running.baseUrl, rawDraft(draft)), '商户证书已作废。')
    await db.transaction(tx =>
      tx.run('UPDATE merchant_certificates SET revoked = 0 WHERE serial_no = $1', serial_no),
    )
  }
})

test('a certificate ends by business time only, and of several faults the gravest is reported', async t => {
  const clock = virtualClock()
  const { platform, merchant, baseUrl } = await platformUnderTest(t, { clock })
  const own = merchant('1230000109')
  const now = clock.now()
  const change = (columns: string) =>
    platform.db.run(`UPDATE merchant_certificates SET ${columns} WHERE serial_no = $1`, own.serial_no)
  const ask = () => sendRaw(baseUrl, rawDraft(draftOf(own, 'GET', '/v3/certificates')))
  await change(`not_before = ${now + 60_000}, not_after = ${now + 2}, replaced_from = ${now + 1}`)
  assert.equal((await ask()).status, 200)
  clock.advance(1)
  await assertRefused(await ask(), '已更换证书，请使用新证书')
  await change('replaced_from = NULL')
  assert.equal((await ask()).status, 200)
  clock.advance(1)
  await assertRefused(await ask(), '商户证书已过期。')
  await change(`replaced_from = ${now}`)
  await assertRefused(await ask(), '已更换证书，请使用新证书')
  await change('revoked = 1')
  await assertRefused(await ask(), '商户证书已作废。')
})

test('a mismatch of a GET says what was verified, to the letter', async () => {
  const target = '/v3/certificates?algorithm_type=RSA'
  const timestamp = Math.floor(systemClock.wallNow() / 1000)
  const reply = await get(target, {
    timestamp,
    nonce_str: 'vDit3y4Fmv45dem0CSmKbBK4tUHRR8Dj',
    authorization: header => header.replace(/signature="[^"]*"/, 'signature="AAAA"'),
  })
  assert.equal(reply.status, 401)
  assert.equal(
    reply.body,
    `{"code":"SIGN_ERROR","detail":{"detail":{"issue":"sign not match"},"field":"signature","location":"authorization","sign_information":{"method":"GET","sign_message_length":85,"truncated_sign_message":"GET\\n${target}\\n${timestamp}\\nvDit3y4Fmv45dem0CSmKbBK4tUHRR8Dj\\n\\n","url":"${target}"}},"message":"错误的签名，验签失败"}`,
  )
})

interface Mismatch {
  detail: { sign_information: { sign_message_length: number; truncated_sign_message: string; url: string } }
}

test('a mismatch counts bytes and gives the first eight of the body back, without half a character', async () => {
  const bodies: [body: string | Buffer, start: string][] = [
    ['{"echo_message":"hi"}', '{"echo_m'],
    ['{"车牌":"粤B888888"}', '{"车牌'],
    ['{"a":"停', '{"a":"'],
    ['{"a":停', '{"a":停'],
    ['车车车车车车车车车', '车车'],
    ['{"a":"🚗', '{"a":"'],
    ['\ufeff{"appid"', '\ufeff{"app'],
    ['{}', '{}'],
    ['', ''],
    ['{"a":1}\n', '{"a":1}\n'],
    [Buffer.from([0x7b, 0xff, 0x7d]), '{�}'],
  ]
  for (const [body, start] of bodies) {
    const draft = draftOf(merchant, 'POST', ECHO, '{"other":"body"}')
    const bytes = Buffer.from(body)
    const reply = await sendRaw(running.baseUrl, rawDraft({ ...draft, sentBody: () => bytes }))
    assert.equal(reply.status, 401)
    const { sign_information } = (JSON.parse(reply.body) as Mismatch).detail
    const head = `POST\n${ECHO}\n${draft.timestamp}\n${draft.nonce_str}\n`
    assert.equal(sign_information.sign_message_length, head.length + bytes.length + 1)
    assert.equal(sign_information.truncated_sign_message, `${head}${start}\n`)
    assert.equal(sign_information.url, ECHO)
  }
})

test('every part of the message counts: one that differs from what was signed is a mismatch', async () => {
  const draft = draftOf(merchant, 'GET', '/v3/certificates?algorithm_type=RSA')
  const bytes = rawDraft(draft).toString('latin1')
  for (const [from, to] of [
    ['algorithm_type=RSA', 'algorithm_type=ALL'],
    ['algorithm_type=RSA', 'algorithm%5Ftype=RSA'],
    ['?algorithm_type=RSA', '?algorithm_type=RSA&'],
    [`timestamp="${draft.timestamp}"`, `timestamp="${draft.timestamp + 1}"`],
    [`timestamp="${draft.timestamp}"`, `timestamp="0${draft.timestamp}"`],
    [draft.nonce_str, draft.nonce_str.toLowerCase()],
  ] as const) {
    const reply = await sendRaw(running.baseUrl, bytes.replace(from, to))
    assert.equal(reply.status, 401, to)
    assert.match(reply.body, /"sign not match"/)
  }
})

test('an empty query may be signed with its question mark and without, and nothing else may be left out', async () => {
  const order = '/v3/vehicle/transactions/out-trade-no/T1'
  for (const path of ['/v3/certificates', order]) {
    const sentWith = (signed: string, sent: string) =>
      sendRaw(
        running.baseUrl,
        rawDraft(draftOf(merchant, 'GET', signed))
          .toString('latin1')
          .replace(` ${signed} `, ` ${sent} `),
      )
    const answer = path === order ? 404 : 200
    assert.equal((await sentWith(path, `${path}?`)).status, answer)
    assert.equal((await sentWith(`${path}?`, `${path}?`)).status, answer)
    for (const [signed, sent] of [
      [`${path}?`, path],
      [path, `${path}??`],
      [path, `${path}?&`],
      [path, `${path}?x=1`],
    ] as const)
      assert.equal((await sentWith(signed, sent)).status, 401, `${signed} ${sent}`)
  }
})

test('a probe signature and one that is no Base64 are mismatches', async () => {
  for (const signature of ['WECHATPAY/SIGNTEST/not*base64', '签名', 'A'.repeat(2000)]) {
    const reply = await send({
      authorization: header => header.replace(/signature="[^"]*"/, `signature="${signature}"`),
    })
    assert.equal(reply.status, 401, signature)
    assert.match(reply.body, /"sign not match"/)
  }
})
