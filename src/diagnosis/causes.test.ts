import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  privateEncrypt,
  sign,
} from 'node:crypto'
import { after, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { shangmiMerchant } from '../../test/shangmi.ts'
import { explanationOf, NONCE, type Parts, type WrongRequest } from '../../test/wrong-request.ts'
import { shangmi } from '../protocol/shangmi.ts'
import { requestMessage, signMessage } from '../protocol/signature.ts'
import { CAUSES, type Cause } from './causes.ts'

// Every cause of the table, produced by a request with a signature that is wrong in this way.

/** Wall time goes on by a second with each request, so that all of them are explained. */
let skippedMs = 0
const clock = { now: () => Date.now(), wallNow: () => Date.now() + skippedMs }
const running = await platformUnderTest({ after }, { clock })
const merchant = running.merchant('1230000109')
const other = running.merchant('1230000100')
const now = () => Math.floor(Date.now() / 1000)

const ECHO = {
  method: 'POST',
  target: '/v3/security/echo',
  body: '{"echo_message":"停车/hi","n":{"a":1,"b":[2,3]}}',
}
const ECHO_VALUE = JSON.parse(ECHO.body)
const FIND = '/v3/vehicle/parking/services/find'
const QUERY = `?appid=wxcbda96de0b165486&plate_number=%E7%B2%A4B10001&plate_color=BLUE&openid=a%20b%3A`
const PLATE = { target: FIND + QUERY }
const PAGED = '/v3/certificates?mchid=1230000109&limit=20'
const ORDER = '/v3/vehicle/transactions/out-trade-no'

const signedTarget = (target: string): WrongRequest => ({ ...PLATE, signed: { target } })
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
const padded = (padding: number): WrongRequest => ({
  sign: (message, key) => sign('sha256', message, { key, padding }).toString('base64'),
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

/** Certificates besides those of the world. */
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
await addCertificate('5A'.repeat(20))
await addCertificate('5B'.repeat(20), { revoked: 1 })
await addCertificate('5C'.repeat(20), { replaced_from: 1 })
await addCertificate('5E'.repeat(20))
await addCertificate('5D'.repeat(20), { not_after: 2 })
await db.run(`UPDATE merchant_certificates SET algorithm = 'SM2' WHERE serial_no = $1`, '5E'.repeat(20))
await db.run(
  `INSERT INTO merchants (mchid, kind, name, public_key_id) VALUES ('1230000999', 'direct', 'new', 'PUB_KEY_ID_0112300009990')`,
)

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
    header(text => text.replace(/timestamp="[^"]*"/, 'timestamp="2026-01-01"')),
    header(text => text + 'x'.repeat(5000)),
  ],
  timestamp_unit: [
    { timestamp: `${now()}000` },
    { timestamp: `${now()}000000` },
    { timestamp: String(now()), signed: { timestamp: `${now()}123` } },
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
  ],
  serial_unknown: [serial('F'.repeat(40))],
  scheme_of_other_key: [{ ...serial('5E'.repeat(20)), key: second.privateKey }],
  certificate_revoked: [serial('5B'.repeat(20))],
  certificate_replaced: [serial('5C'.repeat(20))],
  certificate_expired: [serial('5D'.repeat(20))],
  signature_base64url: [
    encoded(text => `${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`),
  ],
  signature_hex: [encoded(text => Buffer.from(text, 'base64').toString('hex'))],
  signature_url_encoded: [encoded(encodeURIComponent)],
  signature_blanks: [
    encoded(text => text.replaceAll('+', ' ').replace(/^(.)(?!.* )/, '$1 ')),
    encoded(text => text.replaceAll(/(.{76})/g, '$1\\n')),
  ],
  signature_encoded_twice: [encoded(text => Buffer.from(text).toString('base64'))],
  signature_not_base64: [encoded(() => '***')],
  signature_length: [encoded(text => text.slice(0, 300)), encoded(() => 'AAAA')],
  digest_algorithm: [hashed('sha1'), hashed('md5'), hashed('sha512')],
  padding_pss: [padded(constants.RSA_PKCS1_PSS_PADDING)],
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
    { ...PLATE, write: parts => Buffer.from(String(requestMessage(parts)).trimEnd()) },
    sm2({ write: parts => Buffer.from(String(requestMessage(parts)).trimEnd()) }),
  ],
  carriage_returns: [joined('\r\n')],
  escaped_line_feeds: [joined('\\n'), joined('\\n', '')],
  line_feeds_missing: [joined('')],
  line_order: [written(parts => Buffer.from(linesOf(parts).toReversed().concat('').join('\n')))],
  line_missing: [written(parts => Buffer.from(linesOf(parts).toSpliced(3, 1).concat('').join('\n')))],
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
  ],
  method_case: [{ signed: { method: 'get' } }],
  method_other: [{ signed: { method: 'POST' } }],
  timestamp_differs: [{ timestamp: String(now()), signed: { timestamp: String(now() - 17) } }],
  nonce_differs: [{ signed: { nonce: NONCE.toLowerCase() } }],
  host_signed: [
    signedTarget(`${running.baseUrl}${PLATE.target}`),
    { ...signedTarget(`https://api.mch.weixin.qq.com${PLATE.target}`) },
    {
      ...signedTarget(`https://pay.example.com${PLATE.target}`),
      headers: { 'X-Forwarded-Host': 'pay.example.com' },
    },
  ].map(wrong => ({ ...wrong, headers: { Host: new URL(running.baseUrl).host, ...wrong.headers } })),
  path_prefix_signed: [
    signedTarget(`/wxpay${PLATE.target}`),
    { ...signedTarget(`/a/b${PLATE.target}`), headers: { 'X-Forwarded-Prefix': '/a/b' } },
  ],
  path_prefix_missing: [signedTarget(PLATE.target.replace('/v3', ''))],
  path_slash: [signedTarget(PLATE.target.slice(1)), signedTarget(PLATE.target.replace('?', '/?'))],
  path_template: [{ target: `${ORDER}/T1`, signed: { target: `${ORDER}/{out_trade_no}` } }],
  path_decoded: [{ target: `${ORDER}/T%2D1`, signed: { target: `${ORDER}/T-1` } }],
  chinese_not_encoded: [
    signedTarget(PLATE.target.replace('%E7%B2%A4', '粤')),
    { target: `${ORDER}/%E7%B2%A4`, signed: { target: `${ORDER}/粤` } },
  ],
  query_empty: [
    { signed: { target: '/v3/certificates?' } },
    { target: '/v3/certificates?', signed: { target: '/v3/certificates' } },
    { ...ECHO, signed: { target: `${ECHO.target}?` } },
  ],
  query_left_out: [signedTarget(FIND), sm2(signedTarget(FIND))],
  query_decoded: [signedTarget(FIND + decodeURIComponent(QUERY))],
  query_reordered: [
    signedTarget(`${FIND}?${QUERY.slice(1).split('&').sort().join('&')}`),
    signedTarget(`${FIND}?${QUERY.slice(1).split('&').reverse().join('&')}`),
  ],
  query_plus: [signedTarget(PLATE.target.replace('%20', '+'))],
  escape_case: [signedTarget(PLATE.target.replaceAll(/%../g, part => part.toLowerCase()))],
  escaped_otherwise: [signedTarget(PLATE.target.replace('%3A', ':'))],
  escaped_twice: [signedTarget(FIND + QUERY.replaceAll('%', '%25'))],
  body_left_out: [signedBody('')],
  body_object_as_text: [signedBody(String(ECHO_VALUE)), sm2(signedBody('[object Object]'))],
  body_form_encoded: [
    signedBody(new URLSearchParams({ ...ECHO_VALUE, n: JSON.stringify(ECHO_VALUE.n) }).toString()),
    signedBody(new URLSearchParams(ECHO_VALUE).toString()),
    signedBody(`echo_message=停车/hi&n=${ECHO_VALUE.n}`),
    { ...ECHO, body: '{"b":"x y","a":1}', signed: { body: 'a=1&b=x%20y' } },
  ],
  body_of_get: [
    { ...PLATE, signed: { body: JSON.stringify(Object.fromEntries(new URLSearchParams(QUERY))) } },
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
    { ...ECHO, body: `${ECHO.body}\n`, signed: { body: ECHO.body } },
  ],
  body_spacing: [
    sm2(signedBody(JSON.stringify(ECHO_VALUE, null, 2))),
    signedBody(pretty),
    { ...ECHO, body: pretty, signed: { body: ECHO.body } },
  ],
  body_key_order: [
    { ...ECHO, body: '{"n":1,"echo_message":"hi"}', signed: { body: '{"echo_message":"hi","n":1}' } },
  ],
  body_unicode_escapes: [signedBody(escaped), { ...ECHO, body: escaped, signed: { body: ECHO.body } }],
  body_slash_escapes: [signedBody(ECHO.body.replace('/', '\\/'))],
  body_rewritten: [{ ...ECHO, body: '{"a":1.0}', signed: { body: '{"a":1}' } }],
  body_byte_order_mark: [{ ...ECHO, body: `\ufeff${ECHO.body}`, signed: { body: ECHO.body } }],
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
