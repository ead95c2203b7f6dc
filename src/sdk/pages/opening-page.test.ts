import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { openingPage } from './opening-page.ts'
import { repaymentPage } from './repayment-page.ts'

const merchant = {
  mchid: '1230000109',
  openid: '5K8264ILTKCH16CQ250',
  plate_number: '粤B888888',
  plate_color: 'BLUE',
} as const
const partner = { ...merchant, mchid: '1230000100', sub_mchid: '1900000109' }

test('a mini program gets the argument of navigateToMiniProgram, with plain values', () => {
  assert.deepEqual(openingPage.forMiniProgram(merchant), {
    appId: 'wxbcad394b3d99dac9',
    path: '/pages/auth-creditpay/auth-creditpay',
    extraData: { ...merchant, trade_scene: 'PARKING' },
  })
  assert.equal(openingPage.forMiniProgram(partner).extraData.sub_mchid, '1900000109')
})

test('a page inside WeChat and an app get the path as the documents print it, the plate in plain letters', () => {
  const path =
    '/pages/auth-creditpay/auth-creditpay?mchid=1230000100&sub_mchid=1900000109&openid=5K8264ILTKCH16CQ250' +
    '&plate_number=粤B888888&plate_color=BLUE&trade_scene=PARKING'
  assert.deepEqual(openingPage.forH5(partner), { username: 'gh_518c42c65952', path })
  assert.deepEqual(openingPage.forApp(partner), { userName: 'gh_518c42c65952', path })
})

test('a direct merchant names no sub-merchant', () => {
  assert.ok(!openingPage.forH5(merchant).path.includes('sub_mchid'))
})

test('no value can add a parameter or end the path', () => {
  const { path } = openingPage.forApp({ ...merchant, openid: 'o&mchid=1#%' })
  const query = new URL(path, 'https://host.invalid').searchParams
  assert.deepEqual(query.getAll('mchid'), ['1230000109'])
  assert.equal(query.get('openid'), 'o&mchid=1#%')
})

test('the README names every way to each page, and none that does not exist', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const named = [...readme.matchAll(/\b(openingPage|repaymentPage)\.(\w+)/g)].map(([way]) => way)
  const ways = Object.entries({ openingPage, repaymentPage }).flatMap(([page, launchers]) =>
    Object.keys(launchers).map(launcher => `${page}.${launcher}`),
  )
  assert.deepEqual([...new Set(named)].sort(), ways.sort())
  assert.match(readme, /车牌管理页\) \| none/)
})
