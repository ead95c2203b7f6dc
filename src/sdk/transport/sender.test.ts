import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { VerifyReply } from './judge-reply.ts'
import { type AttemptReport, resolveOptions } from './options.ts'
import { Sender } from './sender.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const genuine: VerifyReply = async () => undefined
const SUCCESS = new TextEncoder().encode('{"echo_message":"a"}')

/** A sender whose transport answers as planned and whose pauses take no time; it records both. */
function senderOf(plan: (number | Error)[], hosts: { fallbackUrl?: string; retries?: number } = {}) {
  const asked: { url: string; init: RequestInit }[] = []
  const pauses: number[] = []
  const reports: AttemptReport[] = []
  const options = resolveOptions({
    mchid: '1230000109',
    serial_no: 'AA',
    privateKey,
    apiv3Key: 'a'.repeat(32),
    trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey },
    baseUrl: 'http://one',
    ...hosts,
    userAgent: 'car park',
    acceptLanguage: 'en',
    onAttempt: report => reports.push(report),
    fetch: async (url, init = {}) => {
      asked.push({ url: String(url), init })
      const next = plan.shift() ?? 200
      if (next instanceof Error) throw next
      return new Response(SUCCESS, { status: next, headers: { 'request-id': 'R-0' } })
    },
  })
  const machine = {
    wallNow: () => 1_700_000_000_000,
    random: (size: number) => new Uint8Array(size),
    pause: async (milliseconds: number) => void pauses.push(milliseconds),
  }
  const sender = new Sender('merchant', options, machine)
  const send = () =>
    sender.send(
      'security.securityEcho',
      { echo_message: 'a' },
      { verify: genuine, wechatpaySerial: 'PUB_KEY_ID_1' },
    )
  return { send, asked, pauses, reports }
}

test('a request has all the headers that the platform asks for, and those of its options', async () => {
  const { send, asked } = senderOf([])
  assert.deepEqual(await send(), { echo_message: 'a' })
  const headers = asked[0]?.init.headers as Record<string, string>
  assert.equal(asked[0]?.url, 'http://one/v3/security/echo')
  assert.match(
    headers.Authorization ?? '',
    /^WECHATPAY2-SHA256-RSA2048 mchid="1230000109",nonce_str=.*serial_no="AA"$/,
  )
  const { Authorization: _, ...others } = headers
  assert.deepEqual(others, {
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'Accept-Language': 'en',
    'User-Agent': 'car park',
    'Content-Type': 'application/json',
    'Wechatpay-Serial': 'PUB_KEY_ID_1',
  })
})

test('a repetition at the same host waits longer each time', async () => {
  const { send, pauses } = senderOf([500, new Error('reset'), 500], { retries: 3 })
  await send()
  assert.deepEqual(pauses, [250, 500, 1000])
})

test('another host is called without a pause, the next time round with one', async () => {
  const down = new TypeError('fetch failed', {
    cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  })
  const { send, asked, pauses } = senderOf([down, down, 200], { fallbackUrl: 'http://two' })
  await send()
  assert.deepEqual(
    asked.map(({ url }) => new URL(url).host),
    ['one', 'two', 'one'],
  )
  assert.deepEqual(pauses, [500])
})

test('every attempt is reported with its host, its status and its error', async () => {
  const { send, reports } = senderOf([new Error('reset'), 503, 200])
  await send()
  assert.deepEqual(
    reports.map(({ op, attempt, status, requestId, error }) => [op, attempt, status, requestId, error?.name]),
    [
      ['security.securityEcho', 1, undefined, undefined, 'NetworkError'],
      ['security.securityEcho', 2, 503, 'R-0', 'SystemError'],
      ['security.securityEcho', 3, 200, 'R-0', undefined],
    ],
  )
})
