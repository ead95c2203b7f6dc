import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import {
  type MerchantClient,
  merchantClient,
  NoticeRefused,
  optionsFromFolder,
  type RefusalReason,
} from '../../src/sdk/index.ts'
import type { TestPlatform } from '../../src/testing/index.ts'
import { APPID, DIRECT } from '../sdk/car-park.ts'

/** What a shop can do wrong, each by itself. */
export interface ShopDefects {
  /** The code of another order is shown. */
  showsOtherCode?: boolean
  neverGives?: boolean
  /** Refusals that are acknowledged, and believed. */
  takes?: readonly RefusalReason[]
  ignoresAmounts?: boolean
  neverQueries?: boolean
  /** Says that whoever waits has paid. */
  believesCustomers?: boolean
  neverCloses?: boolean
  /** Closes the old order when the new one is there already. */
  closesLate?: boolean
  /** Sells anew whatever the close was answered. */
  ignoresRefusedClose?: boolean
  givesEachNotice?: boolean
  newNumbers?: boolean
}

interface Order {
  total: number
  paid: number
  given: number
}

// biome-ignore lint/suspicious/noExplicitAny: the doctor's requests, whose shape is what is tested
type Request = any

/** Starts a shop with these defects and no others. Answers the URL of its shop adapter. */
export async function startShop(
  t: TestContext,
  running: TestPlatform,
  defects: ShopDefects = {},
): Promise<string> {
  const { fallbackUrl: _, ...options } = optionsFromFolder(`${running.folder}/merchants/${DIRECT}`)
  const client = merchantClient({
    ...options,
    ...(defects.newNumbers && { retries: 0 }),
    retryPauseMs: 1,
  })
  const shop = new Shop(client, defects)
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    const text = await textOf(request)
    const answered =
      path === '/notify' ? shop.take(text, request) : shop.answer(path.slice('/shop'.length), text)
    const [status, body] = await answered.catch((error): [number, object] => [500, { message: `${error}` }])
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  shop.notify_url = `${url}/notify`
  return `${url}/shop`
}

class Shop {
  notify_url = ''
  readonly #client: MerchantClient
  readonly #defects: ShopDefects
  readonly #orders = new Map<string, Order>()

  constructor(client: MerchantClient, defects: ShopDefects) {
    this.#client = client
    this.#defects = defects
  }

  async take(text: string, { headers }: IncomingMessage): Promise<[number, object]> {
    try {
      const { kind, resource } = await this.#client.webhooks.readNotice(text, headers)
      if (kind === 'payments.paymentResult') this.#book(resource.out_trade_no, resource.amount.total)
    } catch (error) {
      if (!(error instanceof NoticeRefused) || !this.#defects.takes?.includes(error.reason)) return [401, {}]
    }
    return [204, {}]
  }

  async answer(path: string, text: string): Promise<[number, object]> {
    if (path.startsWith('/orders/')) {
      const order = this.#orders.get(path.slice('/orders/'.length))
      if (!order) return [404, {}]
      const { paid, given } = order
      return [200, { state: paid > 0 ? 'PAID' : 'UNPAID', paid, refunded: 0, given }]
    }
    const request: Request = JSON.parse(text)
    if (path === '/sell') return [200, await this.#sell(request.amount)]
    if (path === '/sell-again') return [200, await this.#sellAgain(request)]
    if (path === '/wait')
      return [200, { state: (await this.#isPaid(request.out_trade_no)) ? 'PAID' : 'UNPAID' }]
    return [404, {}]
  }

  async #sell(amount: number): Promise<{ out_trade_no: string; code_url: string }> {
    const { newNumbers, showsOtherCode } = this.#defects
    const out_trade_no = randomUUID().replaceAll('-', '')
    this.#orders.set(out_trade_no, { total: amount, paid: 0, given: 0 })
    const order = (number: string) =>
      this.#client.payments.nativePrepay({
        ...{ appid: APPID, mchid: DIRECT, description: '停车场月卡', out_trade_no: number },
        ...{ notify_url: this.notify_url, amount: { total: amount } },
      })
    const { code_url } = await order(out_trade_no).catch(error => {
      if (newNumbers) return this.#sell(amount)
      throw error
    })
    if (showsOtherCode) return { out_trade_no, ...(await order(`OTHER-${out_trade_no.slice(6)}`)) }
    return { out_trade_no, code_url }
  }

  async #sellAgain({ out_trade_no, amount }: { out_trade_no: string; amount: number }): Promise<object> {
    const { neverCloses, closesLate, ignoresRefusedClose } = this.#defects
    const close = () => this.#client.payments.closeOrder({ out_trade_no, mchid: DIRECT })
    if (neverCloses) return this.#sell(amount)
    if (closesLate) {
      const next = await this.#sell(amount)
      await close()
      return next
    }
    try {
      await close()
    } catch (error) {
      if (ignoresRefusedClose) return this.#sell(amount)
      if (await this.#isPaid(out_trade_no)) return { out_trade_no }
      throw error
    }
    return this.#sell(amount)
  }

  async #isPaid(out_trade_no: string): Promise<boolean> {
    const { neverQueries, believesCustomers } = this.#defects
    if (believesCustomers) return true
    if (neverQueries) return (this.#orders.get(out_trade_no)?.paid ?? 0) > 0
    const order = await this.#client.payments.queryOrderByOutTradeNo({ out_trade_no, mchid: DIRECT })
    if (order.trade_state === 'SUCCESS') this.#book(out_trade_no, order.amount?.total ?? 0)
    return order.trade_state === 'SUCCESS'
  }

  #book(out_trade_no: string, total: number): void {
    const { ignoresAmounts, givesEachNotice, neverGives } = this.#defects
    const order = this.#orders.get(out_trade_no)
    if (!order || (order.total !== total && !ignoresAmounts)) return
    if (order.paid > 0 && !givesEachNotice) return
    order.paid = total
    if (!neverGives) order.given += 1
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
