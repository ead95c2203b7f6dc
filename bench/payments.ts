import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdminAddress, AdminClient, httpRequestOf } from '../src/admin-client/admin-client.ts'
import { signedRequest } from '../src/testing/signed-request.ts'
import { type MerchantCredentials, readCredentials } from '../src/testing/start-platform.ts'
import { compare, PER_ROUND, ROUNDS, secondsPerSignature, startOf, WARM_UP } from './compare.ts'
import { sendAll } from './load.ts'
import { type MeasuredProcess, type Start, startMeasured } from './measured-process.ts'

// Measures the basic payments: a prepay call against the bare signer, and what a payment costs from the payer's click to the
// delivered notice. Part of run.ts; by itself:
//
//   node bench/payments.ts

const PAYERS = 200
const TOTAL = 100

/** Orders, pays and notifies on a platform of its own, and prints the figures. */
export async function measurePayments(
  start: Start,
  merchant: MerchantCredentials,
  bare: MeasuredProcess,
): Promise<void> {
  const sink = await startMeasured('./sink.ts', start)
  const platform = await startMeasured('./platform.ts', start)
  try {
    const order = (index: number) => orderOf(merchant, `bench-native-${index}`, sink.baseUrl)
    await compare('prepay (Native)', bare, platform, order)

    const orders = Array.from({ length: WARM_UP + ROUNDS * PER_ROUND }, (_, index) => order(index))
    // Ordered once more, because each has got a code of which nothing was kept here.
    const codes = (await sendAll(platform.baseUrl, orders)).map(
      text => (JSON.parse(text) as { code_url: string }).code_url,
    )
    const admin = JSON.parse(readFileSync(join(start.data, 'admin.json'), 'utf8')) as AdminAddress
    await makePayers(new AdminClient(admin), codes.length)
    const payments = codes.map((code_url, index) => paymentOf(admin, code_url, index))
    await sendAll(admin.url, payments.slice(0, WARM_UP))
    await drained(sink, WARM_UP)
    const before = await platform.measure()
    await sendAll(admin.url, payments.slice(WARM_UP))
    await drained(sink, payments.length)
    const { cpuSeconds } = await platform.measure()
    const count = payments.length - WARM_UP
    const perPayment = (cpuSeconds - before.cpuSeconds) / count
    const signature = secondsPerSignature(merchant)
    console.log(
      `payment with notice: ${(perPayment / signature).toFixed(2)} signatures' worth of CPU ` +
        `(${count} payments, ${(perPayment * 1e6).toFixed(0)} µs, one signature ${(signature * 1e6).toFixed(0)} µs)`,
    )
  } finally {
    await platform.stop()
    await sink.stop()
  }
}

function orderOf(merchant: MerchantCredentials, out_trade_no: string, notifyUrl: string) {
  return signedRequest(merchant, {
    method: 'POST',
    target: '/v3/pay/transactions/native',
    body: {
      appid: 'wxcbda96de0b165486',
      mchid: merchant.mchid,
      description: '停车场月卡',
      attach: '深圳分店',
      out_trade_no,
      notify_url: `${notifyUrl}/notify`,
      amount: { total: TOTAL, currency: 'CNY' },
    },
  })
}

async function makePayers(admin: AdminClient, payments: number): Promise<void> {
  const amount = Math.ceil(payments / PAYERS) * TOTAL
  for (let number = 0; number < PAYERS; number += 1) {
    const payer_id = payerAt(number)
    await admin.call('putPayer', { payer_id })
    await admin.call('putTopUp', { payer_id, top_up_id: 'bench', amount })
  }
}

function paymentOf({ token }: AdminAddress, code_url: string, index: number) {
  const payment = { payer_id: payerAt(index % PAYERS), payment_id: `bench-${index}`, code_url }
  const { method, target, body = '' } = httpRequestOf('putPayment', payment)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return { method, target, headers, body: Buffer.from(body) }
}

function payerAt(number: number): string {
  return `bench-payer-${number}`
}

async function drained(sink: MeasuredProcess, count: number): Promise<void> {
  await (await fetch(`${sink.baseUrl}/wait-for/${count}`)).text()
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-bench-'))
  try {
    const keys = { merchantPublicKey: '', platformPrivateKey: '', reply: '' }
    // The first start makes the sandbox.
    await (await startMeasured('./platform.ts', { keys, data: folder, deductionLadder: [0] })).stop()
    const merchant = readCredentials(folder, '1230000109')
    const start = startOf(merchant, folder, { reply: JSON.stringify({ code_url: 'x'.repeat(60) }) })
    const bare = await startMeasured('./bare-signer.ts', start)
    await measurePayments(start, merchant, bare)
    await bare.stop()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.main) await main()
