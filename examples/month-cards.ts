import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  merchantClient,
  NotFound,
  type Notice,
  OutcomeUnknown,
  optionsFromFolder,
  WechatPayError,
} from 'boomgate/sdk'

// A shop that is ready to go live: it sells month cards by a code, gives what is paid, and keeps books of its own. Beside its
// notify URL it offers the shop adapter of the go-live check (docs/go-live.md), which passes all of its checks.
//
//   npm start                                                    the platform
//   npm run example:month-cards                                  this program
//   npm run doctor -- --shop http://127.0.0.1:3001/shop          the go-live check
//
//   --data <folder>    the platform's data folder, ./data unless said
//   --port <number>    where it listens, 3001 unless said; 0 picks one
//
// The books are in memory, so that the example fits in one file. Yours are in a database, where an order is paid by a
// transaction that hands its goods over, too, under a unique index.

const APPID = 'wxcbda96de0b165486'
const MCHID = '1230000109'

interface Order {
  out_trade_no: string
  /** Fen, as all amounts. */
  total: number
  state: 'UNPAID' | 'PAID' | 'FAILED'
  given: number
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'data' },
    port: { type: 'string', default: '3001' },
  },
})
const { payments, webhooks } = merchantClient(optionsFromFolder(join(values.data, 'merchants', MCHID)))
const orders = new Map<string, Order>()

const takeNotice = webhooks.nodeHandler(take, { onError: error => say(String(error)) })
const server = createServer((request, response) => {
  if (request.url?.startsWith('/shop/')) void answerShop(request, response)
  else takeNotice(request, response)
}).listen(Number(values.port), '127.0.0.1', () => say(`The shop adapter is ${address()}/shop`))

function address(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A customer wants to pay by a code. */
async function sell({ amount }: { amount: number }): Promise<object> {
  const out_trade_no = randomUUID().replaceAll('-', '')
  // In the books before it is sent: a notice may be faster than the reply.
  orders.set(out_trade_no, { out_trade_no, total: amount, state: 'UNPAID', given: 0 })
  const request = {
    ...{ appid: APPID, mchid: MCHID, description: '停车场月卡', out_trade_no },
    ...{ notify_url: `${address()}/notify`, amount: { total: amount } },
  }
  try {
    return { out_trade_no, ...(await payments.nativePrepay(request)) }
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error
    // The same number with the same parameters is the same order, and gives a fresh code.
    return { out_trade_no, ...(await payments.nativePrepay(request)) }
  }
}

/** The customer of an order wants something else in its place. Two codes that can be paid would be paid twice one day. */
async function sellAgain({
  out_trade_no,
  amount,
}: {
  out_trade_no: string
  amount: number
}): Promise<object> {
  try {
    await payments.closeOrder({ out_trade_no, mchid: MCHID })
  } catch (error) {
    say(`close of ${out_trade_no}: ${error}`)
    // It was paid, or nobody knows: what is not known to be unpaid is not given up.
    if (await isPaid(out_trade_no)) return { out_trade_no }
    throw error
  }
  const order = orders.get(out_trade_no)
  if (order?.state === 'UNPAID') order.state = 'FAILED'
  return sell({ amount })
}

/** The customer says to have paid. What the phone shows proves nothing, and the notice may be late. */
async function wait({ out_trade_no }: { out_trade_no: string }): Promise<object> {
  return { state: (await isPaid(out_trade_no)) ? 'PAID' : 'UNPAID' }
}

async function isPaid(out_trade_no: string): Promise<boolean> {
  if (orders.get(out_trade_no)?.state === 'PAID') return true
  try {
    const { trade_state, amount } = await payments.queryOrderByOutTradeNo({ out_trade_no, mchid: MCHID })
    if (trade_state === 'SUCCESS') book(out_trade_no, amount?.total)
    return trade_state === 'SUCCESS' || trade_state === 'REFUND'
  } catch (error) {
    if (error instanceof NotFound) return false
    throw error
  }
}

/** Takes a verified notice. What this throws makes the platform send it again. */
function take({ kind, event_type, id, resource }: Notice): void {
  // Several products send TRANSACTION.SUCCESS, so the kind says which one has.
  if (kind === 'payments.paymentResult') book(resource.out_trade_no, resource.amount.total)
  // What is not known is acknowledged, or it comes fifteen times more.
  else say(`nothing is done about ${event_type} ${id}`)
}

/** Books a payment and gives the goods, once, however often and from wherever it is reported. */
function book(out_trade_no: string, total: number | undefined): void {
  const order = orders.get(out_trade_no)
  // An alarm is for a person to look at: sending the notice again would not make it right.
  if (!order) say(`ALARM: ${out_trade_no} was paid and is not in the books`)
  else if (order.total !== total) say(`ALARM: ${out_trade_no}: ${total} of ${order.total} fen paid`)
  else if (order.state !== 'PAID') {
    order.state = 'PAID'
    order.given += 1
    say(`${out_trade_no} is paid: the card is handed over`)
  }
}

/** The shop adapter. It is for tests only: never let it listen where things are really sold. */
async function answerShop(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.slice('/shop'.length) ?? ''
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  try {
    if (path.startsWith('/orders/')) {
      const order = orders.get(decodeURIComponent(path.slice('/orders/'.length)))
      return void (order ? answer(200, shown(order)) : answer(404, { message: 'There is no such order' }))
    }
    const act = { '/sell': sell, '/sell-again': sellAgain, '/wait': wait }[path]
    if (!act) return void answer(404, { message: `There is no ${path}` })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    answer(200, await act(JSON.parse(Buffer.concat(chunks).toString('utf8'))))
  } catch (error) {
    say(error instanceof WechatPayError ? `${error.code}: ${error.message}` : String(error))
    answer(500, { message: String(error) })
  }
}

/** The order as the go-live check asks for it. */
function shown({ state, total, given }: Order): object {
  return { state, paid: state === 'PAID' ? total : 0, refunded: 0, given }
}

function say(line: string): void {
  console.log(line)
}
