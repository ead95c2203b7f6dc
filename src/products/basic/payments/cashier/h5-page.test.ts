import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openPage, SHOP } from '../../../../../test/cashier.ts'
import { MERCHANT, paymentsUnderTest } from '../../../../../test/payments.ts'

const sandbox = await paymentsUnderTest({ after })
const { prepay, pay, payer, admin_: admin, clock } = sandbox

async function h5Url(fields = {}): Promise<string> {
  return (await prepay('h5', fields)).json<{ h5_url: string }>().h5_url
}

/** What the page says in the end, and to whom it returns; the text is empty where something can be paid. */
async function opened(url: string, headers?: object) {
  const { statusCode, body } = await openPage(sandbox, url, headers)
  assert.equal(statusCode, 200)
  const [, shown = ''] = /id="shown" role="alert">([^<]*)</.exec(body) ?? []
  const lines = [...body.matchAll(/<li>([^<]*)<\/li>/g)].map(([, line]) => line)
  const [, returnTo] = /data-return-to="([^"]*)"/.exec(body) ?? []
  return { shown, lines: lines.join('\n'), returnTo }
}

const FORMAT_WRONG = '商家参数格式有误，请联系商家解决'
const UNREGISTERED = '商家存在未配置的参数，请联系商家解决'

test('a browser that follows h5_url from a page can pay, and comes back to redirect_url', async () => {
  const url = await h5Url()
  assert.deepEqual(await opened(url), { shown: '', lines: '', returnTo: '' })
  const back = 'https://shop.example.com/done?a=1&b="<x>"'
  const { returnTo, shown } = await opened(`${url}&redirect_url=${encodeURIComponent(back)}`)
  assert.equal(shown, '')
  assert.equal(returnTo, 'https://shop.example.com/done?a=1&#38;b=%22%3Cx%3E%22')
})

test('an h5_url is not opened without a Referer, and not inside WeChat', async () => {
  const url = await h5Url()
  for (const headers of [{}, { referer: '' }, { referer: 'shop.example.com' }, { referer: 'about:blank' }]) {
    const { shown, lines } = await opened(url, headers)
    assert.equal(shown, FORMAT_WRONG)
    assert.match(lines, /no Referer: follow h5_url by a link/)
  }
  const inside = await opened(url, { referer: SHOP, 'user-agent': 'Mobile MicroMessenger/8.0' })
  assert.equal(inside.shown, '请在微信外打开订单，进行支付')
})

test('with registered domains the page and redirect_url have to be of one; without any they may be of all', async () => {
  const url = await h5Url()
  const register = (...domains: string[]) => admin.put(`/merchants/${MERCHANT.mchid}/h5-domains`, { domains })
  const from = async (referer: string, redirect?: string) => {
    const more = redirect === undefined ? '' : `&redirect_url=${encodeURIComponent(redirect)}`
    return (await opened(`${url}${more}`, { referer })).shown
  }
  assert.equal(await from('http://127.0.0.1:3000/', 'http://elsewhere.example/'), '')
  await register('example.com', 'localhost')
  for (const referer of [SHOP, 'https://example.com:8443', 'http://localhost:3000/', 'https://EXAMPLE.com/'])
    assert.equal(await from(referer), '', referer)
  for (const referer of ['https://example.com.evil.example/', 'https://notexample.com/', 'http://127.0.0.1/'])
    assert.equal(await from(referer), UNREGISTERED, referer)
  assert.equal(await from(SHOP, 'https://example.com/back'), '')
  assert.equal(await from(SHOP, 'https://evil.example/'), UNREGISTERED)
  const { lines } = await opened(`${url}&redirect_url=https%3A%2F%2Fevil.example`)
  assert.match(
    lines,
    /redirect_url is of evil\.example\.\n1230000109 has registered example\.com, localhost\./,
  )
  await register()
  assert.equal(await from('http://127.0.0.1/'), '')
})

test('redirect_url leads to no script and to nothing but the web', async () => {
  const url = await h5Url()
  for (const redirect of ['javascript:alert(1)', 'data:text/html,x', '/done', 'shop.example.com', '%'])
    assert.equal((await opened(`${url}&redirect_url=${redirect}`)).shown, '签名验证失败', redirect)
})

test('an order that cannot be paid shows why: lapsed, paid, closed, unknown', async () => {
  const { payer_id } = await payer()
  const [lapsed, paid] = [
    await h5Url({ out_trade_no: 'LAPSED01' }),
    await h5Url({ out_trade_no: 'PAIDH501' }),
  ]
  await pay(payer_id, { h5_url: paid })
  assert.equal((await opened(paid)).shown, '该订单已支付')
  clock.advance(5 * 60_000)
  assert.equal((await opened(lapsed)).shown, '')
  clock.advance(1)
  assert.equal((await opened(lapsed)).shown, '支付请求已失效，请重新发起支付')
  const closed = await h5Url({ out_trade_no: 'CLOSED01' })
  await sandbox.close('CLOSED01')
  assert.equal((await opened(closed)).shown, '该订单已失效')
  for (const query of ['', '?prepay_id=%00&package=0000000NaN', '?prepay_id=wx2017&package=1', '?x=%ZZ'])
    assert.equal(
      (await opened(`http://localhost/cgi-bin/mmpayweb-bin/checkmweb${query}`)).shown,
      '支付请求已失效，请重新发起支付',
      query,
    )
})

test('the page of h5_url is in no frame, and that of a bridge is in any', async () => {
  const policy = async (url: string) =>
    String((await openPage(sandbox, url)).headers['content-security-policy'])
      .split('; ')
      .at(-1)
  assert.equal(await policy(await h5Url()), "frame-ancestors 'none'")
  assert.equal(await policy('/sandbox/cashier'), 'frame-ancestors http: https:')
})

test('scripts and styles are served as what they are, and only the bridge to other sites', async () => {
  for (const [path, type, policy] of [
    ['/sandbox/cashier.js', 'text/javascript; charset=utf-8', 'same-origin'],
    ['/sandbox/cashier.css', 'text/css; charset=utf-8', 'same-origin'],
    ['/sandbox/jsapi.js', 'text/javascript; charset=utf-8', 'cross-origin'],
  ] as const) {
    const { statusCode, headers } = await openPage(sandbox, path)
    assert.deepEqual(
      [statusCode, headers['content-type'], headers['cross-origin-resource-policy']],
      [200, type, policy],
    )
  }
})

test('with --cashier off no page is there, and h5_url is paid by the administration only', async () => {
  const off = await paymentsUnderTest({ after }, { rules: { cashier: 'off' } })
  const { h5_url } = (await off.prepay('h5')).json<{ h5_url: string }>()
  for (const url of [h5_url, '/sandbox/cashier', '/sandbox/jsapi.js'])
    assert.equal((await openPage(off, url)).statusCode, 404)
  const { payer_id } = await off.payer()
  assert.equal((await off.pay(payer_id, { h5_url })).body.state, 'PAID')
})
