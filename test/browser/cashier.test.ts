import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { FrameLocator, Page } from 'playwright-core'
import { type Payer, virtualClock } from '../../src/testing/index.ts'
import { adminCalls } from '../admin-calls.ts'
import { platformUnderTest } from '../platform.ts'
import { APPID, MERCHANT } from '../sandbox.ts'
import { launchChromium } from './chromium.ts'
import { openShop, type Sale } from './shop.ts'

// Pages of a merchant in a real browser, on a real platform, from the button to the notice.

/** Nothing here takes longer, in milliseconds; what does has failed. */
const PATIENCE_MS = 10_000

const clock = virtualClock()
const platform = await platformUnderTest({ after }, { clock })
const admin = adminCalls(platform)
const shop = await openShop({ after }, platform)
const browser = await launchChromium({ after })
const anna = await platform.payer('anna', { wallet: 1_000_000 })

/** What the page that is shown writes on its console. */
let written: string[] = []

/** A window of the browser. */
async function openWindow(): Promise<Page> {
  const context = await browser.newContext()
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  page.on('console', message => written.push(message.text()))
  page.on('pageerror', error => written.push(`${error}`))
  return page
}

const shared = await openWindow()

/** Opens a page of the shop in the one window of all tests, because each window takes long to open, or in another. */
async function visit(sale: Sale, { width = 1280, page = shared } = {}) {
  const { url, out_trade_no } = await shop.sell(sale)
  await page.setViewportSize({ width, height: 720 })
  await page.goto(url)
  written = []
  const cashier = page.frameLocator('iframe[title="微信支付"]')
  return { page, cashier, out_trade_no }
}

type Visit = Awaited<ReturnType<typeof visit>>

const jsapi = async (sale: Sale = {}, payer: Payer = anna, size = {}) =>
  visit({ openid: await payer.openid(APPID), ...sale }, size)

const press = (where: Page | FrameLocator, name: string) =>
  where.getByRole('button', { name, exact: true }).click()

/** What the merchant's page was told, once it is. */
async function toldTo({ page }: Visit): Promise<string> {
  await page.waitForFunction("document.getElementById('result').textContent !== ''")
  return (await page.locator('#result').textContent()) ?? ''
}

/** What the payer is shown in place of an order. */
async function refusedIn(where: Page | FrameLocator): Promise<string | null> {
  await where.locator('#refused').waitFor()
  return where.locator('#shown').textContent()
}

const stateOf = async (outTradeNo: string) =>
  (await admin.get(`/orders/${MERCHANT.mchid}/${outTradeNo}`)).body.trade_state

/** Nothing of a document is wider than its window. */
async function assertFits(where: Page | FrameLocator): Promise<void> {
  const [content, window] = await where
    .locator('html')
    .evaluate(html => [html.scrollWidth, html.clientWidth] as const)
  assert.ok(content <= window, `${content} > ${window}`)
}

test("a merchant's own JSAPI page pays with one tag added, and the merchant is notified", async () => {
  const shown = await jsapi()
  await press(shown.page, '购买')
  await shown.cashier.locator('#bill').waitFor()
  assert.equal(await shown.cashier.locator('#amount').textContent(), '¥123.45')
  assert.equal(await shown.cashier.locator('#description').textContent(), '欢乐海岸停车场 月卡')
  assert.equal(await shown.cashier.locator('#payer').inputValue(), 'anna')
  await press(shown.cashier, '支付')
  await press(shown.cashier, '完成')
  assert.equal(await toldTo(shown), 'get_brand_wcpay_request:ok')
  assert.equal(await shown.page.locator('iframe').count(), 0)
  await platform.runDue()
  assert.equal((await shop.noticeOf(shown.out_trade_no)).trade_state, 'SUCCESS')
  assert.deepEqual(written, [])
})

test('a payer who cancels, by the button, the cross or the keyboard, leaves the order unpaid', async () => {
  const shown = await jsapi()
  for (const cancel of [
    () => press(shown.cashier, '取消'),
    () => shown.cashier.locator('#leave').click(),
    () => shown.page.keyboard.press('Escape'),
  ]) {
    await shown.page.locator('#result').evaluate(result => result.replaceChildren())
    await press(shown.page, '购买')
    await shown.cashier.locator('#bill').waitFor()
    await cancel()
    assert.equal(await toldTo(shown), 'get_brand_wcpay_request:cancel')
  }
  assert.equal(await stateOf(shown.out_trade_no), 'NOTPAY')
})

test('a wrong paySign is shown as on a phone, and explained line by line in the cashier and on the console', async () => {
  const shown = await jsapi({ change: given => ({ ...given, nonceStr: 'another' }) })
  await press(shown.page, '购买')
  assert.equal(await refusedIn(shown.cashier), '支付验证签名失败')
  assert.ok(!(await shown.cashier.locator('#explanation').isVisible()))
  await shown.cashier.getByText('开发者信息').click()
  const lines = await shown.cashier.locator('#explanation li').allTextContents()
  assert.deepEqual([lines[2], lines[4]], [APPID, 'another'])
  await press(shown.cashier, '确定')
  assert.equal(await toldTo(shown), 'get_brand_wcpay_request:fail')
  assert.deepEqual(written, [['[Boomgate] 支付验证签名失败', ...lines].join('\n  ')])
  assert.equal(await stateOf(shown.out_trade_no), 'NOTPAY')
})

test('an order that is too old, and one of another payer, are refused as on a phone', async () => {
  const bob = await platform.payer('bob')
  const tag = `<script src="${platform.baseUrl}/sandbox/jsapi.js" data-payer="${bob.payer_id}"></script>`
  const other = await jsapi({ tags: tag })
  await press(other.page, '购买')
  assert.equal(await refusedIn(other.cashier), '下单账号与支付账号不一致，请核实后再支付')
  const old = await jsapi()
  clock.advance(2 * 3_600_000 + 1)
  await press(old.page, '购买')
  assert.equal(await refusedIn(old.cashier), '该订单已失效')
})

const CHOOSE = `
function pay() {
  const write = name => res => { document.getElementById('result').textContent += name + ' ' + res.errMsg + ';' }
  const { timeStamp, appId, ...rest } = PARAMETERS
  wx.config({ appId, timestamp: 1, nonceStr: 'n', signature: 's', jsApiList: ['chooseWXPay'] })
  wx.ready(() => wx.chooseWXPay({
    ...rest, timestamp: timeStamp,
    success: write('success'), cancel: write('cancel'), fail: write('fail'), complete: write('complete'),
  }))
}`

test('wx.chooseWXPay pays, cancels and fails with its callbacks', async () => {
  const shown = await jsapi({ script: CHOOSE })
  await press(shown.page, '购买')
  await press(shown.cashier, '取消')
  assert.equal(await toldTo(shown), 'cancel chooseWXPay:cancel;complete chooseWXPay:cancel;')
  await shown.page.locator('#result').evaluate(result => result.replaceChildren())
  await press(shown.page, '购买')
  await press(shown.cashier, '支付')
  await press(shown.cashier, '完成')
  assert.equal(await toldTo(shown), 'success chooseWXPay:ok;complete chooseWXPay:ok;')
  assert.equal(await stateOf(shown.out_trade_no), 'SUCCESS')

  const spelt = await jsapi({ script: CHOOSE.replace('timestamp: timeStamp', 'timeStamp') })
  await press(spelt.page, '购买')
  assert.equal(await refusedIn(spelt.cashier), '调用支付JSAPI缺少参数: timestamp')
  await press(spelt.cashier, '确定')
  assert.equal(await toldTo(spelt), 'fail chooseWXPay:fail;complete chooseWXPay:fail;')

  const unconfigured = await jsapi({ script: CHOOSE.replace("['chooseWXPay']", '[]') })
  await press(unconfigured.page, '购买')
  assert.match(await toldTo(unconfigured), /^fail chooseWXPay:permission denied;/)
  assert.match(written.join(), /jsApiList of wx\.config does not have 'chooseWXPay'/)
})

test('a page that waits for WeixinJSBridgeReady is called, and one that asks the user agent is inside WeChat', async () => {
  const script = `
document.addEventListener('WeixinJSBridgeReady', () => {
  document.getElementById('result').textContent = /micromessenger/i.test(navigator.userAgent) && 'ready'
})
function pay() {}`
  const shown = await jsapi({ script })
  assert.equal(await toldTo(shown), 'ready')
})

test('a payer without money is shown so, tops up, and pays in the same cashier', async () => {
  const carl = await platform.payer('carl')
  const shown = await jsapi({}, carl)
  await press(shown.page, '购买')
  await shown.cashier.getByText('¥0.00，余额不足').waitFor()
  await press(shown.cashier, '支付')
  assert.equal(await refusedIn(shown.cashier), '余额不足')
  await carl.topUp(12_345)
  await press(shown.cashier, '确定')
  await press(shown.cashier, '支付')
  await press(shown.cashier, '完成')
  assert.equal(await toldTo(shown), 'get_brand_wcpay_request:ok')
})

test('a source is chosen, and one that the merchant does not take cannot be', async () => {
  const dora = await platform.payer('dora', { wallet: 50_000 })
  for (const [card_id, bank_type] of Object.entries({ dora1: 'CMB_CREDIT', dora2: 'ICBC_DEBIT' }))
    await admin.put(`/payers/dora/cards/${card_id}`, { bank_type, available: 50_000 })
  const shown = await jsapi({ limit_pay: ['no_credit'] }, dora)
  await press(shown.page, '购买')
  assert.ok(await shown.cashier.getByRole('radio', { name: '零钱' }).isChecked())
  assert.ok(await shown.cashier.getByRole('radio', { name: '招商银行' }).isDisabled())
  await shown.cashier.getByRole('radio', { name: '工商银行' }).check()
  await press(shown.cashier, '支付')
  await press(shown.cashier, '完成')
  assert.equal(
    (await admin.get(`/orders/${MERCHANT.mchid}/${shown.out_trade_no}`)).body.bank_type,
    'ICBC_DEBIT',
  )
})

test('a bank that answers late is waited for', async () => {
  await platform.payer('emil')
  const card = { bank_type: 'CMB_DEBIT', available: 50_000, behaviour: 'UNKNOWN_THEN_APPROVED' }
  await admin.put('/payers/emil/cards/emil1', card)
  const shown = await jsapi({}, await platform.payer('emil'))
  await press(shown.page, '购买')
  await press(shown.cashier, '支付')
  await shown.cashier.getByText('支付处理中').waitFor()
  clock.advance(15_000)
  await platform.runDue()
  await press(shown.cashier, '完成')
  assert.equal(await toldTo(shown), 'get_brand_wcpay_request:ok')
})

test('the page at h5_url is paid by whom the person chooses, and returns to redirect_url', async () => {
  const shown = await visit({}, { page: await openWindow() })
  await shown.page.getByRole('link', { name: '去付款' }).click()
  await shown.page.getByText('Sandbox merchant 1230000109').waitFor()
  assert.ok(await shown.page.locator('#pay').isDisabled())
  const choose = async (payer: string) => {
    await shown.page.getByLabel('付款人').fill(payer)
    await shown.page.keyboard.press('Tab')
  }
  await choose('nobody')
  await shown.page.getByText('没有这个付款人').waitFor()
  await choose('anna')
  await shown.page.getByText('零钱').waitFor()
  await press(shown.page, '支付')
  await shown.page.getByText('支付成功').waitFor()
  await press(shown.page, '完成')
  await shown.page.waitForURL(`${shop.url}/done?order=${shown.out_trade_no}`)
  await platform.runDue()
  assert.equal((await shop.noticeOf(shown.out_trade_no)).trade_state, 'SUCCESS')
})

test('who cancels at h5_url returns too, without redirect_url to the page before, and is remembered', async () => {
  const shown = await visit({ returnTo: null }, { page: await openWindow() })
  const from = shown.page.url()
  for (const step of ['first', 'again']) {
    await shown.page.getByRole('link', { name: '去付款' }).click()
    await shown.page.getByLabel('付款人').waitFor()
    if (step === 'first') {
      await shown.page.getByLabel('付款人').fill('anna')
      await shown.page.keyboard.press('Tab')
    }
    await shown.page.getByText('零钱').waitFor()
    await press(shown.page, '取消')
    await shown.page.waitForURL(from)
  }
  assert.equal(await stateOf(shown.out_trade_no), 'NOTPAY')
})

test('h5_url without a Referer, from another domain, or too late shows what WeChat shows', async () => {
  const shownAt = async (sale: Sale, before = async () => {}) => {
    const shown = await visit(sale)
    await before()
    await shown.page.getByRole('link', { name: '去付款' }).click()
    const text = await refusedIn(shown.page)
    await shown.page.getByText('开发者信息').click()
    const why = (await shown.page.locator('#explanation').textContent()) ?? ''
    await press(shown.page, '确定')
    await shown.page.waitForURL(`${shop.url}/**`)
    return [text, why] as const
  }
  const [missing, why] = await shownAt({ referrerPolicy: 'no-referrer' })
  assert.equal(missing, '商家参数格式有误，请联系商家解决')
  assert.match(why, /Referrer-Policy no-referrer/)
  const domains = `/merchants/${MERCHANT.mchid}/h5-domains`
  await admin.put(domains, { domains: ['shop.example.com'] })
  const [foreign] = await shownAt({})
  assert.equal(foreign, '商家存在未配置的参数，请联系商家解决')
  await admin.put(domains, { domains: ['127.0.0.1'] })
  const [redirected] = await shownAt({ returnTo: 'https://elsewhere.example/' })
  assert.equal(redirected, '商家存在未配置的参数，请联系商家解决')
  await admin.put(domains, { domains: [] })
  const [late] = await shownAt({}, async () => clock.advance(5 * 60_000 + 1))
  assert.equal(late, '支付请求已失效，请重新发起支付')
})

test('nothing is wider than a phone of 375 pixels, and a phone finds every button', async () => {
  const small = { width: 375 }
  const framed = await jsapi({}, anna, small)
  await press(framed.page, '购买')
  await framed.cashier.locator('#bill').waitFor()
  await assertFits(framed.cashier)
  await assertFits(framed.page)
  const wrong = await jsapi({ change: given => ({ ...given, paySign: `${given.paySign}x` }) }, anna, small)
  await press(wrong.page, '购买')
  await wrong.cashier.getByText('开发者信息').click()
  await assertFits(wrong.cashier)
  const h5 = await visit({}, small)
  await h5.page.getByRole('link', { name: '去付款' }).click()
  await h5.page.getByLabel('付款人').fill('anna')
  await h5.page.keyboard.press('Tab')
  await h5.page.getByText('零钱').waitFor()
  await assertFits(h5.page)
})

test('a platform that does not answer is a failed payment, with what to look at', async () => {
  const shown = await jsapi()
  await shown.page.route('**/sandbox/cashier', route => route.abort(), { times: 1 })
  await press(shown.page, '购买')
  assert.equal(await toldTo(shown), 'get_brand_wcpay_request:fail')
  assert.match(written.join('\n'), /No cashier at .*\/sandbox\/cashier: does the platform run/)
})

const root = join(import.meta.dirname, '..', '..')

for (const name of ['docs/payments.md', 'docs/payments.zh-CN.md'])
  test(`the shop of ${name} sells as it stands`, async t => {
    const [sample = ''] = (
      /```ts\n(import \{ createServer[\s\S]*?)```/.exec(readFileSync(join(root, name), 'utf8')) ?? []
    )
      .slice(1)
      .map(text =>
        text
          .replace("'data/merchants", `'${platform.folder}/merchants`)
          .replace('http://127.0.0.1:8080', platform.baseUrl)
          .replace('listen(3000', 'listen(0'),
      )
    const child = spawn(process.execPath, ['--input-type=module', '--eval', sample], { cwd: root })
    t.after(() => child.kill())
    const [printed] = await once(child.stdout, 'data')
    await shared.goto(String(printed).trim())
    await shared.getByRole('button').click()
    const cashier = shared.frameLocator('iframe')
    await cashier.locator('#bill').waitFor()
    assert.equal(await cashier.locator('#payer').inputValue(), 'payer-who-pays')
    await press(cashier, '支付')
    // The page stands still until somebody has read what it says.
    const read = shared.waitForEvent('dialog').then(async dialog => {
      await dialog.accept()
      return dialog.message()
    })
    await press(cashier, '完成')
    assert.equal(await read, 'get_brand_wcpay_request:ok')
  })
