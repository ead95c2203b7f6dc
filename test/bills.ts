import assert from 'node:assert/strict'
import { createDecipheriv, createHash, createPrivateKey } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { LightMyRequestResponse } from 'fastify'
import { decryptField } from '../src/protocol/sensitive-field.ts'
import type { SqlValue } from '../src/store/database.ts'
import { type StartOptions, type VirtualClock, virtualClock } from '../src/testing/index.ts'
import { type ChargeFields, type ChargesUnderTest, chargesUnderTest, type Order } from './charges.ts'
import { withQuery } from './platform.ts'
import { type Caller, type Fields, MERCHANT, NOW, PARTNER, type Scope } from './sandbox.ts'

// What the tests of bills have in common: a day with orders and refunds, and the way from an application to the file.

/** The day of the documents' samples, and the moment from which its bills can be applied for. */
export const BILL_DATE = '2017-08-26'
export const READY = '2017-08-27T10:00:00+08:00'

/** What a merchant gets to know of a bill. */
export interface Applied {
  hash_type: string
  hash_value: string
  download_url: string
}

/** The same of a bill that is encrypted. */
export interface SealedBill extends Applied {
  bill_sequence: number
  encrypt_key: string
  nonce: string
}

/** A refund as the table has it. */
export type RefundRow = Record<string, SqlValue> & { out_refund_no: string; refund_id: string }

export interface BillsUnderTest extends ChargesUnderTest {
  /** Applies for a bill of {@link BILL_DATE} unless said; a second time where the limit of a second is reached. */
  apply(path: string, fields?: Fields, caller?: Caller): Promise<LightMyRequestResponse>
  /** Downloads a file by its URL. */
  download(url: string, mchid?: string): Promise<LightMyRequestResponse>
  /** Applies, downloads and checks the hash; answers the text of the plain file. */
  bill(path: string, fields?: Fields, caller?: Caller): Promise<string>
  /** Applies for the encrypted bill of the provider's sub-merchant, downloads it and undoes everything; answers the plain file. */
  subMerchantBill(fields?: Fields): Promise<string>
  /** An order that is paid at once. */
  pay(fields?: ChargeFields, caller?: Caller): Promise<Order & { transaction_id: string }>
  /** Writes a refund of an order down as it may be one day, without its money; the parts are those of an order without coupons. */
  writeRefund(order: Order, fields: { refund: number } & Record<string, SqlValue>): Promise<RefundRow>
}

export const TRADE = '/v3/bill/tradebill'
export const FUND_FLOW = '/v3/bill/fundflowbill'
export const SUB_FUND_FLOW = '/v3/bill/sub-merchant-fundflowbill'

/** Starts a platform at the documents' time. */
export async function billsUnderTest(
  scope: Scope,
  options: Omit<StartOptions, 'clock'> & { clock?: VirtualClock } = {},
): Promise<BillsUnderTest> {
  const clock = options.clock ?? virtualClock(NOW)
  const running = await chargesUnderTest(scope, { rules: { deductionLadder: [0] }, ...options, clock })
  const { call, platform, accept, runDue, order } = running
  const { db } = platform
  let lastRefund = 0

  const apply = async (path: string, fields: Fields = {}, caller: Caller = MERCHANT) => {
    const sent = Object.entries({ bill_date: BILL_DATE, ...fields }).filter(
      ([, value]) => value !== undefined,
    )
    const query = Object.fromEntries(sent.map(([name, value]) => [name, String(value)]))
    const target = sent.length === 0 ? path : withQuery(path, query)
    for (;;) {
      const reply = await call({ method: 'GET', target }, caller.mchid)
      if (reply.statusCode !== 429) return reply
    }
  }
  /** On a slow machine a bill takes longer to make than its first application waits. */
  const applyUntilMade: typeof apply = async (...application) => {
    for (;;) {
      const reply = await apply(...application)
      if (reply.statusCode === 200 || reply.json().code !== 'STATEMENT_CREATING') return reply
    }
  }
  const download = (url: string, mchid = MERCHANT.mchid) => {
    const { pathname, search } = new URL(url)
    return call({ method: 'GET', target: pathname + search }, mchid)
  }
  return {
    ...running,
    apply,
    download,
    async bill(path, fields, caller = MERCHANT) {
      const applied = await applyUntilMade(path, fields, caller)
      assert.equal(applied.statusCode, 200, applied.body)
      const { hash_type, hash_value, download_url } = applied.json<Applied>()
      const { rawPayload, headers } = await download(download_url, caller.mchid)
      const isGzip = fields?.tar_type === 'GZIP'
      assert.equal(headers['content-type'], isGzip ? 'application/x-gzip' : 'text/plain')
      const file = isGzip ? gunzipSync(rawPayload) : rawPayload
      assert.deepEqual([hash_type, hash_value], ['SHA1', createHash('sha1').update(file).digest('hex')])
      return file.toString('utf8')
    },
    async subMerchantBill(fields: Fields = {}) {
      const asked = { ...PARTNER.partner, account_type: 'BASIC', algorithm: 'AEAD_AES_256_GCM', ...fields }
      const applied = await applyUntilMade(SUB_FUND_FLOW, asked, PARTNER)
      assert.equal(applied.statusCode, 200, applied.body)
      const { download_bill_list } = applied.json<{ download_bill_list: SealedBill[] }>()
      const [{ download_url, encrypt_key, nonce, hash_value } = {} as SealedBill] = download_bill_list
      const { rawPayload } = await download(download_url, PARTNER.mchid)
      const key = decryptField(encrypt_key, createPrivateKey(running.merchant(PARTNER.mchid).private_key))
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(rawPayload.subarray(-16))
      const opened = Buffer.concat([decipher.update(rawPayload.subarray(0, -16)), decipher.final()])
      const file = fields.tar_type === 'GZIP' ? gunzipSync(opened) : opened
      assert.equal(createHash('sha1').update(file).digest('hex'), hash_value)
      return file.toString('utf8')
    },
    async pay(fields = {}, caller = MERCHANT) {
      const { out_trade_no } = await accept({ profit_sharing: 'N', ...fields }, caller)
      await runDue()
      const paid = await order(out_trade_no, caller)
      assert.ok(paid.transaction_id, JSON.stringify(paid))
      return { ...paid, transaction_id: paid.transaction_id }
    },
    async writeRefund(order, { refund, ...more }) {
      lastRefund += 1
      const row: RefundRow = {
        mchid: order.sp_mchid,
        out_refund_no: `R${lastRefund}`,
        refund_id: `5000000000${String(lastRefund).padStart(19, '0')}`,
        sub_mchid: order.sub_mchid ?? '',
        out_trade_no: order.out_trade_no,
        transaction_id: order.transaction_id ?? '',
        ...{ reason: '', notify_url: '', asked_funds_account: '', amount_from: '', goods_detail: '' },
        ...{ content_digest: '', refund, total: order.amount.total, currency: 'CNY' },
        payer_total: order.amount.payer_total ?? 0,
        payer_refund: refund,
        settlement_total: order.amount.total,
        settlement_refund: refund,
        ...{ discount_refund: 0, refund_fee: 0, promotion_detail: '', status: 'PROCESSING' },
        ...{ channel: 'ORIGINAL', user_received_account: '支付用户零钱', destination: 'wallet' },
        ...{ funds_account: 'UNSETTLED', create_time: clock.now() },
        ...more,
      }
      const places = Object.keys(row).map((_, index) => `$${index + 1}`)
      await db.run(
        `INSERT INTO refunds (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`,
        ...Object.values(row),
      )
      return row
    },
  }
}

/** The text of a bill from its lines. */
export function fileOf(...lines: string[]): string {
  return `\uFEFF${lines.map(line => `${line}\r\n`).join('')}`
}

/** A bill that was read: its detail rows and its summary, by the titles of their columns. */
export interface ReadBill {
  rows: Record<string, string>[]
  summary: Record<string, string>
}

/** Reads a bill as a merchant does. */
export function readBill(file: string): ReadBill {
  assert.ok(file.startsWith('\uFEFF') && file.endsWith('\r\n'))
  const lines = file.slice(1, -2).split('\r\n')
  const named = (titles: string, line: string) => {
    const names = titles.split(',')
    const cells = line.slice(1).split(',`').map(unescaped)
    assert.ok(line.startsWith('`'))
    assert.equal(cells.length, names.length, line)
    return Object.fromEntries(names.map((name, index) => [name, cells[index] as string]))
  }
  const [columns = '', ...rest] = lines
  const [summaryColumns = '', summary = ''] = rest.slice(-2)
  return {
    rows: rest.slice(0, -2).map(line => named(columns, line)),
    summary: named(summaryColumns, summary),
  }
}

const UNESCAPES: Record<string, string> = { '\\\\': '\\', '\\ ': ',', '\\r': '\r', '\\n': '\n' }

function unescaped(cell: string): string {
  return cell.replaceAll(/\\[\\ rn]/g, pair => UNESCAPES[pair] as string)
}

/** Yuan as fen. */
export function fen(yuan: string | undefined): number {
  return Math.round(Number(yuan) * 100)
}
