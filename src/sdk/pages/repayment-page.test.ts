import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repaymentPage } from './repayment-page.ts'

const merchant = { appid: 'wxcbda96de0b165486', mchid: '1230000109', openid: 'o1', nonce_str: 'n1' }

test('a mini program gets the target and its extraData', () => {
  assert.deepEqual(repaymentPage.forMiniProgram(merchant), {
    appId: 'wx5e73c65404eee268',
    path: 'pages/invest_list/invest_list',
    extraData: { mchid: '1230000109', appid: 'wxcbda96de0b165486', nonce_str: 'n1', openid: 'o1' },
  })
})

test('an app gets the path of the documents', () => {
  assert.deepEqual(repaymentPage.forApp(merchant), {
    userName: 'gh_5e259b7a73b1',
    path: 'pages/invest_list/invest_list?mchid=1230000109&appid=wxcbda96de0b165486&nonce_str=n1&openid=o1',
  })
})

test("a provider's sub-merchant has the spelling of this page, and its user may be given under the sub-merchant's app", () => {
  const { extraData } = repaymentPage.forMiniProgram({
    appid: 'wxcbda96de0b165486',
    mchid: '1230000100',
    sub_mch_id: '1900000109',
    sub_appid: 'wxd678efh567hg6787',
    sub_openid: 'o2',
  })
  assert.equal(extraData.sub_mch_id, '1900000109')
  assert.equal(extraData.sub_openid, 'o2')
  assert.ok(!('openid' in extraData))
})

test('a nonce is drawn when none is given, another each time', () => {
  const { nonce_str: _, ...without } = merchant
  const nonces = [1, 2].map(() => repaymentPage.forMiniProgram(without).extraData.nonce_str)
  assert.match(nonces[0] ?? '', /^[A-Za-z0-9]{32}$/)
  assert.notEqual(nonces[0], nonces[1])
})

test('a user is needed', () => {
  assert.throws(() => repaymentPage.forApp({ appid: 'wx1', mchid: '1' }), /openid or sub_openid/)
})
