import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { signedRequest } from '../../src/testing/index.ts'
import { type Applied, billsUnderTest, READY, TRADE } from '../bills.ts'
import { MERCHANT } from '../parking.ts'

// Clients that sign and request what is left of a download URL when its real beginning is cut off, each in its way.

const REAL = 'https://api.mch.weixin.qq.com'

/** What each of them takes as the path. */
const CUTS: Record<string, (url: string) => string | undefined> = {
  wechatpayv3: url => (url.startsWith(REAL) ? url.slice(REAL.length) : url),
  gopay: url => (url.split('.com').length === 2 ? url.split('.com')[1] : undefined),
  'pyihe/wechat-sdk': url => url.replace(REAL, ''),
}

for (const [client, cut] of Object.entries(CUTS)) {
  test(`${client} downloads bills with the public URL of ${REAL}, and with no port in it`, async t => {
    const running = await billsUnderTest(t, { publicUrl: REAL })
    await running.pay()
    running.clock.moveTo(READY)
    const { download_url } = (await running.apply(TRADE)).json<Applied>()
    const target = cut(download_url) ?? ''
    const request = signedRequest(running.merchant(MERCHANT.mchid), { method: 'GET', target })
    const reply = await fetch(running.baseUrl + target, { headers: request.headers })
    assert.equal(reply.status, 200, await reply.text())

    assert.doesNotMatch(cut(download_url.replace(REAL, `${REAL}:8443`)) ?? '', /^\//)
  })
}

test('what each client needs is written down, and both READMEs name those that need more than an address', () => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
  const guide = read('docs/clients.md')
  assert.match(guide, new RegExp(`--public-url ${REAL}$`, 'm'))
  const named = (text: string) =>
    new Set([...text.matchAll(/`(wechatpay[\w-]*|gopay|pyihe\/wechat-sdk)`/g)].map(([, name]) => name))
  const rows = named([...guide.matchAll(/^\| `[^|]*\|/gm)].join('\n'))
  for (const client of Object.keys(CUTS)) assert.ok(rows.has(client), client)
  for (const readme of ['README.md', 'README.zh-CN.md']) {
    const readmeNames = named(read(readme))
    assert.deepEqual(
      [...rows].filter(client => !readmeNames.has(client)),
      [],
      readme,
    )
  }
})
