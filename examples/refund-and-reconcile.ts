import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  formatTime,
  type MerchantClient,
  merchantClient,
  type OwnPayment,
  type OwnRefund,
  optionsFromFolder,
  reconcileFundFlow,
  reconcileTradeBill,
} from 'boomgate/sdk'

// A day of a merchant and the morning after: two cars pay, one gets a part back, and the bill of the day is compared with
// the merchant's books and with its account. It needs a platform that runs (`npm start`), and moves its business time on
// by two days.
//
//   node examples/refund-and-reconcile.ts                as the direct merchant 1230000109
//   node examples/refund-and-reconcile.ts 1230000109 --data <folder>    the platform's data folder, ./data unless said

const APPID = 'wxcbda96de0b165486'
const PLATE = { plate_number: '粤B10001', plate_color: 'BLUE' } as const
const PARKING_NAME = '欢乐海岸停车场'
const STAY_MS = 3_600_000
const DAY_MS = 24 * STAY_MS

const { values, positionals } = parseArgs({
  options: { data: { type: 'string', default: 'data' } },
  allowPositionals: true,
})
const [mchid = '1230000109'] = positionals
const client = merchantClient(optionsFromFolder(join(values.data, 'merchants', mchid)))
const administration = JSON.parse(readFileSync(join(values.data, 'admin.json'), 'utf8'))
const { kind } = await admin(`/merchants/${mchid}`, {}, 'GET')
if (kind !== 'direct')
  throw new Error(`${mchid} is a ${kind}; this example is for a direct merchant such as 1230000109`)

/** What this merchant knows of its own: payments by their notices, refunds by what it applied for. */
const books: (OwnPayment | OwnRefund)[] = []
const receiver = await startReceiver(client)

// A day on which nothing else has happened.
await moveTo(startOfDay(await businessTime()) + DAY_MS + 12 * STAY_MS)
const bill_date = formatTime(await businessTime()).slice(0, 10)
const first = await parkAndPay(800)
await parkAndPay(500)
await refund(first, 300, 800)
await moveTo(startOfDay(await businessTime()) + DAY_MS + 10 * STAY_MS)
say(`${formatTime(await businessTime())}: the bill of ${bill_date} is ready`)

const bill = client.bills.tradeBill({ bill_date })
for await (const row of bill) {
  if (row.trade_state === 'SUCCESS') say(`  ${row.out_trade_no} paid ${row.total} fen, fee ${row.fee}`)
  else say(`  ${row.out_refund_no} gave back ${row.refund} fen, fee ${row.fee}: ${row.refund_status}`)
}
const { count, total, refund: refunded, fee } = bill.summary ?? {}
say(`${count} rows: ${total} fen paid, ${refunded} fen given back, ${fee} fen of fees`)

let findings = 0
for await (const finding of reconcileTradeBill(bill, books)) {
  findings += 1
  say(`bill and books: ${JSON.stringify(finding)}`)
}
for await (const finding of reconcileFundFlow(bill, client.bills.fundFlowBill({ bill_date }))) {
  findings += 1
  say(`bill and account: ${JSON.stringify(finding)}`)
}
say(findings === 0 ? 'bill, books and account are even' : `${findings} findings`)
await receiver.stop()

/** Parks for an hour and charges; the deduction has succeeded on return. */
async function parkAndPay(total: number): Promise<string> {
  const { notify_url } = receiver
  const now = await businessTime()
  const stay = { ...PLATE, start_time: formatTime(now - STAY_MS), parking_name: PARKING_NAME }
  const out_parking_no = `P${randomUUID()}`
  const entry = await client.parking.createParking({ ...stay, out_parking_no, notify_url, free_duration: 0 })
  const out_trade_no = `T${randomUUID().replaceAll('-', '').slice(0, 31)}`
  await client.parking.createTransaction({
    appid: APPID,
    description: '停车场扣费',
    out_trade_no,
    trade_scene: 'PARKING',
    notify_url,
    amount: { total },
    parking_info: {
      ...stay,
      parking_id: entry.id,
      end_time: formatTime(now - 1000),
      charging_duration: STAY_MS / 1000,
      device_id: 'gate-1',
    },
  })
  await admin('/due-work')
  const { trade_state } = await client.parking.queryTransaction({ out_trade_no })
  say(`${out_trade_no} of ${total} fen: ${trade_state}`)
  if (trade_state !== 'SUCCESS') throw new Error('Only what was paid can be refunded; has 粤B10001 money?')
  return out_trade_no
}

async function refund(out_trade_no: string, fen: number, total: number): Promise<void> {
  // Keep the number before it is sent: it is what makes a repeated refund the same refund.
  const out_refund_no = `R${randomUUID()}`
  const { status, refund_id, create_time } = await client.refunds.createRefund({
    out_trade_no,
    out_refund_no,
    reason: '重复缴费',
    notify_url: receiver.notify_url,
    amount: { refund: fen, total, currency: 'CNY' },
  })
  books.push({ out_trade_no, out_refund_no, refund: fen, refund_id, create_time })
  say(`${out_refund_no} of ${fen} fen: ${status}`)
}

/** A receiver of notices on a free port that keeps the books. */
async function startReceiver({ webhooks }: MerchantClient) {
  const server = createServer(
    webhooks.nodeHandler(({ kind, event_type, resource }) => {
      if (kind === 'parking.transactionResult' && event_type === 'TRANSACTION.SUCCESS') {
        const { out_trade_no, transaction_id = '', amount, success_time } = resource
        books.push({ out_trade_no, transaction_id, total: amount.total, success_time })
      } else if (event_type === 'REFUND.SUCCESS') {
        say(`${resource.out_refund_no} has arrived: ${resource.user_received_account}`)
      }
    }),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    notify_url: `http://127.0.0.1:${port}/notify`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A call of the platform's administration API, which only a sandbox has. */
async function admin(
  path: string,
  body: object = {},
  method = 'PUT',
): Promise<{ business_time: string; kind: string }> {
  const reply = await fetch(`${administration.url}/admin/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${administration.token}`, 'Content-Type': 'application/json' },
    ...(method === 'PUT' && { body: JSON.stringify(body) }),
  })
  if (!reply.ok) throw new Error(`${path} was answered with ${reply.status} ${await reply.text()}`)
  return (await reply.json()) as { business_time: string; kind: string }
}

async function businessTime(): Promise<number> {
  return Date.parse((await admin('/clock', {}, 'GET')).business_time)
}

/** Everything that falls due on the way is done on return, notices included. */
async function moveTo(instant: number): Promise<void> {
  await admin(`/clock/moves/${randomUUID()}`, { to: formatTime(instant) })
}

/** Midnight in Beijing. */
function startOfDay(instant: number): number {
  return Date.parse(`${formatTime(instant).slice(0, 10)}T00:00:00+08:00`)
}

function say(line: string): void {
  console.log(line)
}
