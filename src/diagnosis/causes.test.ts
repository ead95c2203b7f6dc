import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  privateEncrypt,
  sign,
} from 'node:crypto'
import { after, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { platformUnderTest } from '../../test/platform.ts'
import { shangmiMerchant } from '../../test/shangmi.ts'
import { explanationOf, NONCE, type Parts, type WrongRequest } from '../../test/wrong-request.ts'
import { shangmi } from '../protocol/shangmi.ts'
import { replyMessage, requestMessage, signMessage } from '../protocol/signature.ts'
import { CAUSES, type Cause } from './causes.ts'

// Every cause of the table, produced by a request with a signature that is wrong in this way.

/** Wall time stands still and goes on by a second with each request, so that all of them are explained. */
let skippedMs = 0
const startedAt = Date.now()
const clock = { now: () => Date.now(), wallNow: () => startedAt + skippedMs }
const running = await platformUnderTest({ after }, { clock })
const merchant = running.merchant('1230000109')
const other = running.merchant('1230000100')
const now = () => Math.floor(startedAt / 1000)

const ECHO = {
  method: 'POST',
  target: '/v3/security/echo',
  body: '{"echo_message":"停车/hi","n":{"a":1,"b":[2,3]}}',
}
const ECHO_VALUE = JSON.parse(ECHO.body)
const FIND = '/v3/bill/tradebill'
const QUERY = `?appid=wxcbda96de0b165486&tar_type=%E7%B2%A4B10001&bill_type=ALL&openid=a%20b%3A`
const READ = { target: FIND + QUERY }
const PAGED = '/v3/certificates?mchid=1230000109&limit=20'
const ORDER = '/v3/vehicle/transactions/out-trade-no'

const signedTarget = (target: string): WrongRequest => ({ ...READ, signed: { target } })
const signedBody = (body: string | Buffer): WrongRequest => ({ ...ECHO, signed: { body } })
const written = (write: (parts: Parts) => Buffer): WrongRequest => ({ ...ECHO, write })
const linesOf = ({ method, target, timestamp, nonce, body }: Parts) => [
  method,
  target,
  timestamp,
  nonce,
  String(body),
]
const joined = (separator: string, end = separator): WrongRequest =>
  written(parts => Buffer.from(linesOf(parts).join(separator) + end))
const encoded = (change: (base64: string) => string): WrongRequest => ({
  sign: (message, key) => change(signMessage(message, key)),
})
const serial = (serial_no: string): WrongRequest => ({ serial_no })
const header = (authorization: (header: string) => string | undefined): WrongRequest => ({ authorization })
const padded = (padding: number, saltLength?: number): WrongRequest => ({
  sign: (message, key) => {
    const options = { key, padding, ...(saltLength !== undefined && { saltLength }) }
    return sign('sha256', message, options).toString('base64')
  },
})
const hashed = (digest: string): WrongRequest => ({
  sign: (message, key) => sign(digest, message, key).toString('base64'),
})
const sha256 = (message: Buffer) => createHash('sha256').update(message).digest()
const chinese = await shangmiMerchant(running)
const sm2 = (wrong: WrongRequest): WrongRequest => ({
  ...{ suite: shangmi, serial_no: chinese.serial_no, key: createPrivateKey(chinese.private_key) },
  ...wrong,
})
/** The two numbers of a signature in ASN.1. */
function bareNumbers(base64: string): Buffer {
  const asn1 = Buffer.from(base64, 'base64')
  const first = asn1.subarray(4, 4 + (asn1[3] ?? 0))
  const second = asn1.subarray(6 + first.length)
  return Buffer.concat([first, second].map(number => Buffer.concat([Buffer.alloc(32), number]).subarray(-32)))
}
const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
const second = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Certificates besides those of the sandbox. */
const { db } = running.platform
async function addCertificate(serial_no: string, changes: Record<string, number> = {}) {
  const { not_after = clock.now() + 1e9, revoked = 0, replaced_from = null } = changes
  await db.run(
    `INSERT INTO merchant_certificates (serial_no, certificate_id, mchid, certificate, public_key, not_before, not_after, revoked, replaced_from)
     VALUES ($1, $1, $2, '', $3, 1, $4, $5, $6)`,
    ...[serial_no, merchant.mchid, second.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ...[not_after, revoked, replaced_from],
  )
}
const ZERO_SERIAL = `00${'5F'.repeat(19)}`
await addCertificate(ZERO_SERIAL)
await addCertificate('5A'.repeat(20))
await addCertificate('5B'.repeat(20), { revoked: 1 })
await addCertificate('5C'.repeat(20), { replaced_from: 1 })
await addCertificate('5E'.repeat(20))
await addCertificate('5D'.repeat(20), { not_after: 2 })
await db.run(`UPDATE merchant_certificates SET algorithm = 'SM2' WHERE serial_no = $1`, '5E'.repeat(20))
await db.run(
  `INSERT INTO merchants (mchid, kind, name, public_key_id) VALUES ('1230000999', 'direct', 'new', 'PUB_KEY_ID_0112300009990')`,
)

/** Timestamp and nonce of a request whose signature has a + or a /: hardly any has none, and is the same for URLs. */
function signedWithSigns(): WrongRequest {
  const [method, target, timestamp, body] = ['GET', '/v3/certificates', String(now()), Buffer.alloc(0)]
  for (let number = 0; ; number += 1) {
    const nonce = `${NONCE}${number}`
    const message = requestMessage({ method, target, timestamp, nonce, body })
    if (/[+/]/.test(signMessage(message, createPrivateKey(merchant.private_key)))) return { timestamp, nonce }
  }
}

const pretty = JSON.stringify(ECHO_VALUE, null, 2)
const escaped = ECHO.body.replaceAll('停车', '\\u505c\\u8f66')

const PRODUCED: Record<Cause, readonly WrongRequest[]> = {
  authorization_missing: [header(() => undefined), header(() => '')],
  authorization_malformed: [
    header(() => 'x'),
    header(text => text.replace('mchid', 'merchant')),
    header(text => text.replaceAll('"', '')),
    header(text => text.replaceAll('",', '";')),
    header(text => `${text},nonce_str="again"`),
    header(text => text.replace(/nonce_str="[^"]*"/, 'nonce_str=""')),
    header(text => text.replace(/timestamp="[^"]*"/, 'timestamp="soon"')),
    header(text => `${text},`),
    header(text => text.replace('",nonce_str', '" nonce_str')),
    header(text => text + 'x'.repeat(5000)),
  ],
  timestamp_unit: [
    { timestamp: `${now()}000` },
    { timestamp: `${now()}000000` },
    ...['20260101120000', '2026-01-01', `${now()}.123`].map(timestamp => ({ timestamp })),
    ...['123', '.123', '.0'].map(end => ({
      ...{ timestamp: String(now()), signed: { timestamp: now() + end } },
    })),
    // The clock was read again when the next second had begun.
    { timestamp: String(now()), signed: { timestamp: `${now() - 1}997` } },
  ],
  apiv2_style: [
    { target: '/v3/certificates?mch_id=1230000109&sign=ABCDEF', authorization: () => undefined },
    { sign: message => createHash('md5').update(message).digest('hex').toUpperCase() },
  ],
  scheme_foreign: [
    header(text => text.replace(/^\S+/, 'Bearer')),
    header(text => text.replace(/^\S+/, 'wechatpay2-sha256-rsa2048')),
  ],
  shangmi_not_enabled: [sm2({ mchid: other.mchid }), sm2({ mchid: other.mchid, serial_no: other.serial_no })],
  clock_off: [
    { timestamp: String(now() - 900) },
    { timestamp: String(now() + 86_400 * 30) },
    // A request that is sent again half an hour later, and a clock that goes wrong by two hours and some.
    { timestamp: String(now() - 1800) },
    { timestamp: String(now() + 7200 + 240) },
  ],
  clock_timezone: [{ timestamp: String(now() + 8 * 3600 - 7) }, { timestamp: String(now() - 5.5 * 3600) }],
  merchant_unknown: [{ mchid: '1999999999' }],
  sub_merchant_called: [{ mchid: '1900000109' }],
  certificate_never_issued: [{ mchid: '1230000999', serial_no: 'F'.repeat(40) }],
  serial_of_platform: [serial(merchant.platform_serial)],
  public_key_id_as_serial: [serial(merchant.public_key_id), serial('PUB_KEY_ID_1')],
  serial_of_other_merchant: [serial(other.serial_no)],
  serial_spelling: [
    serial(BigInt(`0x${merchant.serial_no}`).toString()),
    serial(merchant.serial_no.replaceAll(/(..)(?=.)/g, '$1:')),
    serial(`0x${merchant.serial_no}`),
    serial(`serial=${merchant.serial_no}`),
    // BigInteger.toString(16) of Java.
    serial(ZERO_SERIAL.replace(/^0+/, '')),
    serial(BigInt(`0x${ZERO_SERIAL}`).toString()),
  ],
  serial_unknown: [serial('F'.repeat(40))],
  scheme_of_other_key: [{ ...serial('5E'.repeat(20)), key: second.privateKey }],
  certificate_revoked: [serial('5B'.repeat(20))],
  certificate_replaced: [serial('5C'.repeat(20))],
  certificate_expired: [serial('5D'.repeat(20))],
  signature_base64url: [
    {
      ...encoded(text => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')),
      ...signedWithSigns(),
    },
  ],
  signature_hex: [encoded(text => Buffer.from(text, 'base64').toString('hex'))],
  signature_url_encoded: [
    encoded(encodeURIComponent),
    encoded(text => encodeURIComponent(encodeURIComponent(text))),
  ],
  signature_escaped: [
    encoded(text => text.replaceAll('=', '\\u003d').replaceAll('+', '\\u002B')),
    encoded(text => text.replaceAll('/', '\\/')),
    encoded(text => text.replaceAll('+', '&#43;').replaceAll('/', '&#x2F;')),
  ],
  signature_object_as_text: [
    ...['[object Promise]', '[B@1b6d3586', 'System.Byte[]', 'undefined'].map(text => encoded(() => text)),
    encoded(text => `b'${text}'`),
    encoded(text => `'${text}'`),
    encoded(text => String(new Uint8Array(Buffer.from(text, 'base64')))),
    encoded(text => `[${[...Buffer.from(text, 'base64')].join(' ')}]`),
  ],
  digest_as_signature: [
    { sign: message => sha256(message).toString('base64') },
    { sign: message => sha256(message).toString('hex') },
    { sign: message => createHmac('sha256', 'k'.repeat(32)).update(message).digest('base64') },
  ],
  signature_blanks: [
    encoded(text => text.replaceAll('+', ' ').replace(/^(.)(?!.* )/, '$1 ')),
    encoded(text => text.replaceAll(/(.{76})/g, '$1\\n')),
  ],
  signature_encoded_twice: [encoded(text => Buffer.from(text).toString('base64'))],
  signature_not_base64: [encoded(() => '***')],
  signature_length: [encoded(text => text.slice(0, 300)), encoded(() => 'AAAA')],
  digest_algorithm: [hashed('sha1'), hashed('md5'), hashed('sha512')],
  padding_pss: [padded(constants.RSA_PKCS1_PSS_PADDING), padded(constants.RSA_PKCS1_PSS_PADDING, 32)],
  digest_missing: [
    { sign: (message, key) => privateEncrypt(key, sha256(message)).toString('base64') },
    { sign: (message, key) => privateEncrypt(key, message).toString('base64') },
  ],
  hashed_twice: [
    { write: parts => Buffer.from(sha256(requestMessage(parts)).toString('hex')) },
    { write: parts => sha256(requestMessage(parts)) },
  ],
  sm2_user_id: [sm2({ sign: (message, key) => sign('sm3', message, key).toString('base64') })],
  sm2_not_asn1: [sm2({ sign: (message, key) => bareNumbers(shangmi.sign(message, key)).toString('base64') })],
  key_of_other_certificate: [{ key: second.privateKey }],
  key_of_other_merchant: [{ key: createPrivateKey(other.private_key) }],
  key_of_platform: [{ key: running.platform.keys.publicKey.privateKey }],
  key_unknown: [{ key: foreignKey.privateKey }],
  last_line_feed: [
    joined('\n', ''),
    sm2(joined('\n', '')),
    { write: parts => requestMessage(parts).subarray(0, -1) },
    // $(printf …) of a shell.
    { write: parts => Buffer.from(String(requestMessage(parts)).trimEnd()) },
    { ...READ, write: parts => Buffer.from(String(requestMessage(parts)).trimEnd()) },
    sm2({ write: parts => Buffer.from(String(requestMessage(parts)).trimEnd()) }),
  ],
  carriage_returns: [joined('\r\n'), joined('\r\n', '\n'), joined('\r')],
  escaped_line_feeds: [joined('\\n'), joined('\\n', '')],
  line_feeds_missing: [joined(''), joined(','), joined('&', ''), joined('/n')],
  line_order: [written(parts => Buffer.from(linesOf(parts).toReversed().concat('').join('\n')))],
  line_missing: [
    written(parts => Buffer.from(linesOf(parts).toSpliced(3, 1).concat('').join('\n'))),
    // Only the body, and three lines of a request without one.
    written(({ body }) => body),
    {
      ...READ,
      write: parts => Buffer.from(linesOf(parts).slice(0, 3).join('\n')),
    },
  ],
  line_blanks: [
    ...['  ', '    ', '\t'].map(indent => joined(`\n${indent}`)),
    joined('\n    ', '\n'),
    written(parts => Buffer.from(`\n${requestMessage(parts)}`)),
    joined(' \n'),
    joined('\n\n'),
    written(parts => Buffer.from(`-e ${requestMessage(parts)}\n`)),
    { ...ECHO, signed: { nonce: `${NONCE}\n` } },
    { timestamp: String(now()), signed: { timestamp: `${now()}\n` } },
  ],
  line_undefined: [
    { signed: { timestamp: 'undefined' } },
    { signed: { nonce: '' } },
    { ...ECHO, signed: { nonce: 'null' } },
    { ...READ, signed: { target: 'None' } },
  ],
  message_of_reply: [written(({ timestamp, nonce, body }) => replyMessage(timestamp, nonce, body))],
  byte_order_mark: [written(parts => Buffer.concat([Buffer.from('\ufeff'), requestMessage(parts)]))],
  charset: [
    // 停车 in GBK.
    signedBody(Buffer.from(ECHO.body.replace('停车', '\xcd\xa3\xb3\xb5'), 'latin1')),
    written(parts => Buffer.from(requestMessage(parts).toString('latin1'))),
    written(parts =>
      Buffer.from(
        requestMessage(parts)
          .toString()
          .replaceAll(/[停车]/g, '?'),
      ),
    ),
    written(parts => Buffer.from(requestMessage(parts).toString(), 'utf16le')),
    written(parts => Buffer.from(requestMessage(parts).toString(), 'utf16le').swap16()),
    written(parts => Buffer.from(requestMessage(parts).toString(), 'latin1')),
    // 粤 in GBK.
    signedTarget(READ.target.replace('%E7%B2%A4', '%D4%C1')),
  ],
  method_case: [{ signed: { method: 'get' } }],
  method_other: [{ signed: { method: 'POST' } }],
  timestamp_differs: [-1, 1, -17, 299, -300, -1000, 8 * 3600].map(apart => ({
    ...ECHO,
    ...{ timestamp: String(now()), signed: { timestamp: String(now() + apart) } },
  })),
  nonce_differs: [{ signed: { nonce: NONCE.toLowerCase() } }, { nonce: '停车' }],
  host_signed: [
    signedTarget(`${running.baseUrl}${READ.target}`),
    { ...signedTarget(`https://api.mch.weixin.qq.com${READ.target}`) },
    {
      ...signedTarget(`https://pay.example.com${READ.target}`),
      headers: { 'X-Forwarded-Host': 'pay.example.com' },
    },
  ].map(wrong => ({ ...wrong, headers: { Host: new URL(running.baseUrl).host, ...wrong.headers } })),
  path_prefix_signed: [
    signedTarget(`/wxpay${READ.target}`),
    { ...signedTarget(`/a/b${READ.target}`), headers: { 'X-Forwarded-Prefix': '/a/b' } },
  ],
  path_prefix_missing: [signedTarget(READ.target.replace('/v3', ''))],
  path_slash: [signedTarget(READ.target.slice(1)), signedTarget(READ.target.replace('?', '/?'))],
  path_template: [{ target: `${ORDER}/T1`, signed: { target: `${ORDER}/{out_trade_no}` } }],
  path_decoded: [{ target: `${ORDER}/T%2D1`, signed: { target: `${ORDER}/T-1` } }],
  chinese_not_encoded: [
    signedTarget(READ.target.replace('%E7%B2%A4', '粤')),
    { target: `${ORDER}/%E7%B2%A4`, signed: { target: `${ORDER}/粤` } },
  ],
  query_empty: [
    { signed: { target: '/v3/certificates?' } },
    { ...ECHO, signed: { target: `${ECHO.target}?` } },
    signedTarget(`${READ.target}&`),
  ],
  query_left_out: [signedTarget(FIND), sm2(signedTarget(FIND))],
  query_parameter_added: [
    { target: `${READ.target}&_=1`, signed: { target: READ.target } },
    { target: READ.target.replace('?', '?_=1&'), signed: { target: READ.target } },
  ],
  query_decoded: [signedTarget(FIND + decodeURIComponent(QUERY))],
  query_reordered: [
    signedTarget(`${FIND}?${QUERY.slice(1).split('&').sort().join('&')}`),
    signedTarget(`${FIND}?${QUERY.slice(1).split('&').reverse().join('&')}`),
  ],
  query_plus: [signedTarget(READ.target.replace('%20', '+'))],
  escape_case: [signedTarget(READ.target.replaceAll(/%../g, part => part.toLowerCase()))],
  url_case: [
    signedTarget(READ.target.toLowerCase()),
    { target: `${ORDER}/Order1`, signed: { target: `${ORDER}/order1` } },
  ],
  escaped_otherwise: [signedTarget(READ.target.replace('%3A', ':'))],
  escaped_twice: [signedTarget(FIND + QUERY.replaceAll('%', '%25'))],
  body_left_out: [signedBody(''), signedBody('{}'), signedBody('undefined')],
  body_object_as_text: [
    signedBody(String(ECHO_VALUE)),
    sm2(signedBody('[object Object]')),
    // Python, Java, Go and PHP.
    signedBody("{'echo_message': '停车/hi', 'n': {'a': 1, 'b': [2, 3]}}"),
    signedBody('{echo_message=停车/hi, n={a=1, b=[2, 3]}}'),
    signedBody('map[echo_message:停车/hi n:map[a:1 b:[2 3]]]'),
    signedBody('Array'),
  ],
  body_form_encoded: [
    signedBody(new URLSearchParams({ ...ECHO_VALUE, n: JSON.stringify(ECHO_VALUE.n) }).toString()),
    signedBody(new URLSearchParams(ECHO_VALUE).toString()),
    signedBody(`echo_message=停车/hi&n=${ECHO_VALUE.n}`),
    { ...ECHO, body: '{"b":"x y","a":1}', signed: { body: 'a=1&b=x%20y' } },
  ],
  body_of_get: [
    { ...READ, signed: { body: JSON.stringify(Object.fromEntries(new URLSearchParams(QUERY))) } },
    ...['{"mchid":"1230000109","limit":"20"}', '{"mchid":"1230000109","limit":20}'].flatMap(params => [
      { target: PAGED, signed: { body: params } },
      // wechatpay-node-v3 ends them by a line feed, and the message by another one.
      { target: PAGED, signed: { body: `${params}\n` } },
    ]),
  ],
  empty_body_as_text: [
    { signed: { body: '{}' } },
    { signed: { body: 'null' } },
    { method: 'POST', target: ECHO.target, signed: { body: '{}' } },
  ],
  body_line_feed: [
    signedBody(`${ECHO.body}\n`),
    // echo, piped into openssl.
    { write: parts => Buffer.concat([requestMessage(parts), Buffer.from('\n')]) },
    { ...ECHO, body: `${ECHO.body}\n`, signed: { body: ECHO.body } },
  ],
  body_spacing: [
    sm2(signedBody(JSON.stringify(ECHO_VALUE, null, 2))),
    signedBody(pretty),
    signedBody(pretty.replaceAll('\n', '\r\n')),
    // curl -d @file.
    { ...ECHO, body: pretty.replaceAll('\n', ''), signed: { body: pretty } },
    { ...ECHO, body: pretty, signed: { body: ECHO.body } },
  ],
  body_key_order: [
    { ...ECHO, body: '{"n":1,"echo_message":"hi"}', signed: { body: '{"echo_message":"hi","n":1}' } },
    // The order of a HashMap of Java.
    {
      ...ECHO,
      body: '{"appid":"1","mchid":"2","description":"3","out_trade_no":"4","notify_url":"5"}',
      signed: {
        body: '{"mchid":"2","out_trade_no":"4","appid":"1","description":"3","notify_url":"5"}',
      },
    },
  ],
  body_unicode_escapes: [
    signedBody(escaped.replaceAll(/u[0-9a-f]{4}/g, code => `u${code.slice(1).toUpperCase()}`)),
    signedBody(escaped),
    { ...ECHO, body: escaped, signed: { body: ECHO.body } },
  ],
  body_slash_escapes: [signedBody(ECHO.body.replace('/', '\\/'))],
  body_rewritten: [
    { ...ECHO, body: '{"a":1.0}', signed: { body: '{"a":1}' } },
    { ...ECHO, body: '{"a":1,"b":{"c":2}}', signed: { body: '{"a":1,"b":{"c":"2"}}' } },
    { ...ECHO, body: '{"a":"1","b":2}', signed: { body: '{"a":1,"b":2}' } },
    { ...ECHO, body: '{"a":1}', signed: { body: '{"a":1.0}' } },
    { ...ECHO, body: '{"a":{}}', signed: { body: '{"a":[]}' } },
  ],
  body_field_added: [
    { ...ECHO, body: '{"a":1,"b":{"c":2,"d":3},"e":4}', signed: { body: '{"a":1,"b":{"c":2},"e":4}' } },
    { ...ECHO, body: '{"a":1,"b":2,"c":3,"d":4}', signed: { body: '{"a":1,"b":2}' } },
    { ...ECHO, body: '{"a":1,"b":null,"c":{"d":null}}', signed: { body: '{"a":1,"c":{}}' } },
  ],
  body_json_twice: [
    signedBody(JSON.stringify(ECHO.body)),
    { ...ECHO, body: JSON.stringify(ECHO.body), signed: { body: ECHO.body } },
  ],
  body_encoded: [
    signedBody(createHash('sha256').update(ECHO.body).digest('hex')),
    signedBody(createHash('md5').update(ECHO.body).digest('base64')),
    signedBody(Buffer.from(ECHO.body).toString('base64')),
    signedBody(encodeURIComponent(ECHO.body)),
  ],
  body_compressed: [gzipSync(ECHO.body), deflateSync(ECHO.body)].map(body => ({
    ...{ ...ECHO, body, signed: { body: ECHO.body } },
  })),
  body_byte_order_mark: [
    signedBody(`\ufeff${ECHO.body}`),
    { ...ECHO, body: `\ufeff${ECHO.body}`, signed: { body: ECHO.body } },
  ],
  body_charset: [
    { ...ECHO, body: Buffer.from('{"a":"\xcd\xa3\xb3\xb5"}', 'latin1'), signed: { body: '{"a":"停车"}' } },
  ],
  key_or_message_unknown: [sm2(signedBody('else')), sm2({ sign: () => 'AAAA' })],
  other_message: [signedBody('{"quite":"another"}')],
}

for (const [cause, requests] of Object.entries(PRODUCED)) {
  for (const [index, wrong] of requests.entries()) {
    test(`${cause} is named (${index + 1} of ${requests.length})`, async () => {
      skippedMs += 1000
      const explanation = await explanationOf(running, wrong)
      assert.equal(explanation.cause, cause, JSON.stringify(explanation, null, 2))
      assert.deepEqual(explanation.causes, [cause])
      assert.ok(explanation.explanation.startsWith(CAUSES[cause as Cause].says))
      assert.equal(explanation.what_to_do, CAUSES[cause as Cause].whatToDo)
    })
  }
}

test('every cause of the table is produced here', () => {
  for (const cause of Object.keys(CAUSES) as Cause[]) assert.ok(PRODUCED[cause].length > 0, cause)
  assert.deepEqual(Object.keys(PRODUCED).toSorted(), Object.keys(CAUSES).toSorted())
})
