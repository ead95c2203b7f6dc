import assert from 'node:assert/strict'
import { constants, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import fc from 'fast-check'
import { adminCalls } from '../../test/admin-calls.ts'
import { platformUnderTest } from '../../test/platform.ts'
import { explanationOf, requestIdOf, sendWrong, type WrongRequest } from '../../test/wrong-request.ts'
import { general } from '../protocol/general-errors.ts'
import { requestMessage } from '../protocol/signature.ts'
import type { RefusedRequest } from './finding.ts'

let skippedMs = 0
const clock = { now: () => Date.now(), wallNow: () => Date.now() + skippedMs }
const running = await platformUnderTest({ after }, { clock })
const admin = adminCalls(running)
const { db, refusals } = running.platform
const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

const ECHO = { method: 'POST', target: '/v3/security/echo', body: '{"echo_message":"停车"}' }
const FIND = '/v3/bill/tradebill'
const READ = `${FIND}?appid=wxcbda96de0b165486&tar_type=%E7%B2%A4B10001&bill_type=ALL`
const countOf = async () =>
  (await db.get<{ rows: number }>('SELECT CAST(COUNT(*) AS BIGINT) AS rows FROM refused_signatures'))?.rows

beforeEach(() => {
  // Whatever came before, all that one test sends is explained again.
  skippedMs += 60_000
})

test('two mistakes at once are both named, whatever they are about', async () => {
  const query = '/v3/certificates?algorithm_type=%52SA'
  const other = createPrivateKey(running.merchant('1230000100').private_key)
  const pairs: [causes: string[], wrong: WrongRequest][] = [
    [
      ['path_prefix_missing', 'last_line_feed'],
      { write: parts => requestMessage(parts).subarray(0, -1), signed: { target: '/certificates' } },
    ],
    [
      ['host_signed', 'chinese_not_encoded'],
      { target: READ, signed: { target: `https://api.mch.weixin.qq.com${decodeURIComponent(READ)}` } },
    ],
    [['host_signed', 'query_left_out'], { target: READ, signed: { target: `api.mch.weixin.qq.com${FIND}` } }],
    [
      ['path_prefix_missing', 'chinese_not_encoded'],
      { target: READ, signed: { target: decodeURIComponent(READ).replace('/v3', '') } },
    ],
    [['body_spacing', 'body_line_feed'], { ...ECHO, signed: { body: '{"echo_message": "停车"}\n' } }],
    [
      ['body_unicode_escapes', 'path_slash'],
      { ...ECHO, signed: { target: ECHO.target.slice(1), body: '{"echo_message":"\\u505c\\u8f66"}' } },
    ],
    [
      ['query_left_out', 'method_case'],
      { target: query, signed: { target: '/v3/certificates', method: 'get' } },
    ],
    [
      ['key_of_other_merchant', 'query_decoded'],
      { target: query, signed: { target: '/v3/certificates?algorithm_type=RSA' }, key: other },
    ],
    [
      ['signature_hex', 'digest_algorithm', 'body_left_out'],
      { ...ECHO, signed: { body: '' }, sign: (message, key) => sign('sha1', message, key).toString('hex') },
    ],
  ]
  for (const [causes, wrong] of pairs) {
    const explanation = await explanationOf(running, wrong)
    assert.deepEqual(explanation.causes, causes)
    assert.equal(explanation.cause, causes[0])
  }
})

test('a signed body that is no JSON, because digits in a text were put in quotes, is explained', async () => {
  const [body, wrong] = ['{"echo_message":"a,1,b"}', '{"echo_message":"a,"1",b"}']
  const { causes } = await explanationOf(running, { ...ECHO, body, signed: { body: wrong } })
  assert.deepEqual(causes, ['other_message'])
})

test('a time that was taken twice is found beside whatever else goes wrong', async () => {
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const signed = { timestamp: String(Number(timestamp) - 1) }
  const pairs: [causes: string[], wrong: WrongRequest][] = [
    [['last_line_feed'], { write: parts => requestMessage(parts).subarray(0, -1) }],
    [['method_case'], { ...ECHO, signed: { method: 'post' } }],
    [['body_left_out'], { ...ECHO, signed: { body: '' } }],
    [['body_spacing'], { ...ECHO, signed: { body: '{"echo_message": "停车"}' } }],
    [['query_left_out'], { target: READ, signed: { target: FIND } }],
    [['query_decoded'], { target: `${READ}%2F`, signed: { target: decodeURIComponent(`${READ}%2F`) } }],
    [['digest_algorithm'], { sign: (message, key) => sign('sha1', message, key).toString('base64') }],
  ]
  for (const [causes, wrong] of pairs) {
    const explanation = await explanationOf(running, {
      ...{ timestamp, ...wrong, signed: { ...signed, ...wrong.signed } },
    })
    assert.deepEqual(explanation.causes, [...causes, 'timestamp_differs'])
  }
})

test('a time that was taken twice is found beside a body of many kilobytes', async () => {
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  for (const apart of [-1, 2]) {
    const explanation = await explanationOf(running, {
      ...{ ...ECHO, body: JSON.stringify({ echo_message: 'x'.repeat(60_000) }), timestamp },
      signed: { timestamp: String(Number(timestamp) + apart) },
    })
    assert.deepEqual(explanation.causes, ['timestamp_differs'])
  }
})

test('PSS padding is said of an unknown message where its form shows it, and else left open', async () => {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const pss = (saltLength: number): WrongRequest => ({
    ...{ ...ECHO, signed: { body: 'else' } },
    sign: (message, key) => sign('sha256', message, { key, padding, saltLength }).toString('base64'),
  })
  const known = await explanationOf(running, pss(constants.RSA_PSS_SALTLEN_DIGEST))
  assert.deepEqual(known.causes, ['padding_pss'])
  assert.ok(known.signed_by)
  const open = await explanationOf(running, pss(constants.RSA_PSS_SALTLEN_MAX_SIGN))
  assert.deepEqual(open.causes, ['key_unknown'])
  assert.match(open.explanation, /PSS padding/)
  assert.equal(open.signed_by, undefined)
})

test('what is wrong with the text of a signature is named beside a key that nobody knows', async () => {
  const explanation = await explanationOf(running, {
    key: foreignKey,
    sign: (message, key) => sign('sha256', message, key).toString('hex'),
  })
  assert.deepEqual(explanation.causes, ['signature_hex', 'key_unknown'])
})

test('for a text that nobody finds the length of the expected one is given', async () => {
  const { cause, expected_message, explanation } = await explanationOf(running, { signed: { nonce: 'else' } })
  assert.equal(cause, 'other_message')
  assert.ok(explanation.endsWith(` The expected message has ${expected_message.length} bytes.`), explanation)
})

test('for a certificate that is no longer valid those that are valid are named', async () => {
  const { serial_no, mchid } = running.merchant('1230000109')
  const change = (sql: string) =>
    db.run(`UPDATE merchant_certificates SET ${sql} WHERE serial_no = $1`, serial_no)
  await db.run(
    `INSERT INTO merchant_certificates (serial_no, certificate_id, mchid, certificate, public_key, not_before, not_after, revoked, replaced_from)
     SELECT $1, $1, mchid, '', public_key, 1, not_after, 0, NULL FROM merchant_certificates WHERE serial_no = $2`,
    ...['7A'.repeat(20), serial_no],
  )
  await change('revoked = 1')
  const first = await explanationOf(running, {})
  assert.equal(first.explanation, `The certificate was revoked. Valid now: ${'7A'.repeat(20)}.`)
  await db.run('DELETE FROM merchant_certificates WHERE serial_no = $1', '7A'.repeat(20))
  const none = await explanationOf(running, { mchid })
  assert.match(none.explanation, /The merchant has no valid one now\.$/)
  await change('revoked = 0')
})

test('a field of the header that is none is named, and so are several', async () => {
  const renamed = (...names: [string, string][]) =>
    explanationOf(running, {
      authorization: header => names.reduce((text, [from, to]) => text.replace(`${from}=`, `${to}=`), header),
    })
  const one = await renamed(['serial_no', 'serial'])
  assert.match(one.explanation, / It has serial, which is none of its fields\.$/)
  const two = await renamed(['serial_no', 'serial'], ['nonce_str', 'nonce'])
  assert.match(two.explanation, / It has nonce and serial, which are none of its fields\.$/)
})

test('an explanation has both messages, the first byte in which they differ, the digest and who has signed', async () => {
  const signed = '{"echo_message": "停车"}'
  const explanation = await explanationOf(running, { ...ECHO, signed: { body: signed }, nonce: 'n' })
  const { timestamp, expected_message, signed_message } = explanation
  const head = `POST\n/v3/security/echo\n${timestamp}\nn\n`
  assert.equal(expected_message, `${head}${ECHO.body}\n`)
  assert.equal(signed_message, `${head}${signed}\n`)
  assert.equal(Buffer.from(explanation.signed_message_base64, 'base64').toString(), signed_message)
  assert.equal(explanation.first_difference, head.length + '{"echo_message":'.length)
  assert.match(explanation.signed_digest, /^[0-9a-f]{64}$/)
  assert.equal(
    explanation.signed_by,
    `certificate ${running.merchant('1230000109').serial_no} of merchant 1230000109`,
  )
  assert.equal(explanation.body, ECHO.body)
  assert.deepEqual([explanation.op, explanation.error], ['security.securityEcho', 'SIGNATURE_MISMATCH'])
})

test('what is refused before its body is read says nothing of a message', async () => {
  const explanation = await explanationOf(running, { ...ECHO, serial_no: 'F'.repeat(40), key: foreignKey })
  for (const field of ['body', 'expected_message', 'signed_message', 'first_difference', 'signed_by'])
    assert.equal(explanation[field], undefined, field)
  const known = await explanationOf(running, { ...ECHO, serial_no: 'F'.repeat(40) })
  assert.match(known.explanation, /made by the key of certificate [0-9A-F]{40} of merchant 1230000109/)
  const nothing = await explanationOf(running, { authorization: () => undefined })
  for (const field of ['mchid', 'serial_no', 'timestamp', 'nonce_str'])
    assert.equal(nothing[field], undefined)
})

test('the caller is answered the same, to the byte, whatever was found', async () => {
  const wrongs: WrongRequest[] = [
    { key: foreignKey },
    { signed: { body: '{"another":1}' } },
    { signed: { body: '' } },
    { sign: () => 'AAAA' },
    { sign: (message, key) => sign('sha1', message, key).toString('base64') },
  ]
  const timestamp = String(Math.floor(clock.wallNow() / 1000))
  const replies = []
  for (const wrong of wrongs) {
    const { status, headers, body } = await sendWrong(running, { ...ECHO, timestamp, ...wrong })
    replies.push({
      status,
      body,
      headers: headers.filter(([name]) => !['Request-ID', 'Date'].includes(name)),
    })
  }
  for (const reply of replies) assert.deepEqual(reply, replies[0])
})

test('bodies may be any bytes', async () => {
  for (const body of [
    randomBytes(300),
    Buffer.from([0]),
    Buffer.from('{"a":"\0"}'),
    Buffer.from('{"a":{"toString":1},"__proto__":"\\ud800"}'),
    Buffer.alloc(100, 0xff),
    Buffer.from('['.repeat(9000)),
  ]) {
    const explanation = await explanationOf(running, { ...ECHO, body, signed: { body: 'else' } })
    assert.equal(explanation.cause, 'other_message')
    assert.equal(explanation.body_base64, body.toString('base64'))
  }
})

test('whatever a caller sends, it is answered and explained', async () => {
  // HTTP itself refuses control characters.
  const letter = fc
    .integer({ min: 0x21, max: 0xff })
    .filter(code => code !== 0x7f)
    .map(code => String.fromCharCode(code))
  const text = fc.string({ unit: letter, maxLength: 60 })
  const query = fc.stringMatching(/^[!$&-;=?@-Z_a-z~%+]{0,40}$/)
  const changes = fc.record({
    name: fc.constantFrom('mchid', 'serial_no', 'nonce_str', 'signature', 'timestamp'),
    value: fc.oneof(text, fc.constantFrom('0x1', '9'.repeat(64), '1230000109', '停车', '%', '', ' ')),
    whole: fc.option(text, { freq: 4, nil: undefined }),
    query,
    body: fc.uint8Array({ maxLength: 80 }),
  })
  await fc.assert(
    fc.asyncProperty(changes, async ({ name, value, whole, query, body }) => {
      skippedMs += 500
      const replaced = (header: string) =>
        header.replace(new RegExp(`${name}="[^"]*"`), () => `${name}="${value}"`)
      const reply = await sendWrong(running, {
        ...{ method: 'POST', target: `/v3/security/echo?${query}`, body: Buffer.from(body) },
        signed: { body: 'else' },
        authorization: header => Buffer.from(whole ?? replaced(header)).toString('latin1'),
      })
      assert.equal(reply.status, 401, reply.body)
      const { status, body: explanation } = await admin.get(`/refused-signatures/${requestIdOf(reply)}`)
      assert.equal(status, 200, JSON.stringify(explanation))
    }),
    { numRuns: 100 },
  )
})

test('of a large body the beginning is kept, and what is cheap to find is found', async () => {
  const body = Buffer.from(`{"echo_message":"${'a'.repeat(1_000_000)}"}`)
  const explanation = await explanationOf(running, { ...ECHO, body, signed: { body: `${body}\n` } })
  assert.equal(explanation.cause, 'body_line_feed')
  assert.deepEqual([explanation.body_length, explanation.body.length], [body.length, 65_536])
  const left = await explanationOf(running, { ...ECHO, body, signed: { body: '' } })
  assert.equal(left.cause, 'body_left_out')
  const else_ = await explanationOf(running, { ...ECHO, body, signed: { body: 'else' } })
  assert.equal(else_.cause, 'other_message')
})

test('signatures that come too fast are refused as ever and not explained, until a moment has passed', async t => {
  await db.run('DELETE FROM refused_signatures')
  const still = Date.now()
  t.mock.method(clock, 'wallNow', () => still + skippedMs)
  const send = (count: number) =>
    Promise.all(Array.from({ length: count }, () => sendWrong(running, { sign: () => 'AAAA' })))
  const replies = await send(70)
  assert.ok(replies.every(({ status }) => status === 401))
  await refusals.settled()
  assert.equal(await countOf(), 50)
  skippedMs += 1000
  await send(20)
  await refusals.settled()
  assert.equal(await countOf(), 60)
})

test('the newest thousand are kept', async () => {
  await db.run('DELETE FROM refused_signatures')
  const id = requestIdOf(await sendWrong(running, { sign: () => 'AAAA' })).split('-')[0] ?? ''
  await refusals.settled()
  await db.transaction(async tx => {
    for (let number = 0; number < 1_010; number += 1)
      await tx.run(
        `INSERT INTO refused_signatures SELECT $1, $2, business_time, op, error, method, target, authorization_header,
                mchid, serial_no, timestamp, nonce_str, body, body_length, cause, causes, explanation, signed_message,
                first_difference, signed_digest, signed_by FROM refused_signatures WHERE request_id = $3`,
        `OLD${number}`,
        number,
        id,
      )
  })
  const newest = requestIdOf(await sendWrong(running, { sign: () => 'AAAA' }))
  await refusals.settled()
  assert.equal(await countOf(), 1_000)
  assert.equal((await admin.get(`/refused-signatures/${newest}`)).status, 200)
  assert.equal((await admin.get(`/refused-signatures/${id}`)).status, 200)
  admin.refused(await admin.get('/refused-signatures/OLD11'), 'NOT_FOUND')
  assert.equal((await admin.get('/refused-signatures/OLD12')).status, 200)
  admin.assertAllMet('getRefusedSignature')
})

test('they are listed with the newest first, by merchant and by cause', async () => {
  await db.run('DELETE FROM refused_signatures')
  skippedMs += 1000
  await sendWrong(running, { sign: () => 'AAAA' })
  skippedMs += 1000
  await sendWrong(running, { mchid: '1999999999' })
  skippedMs += 1000
  await sendWrong(running, { authorization: () => undefined })
  const causesOf = async (filter: string) =>
    (await admin.get(`/refused-signatures?${filter}`)).body.data.map(({ cause }: { cause: string }) => cause)
  assert.deepEqual(await causesOf(''), ['authorization_missing', 'merchant_unknown', 'signature_length'])
  assert.deepEqual(await causesOf('mchid=1230000109'), ['signature_length'])
  assert.deepEqual(await causesOf('cause=merchant_unknown'), ['merchant_unknown'])
  const { body } = await admin.get('/refused-signatures?limit=2')
  const rest = (await admin.get(`/refused-signatures?limit=2&after=${body.next}`)).body
  assert.deepEqual([body.data.length, rest.data.length, rest.next], [2, 1, undefined])
  admin.refusedField(
    await admin.get('/refused-signatures?cause=nope'),
    'cause',
    /one of authorization_missing/,
  )
})

test('what is refused for another reason than its signature is not here', async () => {
  await db.run('DELETE FROM refused_signatures')
  const right = await sendWrong(running, { ...ECHO, body: '{}' })
  assert.equal(right.status, 400)
  assert.equal((await sendWrong(running, { headers: { Accept: '' } })).status, 400)
  assert.equal((await sendWrong(running, {})).status, 200)
  await refusals.settled()
  assert.equal(await countOf(), 0)
})

test('of large requests that are refused at once only so many wait to be explained as fit into 4 MB', async () => {
  const request = (index: number, length: number): RefusedRequest => ({
    ...{
      requestId: `LARGE${index}`,
      op: 'security.securityEcho',
      error: general.SIGNATURE_MISMATCH,
      ...ECHO,
      template: '',
    },
    ...{ headers: {}, body: Buffer.alloc(length, 'a'), wallTime: clock.wallNow(), businessTime: clock.now() },
  })
  const noted = Array.from({ length: 30 }, (_, index) => refusals.note(request(index, 1024 * 1024)))
  assert.equal(noted.filter(Boolean).length, 3)
  assert.ok(!refusals.note(request(30, 1024 * 1024)))
  assert.ok(refusals.note(request(31, 1_000)))
  await refusals.settled()
  assert.ok(refusals.note(request(32, 1024 * 1024)))
  await refusals.settled()
})
