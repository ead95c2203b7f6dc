import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type MerchantClient, merchantClient, optionsFromFolder } from '../../src/sdk/index.ts'
import type { Scope } from '../platform.ts'
import { APPID, freshNo, MERCHANT } from '../sandbox.ts'

/** How an order is to be paid. */
export interface Sale {
  /** JSAPI: the payer's. */
  openid?: string
  limit_pay?: ('no_balance' | 'no_credit')[]
  /** H5: where the browser is to go afterwards; `null` for no address. */
  returnTo?: string | null
  /** What the page hands over in another way. */
  change?: (parameters: Record<string, unknown>) => Record<string, unknown>
  /** The page's own script, in place of the usual one. `PARAMETERS` stands for what the server has signed. */
  script?: string
  /** What comes before the page's own script; the tag of the platform unless said. */
  tags?: string
  referrerPolicy?: string
}

/** A merchant with a web shop. */
export interface Shop {
  url: string
  /** Orders, and answers where the browser finds the page that lets it pay. */
  sell(sale: Sale): Promise<{ url: string; out_trade_no: string }>
  /** The notice of an order, verified and decrypted, once it is here. */
  noticeOf(outTradeNo: string): Promise<{ trade_state: string; transaction_id: string }>
}

/** As the documents of WeChat Pay print it. */
const DOCUMENTED_SCRIPT = `
function onBridgeReady() {
  WeixinJSBridge.invoke('getBrandWCPayRequest', PARAMETERS, function (res) {
    document.getElementById('result').textContent = res.err_msg
  })
}
function pay() {
  if (typeof WeixinJSBridge == 'undefined') {
    document.addEventListener('WeixinJSBridgeReady', onBridgeReady, false)
  } else {
    onBridgeReady()
  }
}`

/** A shop that sells through the SDK, on a server of its own. */
export async function openShop(t: Scope, platform: { baseUrl: string; folder: string }): Promise<Shop> {
  const { payments, webhooks } = merchantClient(
    optionsFromFolder(`${platform.folder}/merchants/${MERCHANT.mchid}`),
  )
  const pages = new Map<string, { html: string; referrerPolicy: string }>()
  const notices = new Map<string, PromiseWithResolvers<{ trade_state: string; transaction_id: string }>>()
  const noticeOf = (outTradeNo: string) => {
    const awaited = notices.get(outTradeNo) ?? Promise.withResolvers()
    notices.set(outTradeNo, awaited)
    return awaited
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(error => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const onNotice = webhooks.nodeHandler(async notice => {
    if (notice.kind !== 'payments.paymentResult') throw new Error(`A notice of the kind ${notice.kind}`)
    noticeOf(notice.resource.out_trade_no).resolve(notice.resource)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/notify') return onNotice(request, response)
    const page = pages.get(request.url?.split('?')[0] ?? '')
    if (!page) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Shop</h1>')
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': page.referrerPolicy,
    })
    response.end(page.html)
  }

  return {
    url,
    noticeOf: outTradeNo => noticeOf(outTradeNo).promise,
    async sell(sale) {
      const out_trade_no = freshNo('SHOP')
      const order = {
        ...{ appid: APPID, mchid: MERCHANT.mchid, description: '欢乐海岸停车场 月卡', out_trade_no },
        ...{ notify_url: `${url}/notify`, amount: { total: 12_345 } },
        ...(sale.limit_pay && { limit_pay: sale.limit_pay }),
      }
      const html =
        sale.openid === undefined
          ? await h5Page(payments, order, sale)
          : await jsapiPage(payments, order, sale, sale.openid)
      const path = `/pay/${out_trade_no}`
      pages.set(path, { html, referrerPolicy: sale.referrerPolicy ?? 'strict-origin-when-cross-origin' })
      return { url: `${url}${path}`, out_trade_no }
    },
  }

  async function jsapiPage(client: Payments, order: Order, sale: Sale, openid: string): Promise<string> {
    const { prepay_id } = await client.jsapiPrepay({ ...order, payer: { openid } })
    const signed = { ...client.jsapiParameters({ appid: APPID, prepay_id }) }
    const parameters = JSON.stringify(sale.change?.(signed) ?? signed)
    const script = (sale.script ?? DOCUMENTED_SCRIPT).replaceAll('PARAMETERS', parameters)
    const tags = sale.tags ?? `<script src="${platform.baseUrl}/sandbox/jsapi.js"></script>`
    return document(`${tags}<script>${script}</script>`, '<button onclick="pay()">购买</button>')
  }

  async function h5Page(client: Payments, order: Order, sale: Sale): Promise<string> {
    const { h5_url } = await client.h5Prepay({
      ...order,
      scene_info: { payer_client_ip: '203.0.113.7', h5_info: { type: 'Wap' } },
    })
    const back = sale.returnTo ?? `${url}/done?order=${order.out_trade_no}`
    const link = sale.returnTo === null ? h5_url : `${h5_url}&redirect_url=${encodeURIComponent(back)}`
    return document('', `<a href="${link.replaceAll('&', '&amp;')}">去付款</a>`)
  }
}

type Payments = MerchantClient['payments']
type Order = Parameters<Payments['nativePrepay']>[0]

function document(head: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>停车月卡</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${head}</head>
<body><h1>停车月卡</h1>${body}<p id="result"></p></body></html>`
}
