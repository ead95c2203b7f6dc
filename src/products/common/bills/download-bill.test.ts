import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { type Applied, billsUnderTest, READY, TRADE } from '../../../../test/bills.ts'
import { rawRequest, sendRaw } from '../../../../test/raw-http.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import {
  assertSystemError,
  MERCHANT,
  PARTNER,
  refusalsOf,
  sandboxWithoutStore,
} from '../../../../test/sandbox.ts'
import type { RecentCall } from '../../../calls/recent-calls.ts'
import { signedRequest } from '../../../testing/index.ts'
import { downloadBill } from './contract.ts'
import { sealToken } from './download-token.ts'

const running = await billsUnderTest({ after })
const { pay, apply, download, clock, call, merchant, platform } = running
await pay()
await pay({}, PARTNER)
clock.moveTo(READY)
const link = async (fields = {}) => (await apply(TRADE, fields)).json<Applied>()
const pathOf = (url: string) => new URL(url).pathname + new URL(url).search

const { refused, refusedField, assertAllMet } = refusalsOf(downloadBill, {
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  DOWNLOAD_URL_WRONG: [400, 'INVALID_REQUEST', '账单下载地址无效或已过期，请重新申请账单'],
  DOWNLOADER_WRONG: [403, 'NO_AUTH', '下载账单的商户号与申请账单的商户号不一致'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

test('the file comes whole and unsigned, with its type, its length and a Request-ID', async () => {
  const { download_url, hash_value } = await link()
  const request = signedRequest(merchant(MERCHANT.mchid), { method: 'GET', target: pathOf(download_url) })
  const reply = await sendRaw(running.baseUrl, rawRequest(request))
  assert.equal(reply.status, 200)
  const headers = Object.fromEntries(reply.headers)
  assert.deepEqual(Object.keys(headers).sort(), [
    'Cache-Control',
    'Connection',
    'Content-Language',
    'Content-Length',
    'Content-Type',
    'Date',
    'Keep-Alive',
    'Request-ID',
    'Server',
    'X-Content-Type-Options',
  ])
  assert.equal(headers['Content-Type'], 'text/plain')
  assert.match(headers['Request-ID'] ?? '', /^[0-9A-F]{40}-0$/)
  assert.equal(headers['Content-Length'], String(Buffer.byteLength(reply.body)))
  assert.equal(createHash('sha1').update(reply.body).digest('hex'), hash_value)
})

test('of the file its length is kept among the recent calls', async () => {
  const { download_url } = await link()
  const request = signedRequest(merchant(MERCHANT.mchid), { method: 'GET', target: pathOf(download_url) })
  const { headers, body } = await sendRaw(running.baseUrl, rawRequest(request))
  const [requestId = ''] = new Map(headers).get('Request-ID')?.split('-') ?? []
  const find = async () => {
    await platform.recentCalls.flush()
    return platform.db.get<Pick<RecentCall, 'status' | 'reply' | 'reply_length'>>(
      'SELECT status, reply, reply_length FROM recent_calls WHERE request_id = $1',
      requestId,
    )
  }
  // It is noted behind the last byte, which the client may have before.
  let call = await find()
  for (let turns = 0; !call && turns < 10_000; turns += 1) {
    await nextTurn()
    call = await find()
  }
  assert.deepEqual(call, { status: 200, reply: null, reply_length: Buffer.byteLength(body) })
})

test('a compressed file is one itself, and its hash is that of what is in it', async () => {
  const { download_url, hash_value } = await link({ tar_type: 'GZIP' })
  const { rawPayload, headers } = await download(download_url)
  assert.equal(headers['content-type'], 'application/x-gzip')
  assert.equal(headers['content-encoding'], undefined)
  assert.equal(headers['content-length'], String(rawPayload.length))
  assert.equal(createHash('sha1').update(gunzipSync(rawPayload)).digest('hex'), hash_value)
})

test('a link works again and again for five minutes, and then no more', async () => {
  const { download_url } = await link()
  const first = await download(download_url)
  assert.equal((await download(download_url)).body, first.body)
  clock.advance(5 * 60_000)
  assert.equal((await download(download_url)).body, first.body)
  clock.advance(1)
  refused(await download(download_url), 'DOWNLOAD_URL_WRONG')
})

test('a refusal is signed, as all others are', async () => {
  const reply = await call({ method: 'GET', target: '/v3/billdownload/file?token=wrong' })
  refused(reply, 'DOWNLOAD_URL_WRONG')
  assert.ok(reply.headers['wechatpay-signature'])
})

test('a token that was changed in any place is wrong', async () => {
  const { download_url } = await link()
  const token = new URL(download_url).searchParams.get('token') ?? ''
  const wrong = Array.from({ length: token.length }, (_, index) => {
    const other = token[index] === 'A' ? 'B' : 'A'
    return token.slice(0, index) + other + token.slice(index + 1)
  })
  for (const changed of [
    ...wrong,
    token.slice(0, -1),
    token.slice(4),
    `${token}A`,
    `${token}=`,
    'A',
    'A'.repeat(28),
  ]) {
    const reply = await call({ method: 'GET', target: `/v3/billdownload/file?token=${changed}` })
    refused(reply, 'DOWNLOAD_URL_WRONG')
  }
  const twice = await Promise.all([link(), link()])
  assert.notEqual(twice[0].download_url, twice[1].download_url)
})

test('a token of a bill that is not in the store is wrong', async () => {
  const { keys, random } = platform
  const expire_time = clock.now() + 1
  const token = sealToken({ bill_id: 'gone', mchid: MERCHANT.mchid, gzip: false, expire_time }, keys, random)
  refused(await call({ method: 'GET', target: `/v3/billdownload/file?token=${token}` }), 'DOWNLOAD_URL_WRONG')
})

test('nobody downloads what another merchant number has applied for', async () => {
  const { download_url } = await link()
  refused(await download(download_url, PARTNER.mchid), 'DOWNLOADER_WRONG')
  const theirs = (await apply(TRADE, {}, PARTNER)).json<Applied>()
  refused(await download(theirs.download_url), 'DOWNLOADER_WRONG')
  assert.equal((await download(theirs.download_url, PARTNER.mchid)).statusCode, 200)
})

test('a download without a token or without a right signature is refused', async () => {
  for (const [query, value] of [
    ['', ''],
    ['?token=', ''],
    [`?token=${'A'.repeat(2049)}`, 'A'.repeat(256)],
  ] as const)
    refusedField(await call({ method: 'GET', target: `/v3/billdownload/file${query}` }), 'token', value)
  const { download_url } = await link()
  const unsigned = await fetch(download_url, { headers: { accept: '*/*' } })
  assert.equal(unsigned.status, 401)
  await unsigned.body?.cancel()
})

test('a HEAD is no download', async () => {
  const { download_url } = await link()
  const reply = await fetch(download_url, { method: 'HEAD' })
  assert.equal(reply.status, 405)
})

test('calls beyond the limit are refused', async t => {
  const limited = await billsUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const target = '/v3/billdownload/file?token=A'
  const replies = await Promise.all([1, 2].map(() => limited.call({ method: 'GET', target })))
  assert.deepEqual(replies.map(reply => reply.statusCode).sort(), [400, 429])
  for (const reply of replies) if (reply.statusCode === 429) refused(reply, 'FREQUENCY_LIMITED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing', async t => {
  const closed = await sandboxWithoutStore(t)
  const { keys, random } = closed.platform
  const expire_time = closed.clock.now()
  const token = sealToken({ bill_id: 'b', mchid: MERCHANT.mchid, gzip: false, expire_time }, keys, random)
  const target = `/v3/billdownload/file?token=${token}`
  assertSystemError(await closed.call({ method: 'GET', target }))
  const broken = await billsUnderTest(t)
  await broken.platform.db.run('ALTER TABLE bills RENAME TO lost_bills')
  const other = sealToken(
    { bill_id: 'b', mchid: MERCHANT.mchid, gzip: false, expire_time: broken.clock.now() },
    broken.platform.keys,
    random,
  )
  refused(
    await broken.call({ method: 'GET', target: `/v3/billdownload/file?token=${other}` }),
    'SYSTEM_ERROR',
  )
})

test('every error that the contract declares is met above', assertAllMet)
