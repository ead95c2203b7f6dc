import assert from 'node:assert/strict'
import { createDecipheriv, createPublicKey, verify, X509Certificate } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { Database } from '../src/store/database.ts'
import { createTestStore } from '../src/store/testing.ts'
import {
  type MerchantCredentials,
  type ReceivedCallback,
  signedRequest,
  startPlatform,
  virtualClock,
  type WebhookSink,
  webhookSink,
} from '../src/testing/index.ts'
import { type ChargesUnderTest, chargeCalls, type Pays } from './charges.ts'
import { type Caller, MERCHANT, NOW } from './sandbox.ts'

// Notices as merchants get them: verified and opened with nothing but node:crypto and the merchant's files.

/** The body of a notice. */
export interface Envelope {
  id: string
  create_time: string
  resource_type: string
  event_type: string
  summary: string
  resource: {
    original_type: string
    algorithm: string
    ciphertext: string
    associated_data: string
    nonce: string
  }
}

/** A receiver that goes away with the test. */
export async function sinkFor(t: TestContext): Promise<WebhookSink> {
  const sink = await webhookSink()
  t.after(() => sink.close())
  return sink
}

/** The serial number that a notice is signed under, if its signature is right; fails otherwise. */
export function verifiedSerial({ headers, body }: ReceivedCallback, merchant: MerchantCredentials): string {
  const serial = String(headers['wechatpay-serial'])
  const key =
    serial === merchant.public_key_id
      ? createPublicKey(merchant.platform_public_key)
      : new X509Certificate(merchant.platform_certificate).publicKey
  const message = `${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n${body}\n`
  const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64')
  assert.ok(verify('RSA-SHA256', Buffer.from(message), key, signature), 'The signature does not fit')
  return serial
}

/** Reads the body, without opening what is sealed in it. */
export function envelopeOf({ body }: ReceivedCallback): Envelope {
  return JSON.parse(body) as Envelope
}

/** The plaintext of a notice. Throws when the key is not the one that it was sealed with. */
export function opened(callback: ReceivedCallback, apiv3Key: string): Record<string, unknown> {
  const { ciphertext, nonce, associated_data } = envelopeOf(callback).resource
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiv3Key), Buffer.from(nonce))
    .setAAD(Buffer.from(associated_data))
    .setAuthTag(bytes.subarray(-16))
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
  return JSON.parse(text.toString('utf8'))
}

/** Makes a charge whose notices go to the sink and does the due work; answers the order's number. */
export async function chargeWithNotice(
  { accept, runDue }: Pick<ChargesUnderTest, 'accept' | 'runDue'>,
  sink: WebhookSink,
  { caller = MERCHANT, ...pays }: { caller?: Caller; payer?: Pays } = {},
): Promise<string> {
  const { out_trade_no } = await accept({ notify_url: sink.url, ...pays }, caller)
  await runDue()
  return out_trade_no
}

/** How far a notice is. */
export interface NoticeRow {
  id: string
  state: string
  attempts: number
  due_at: number | null
  leased_until: number
}

/** All notices of a store, the oldest first. */
export async function noticeRows(db: Database): Promise<NoticeRow[]> {
  return db.all<NoticeRow>(
    'SELECT id, state, attempts, due_at, leased_until FROM notices ORDER BY create_time, id',
  )
}

/** The one notice that there is. */
export async function onlyNotice(db: Database): Promise<NoticeRow> {
  const [row, ...others] = await noticeRows(db)
  assert.equal(others.length, 0)
  assert.ok(row)
  return row
}

/** A platform on a store that stays, with the keys that its first start gave out. */
export async function restartable(t: TestContext) {
  const store = createTestStore()
  // Wall time stands still but for what a restart says, however long that takes: leases are of wall time.
  let wallNow = Date.now()
  const clock = { ...virtualClock(NOW), wallNow: () => wallNow }
  let running = await startPlatform({ clock, open: () => store.open() })
  const keys = new Map(['1230000109', '1230000100'].map(mchid => [mchid, running.merchant(mchid)]))
  t.after(async () => {
    await running.stop()
    await store.remove()
  })
  const keysOf = (mchid: string) => {
    const merchant = keys.get(mchid)
    assert.ok(merchant)
    return merchant
  }
  const calls = chargeCalls((request, mchid = '1230000109') => {
    const { method, target, headers, body } = signedRequest(keysOf(mchid), request)
    return running.app.inject({ method, url: target, headers, payload: body })
  })
  return {
    ...calls,
    clock,
    keysOf,
    runDue: () => running.runDue(),
    platform: () => running.platform,
    /** `wallMs`: how much wall time goes on by. */
    async restart(wallMs = 0) {
      await running.stop()
      wallNow += wallMs
      running = await startPlatform({ clock, open: () => store.open() })
    },
  }
}
