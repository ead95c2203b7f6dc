import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { shangmi } from '../../protocol/shangmi.ts'
import { rsa } from '../../protocol/suite.ts'
import { clientParameterRules } from '../generated/client-parameters.ts'
import { type ClientOptions, merchantClient, partnerClient } from '../index.ts'
import { machine } from '../transport/machine.ts'
import { type ClientParametersRule, signClientParameters } from './client-parameters.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const options: ClientOptions = {
  ...{ mchid: '1230000109', serial_no: 'A1', privateKey: pem, apiv3Key: 'k'.repeat(32) },
  trust: { certificates: [] },
}
const request = { appid: 'wxcbda96de0b165486', prepay_id: 'wx26112221580621e9b071c00d9e093b0000' }

/** Whether a signature, by what Node has for it, is over these lines. */
function isOver(lines: readonly string[], signature: string): boolean {
  const message = Buffer.from(lines.map(line => `${line}\n`).join(''))
  return verify('RSA-SHA256', message, publicKey, Buffer.from(signature, 'base64'))
}

for (const [mode, client] of [
  ['merchant', merchantClient(options)],
  ['partner', partnerClient(options)],
] as const) {
  test(`${mode} mode: what a page, a mini program and an app get is signed over its four lines by the merchant's key`, () => {
    const { appid, prepay_id } = request
    const { timeStamp, nonceStr, paySign, ...page } = client.payments.jsapiParameters(request)
    assert.deepEqual(page, { appId: appid, package: `prepay_id=${prepay_id}`, signType: 'RSA' })
    assert.match(nonceStr, /^[0-9a-f]{32}$/)
    assert.ok(isOver([appid, timeStamp, nonceStr, `prepay_id=${prepay_id}`], paySign))

    const mini = client.payments.miniProgramParameters(request)
    assert.deepEqual(Object.keys(mini), ['timeStamp', 'nonceStr', 'package', 'signType', 'paySign'])
    assert.ok(isOver([appid, mini.timeStamp, mini.nonceStr, `prepay_id=${prepay_id}`], mini.paySign))

    const { sign, ...app } = client.payments.appParameters(request)
    const { nonceStr: appNonce, timeStamp: appTime, ...fixed } = app
    assert.deepEqual(fixed, {
      ...{ appId: appid, partnerId: '1230000109', prepayId: prepay_id, packageValue: 'Sign=WXPay' },
    })
    assert.ok(isOver([appid, appTime, appNonce, prepay_id], sign))
    assert.notEqual(appNonce, mini.nonceStr)
    assert.ok(!isOver([appid, appTime, appNonce, `prepay_id=${prepay_id}`], sign))
  })
}

const ID = 'payments.jsapiParameters'
const rule = clientParameterRules[ID] as ClientParametersRule

test('the time is in whole seconds, as a text, and the nonce is drawn for each', () => {
  const at = (byte: number) =>
    signClientParameters(
      ID,
      rule,
      request,
      { mchid: '1', privateKey, suite: rsa },
      {
        wallNow: () => 1_503_719_100_999,
        random: size => Buffer.alloc(size, byte),
      },
    )
  assert.equal(at(0xab).timeStamp, '1503719100')
  assert.equal(at(0xab).nonceStr, 'ab'.repeat(16))
  assert.deepEqual(at(0xab), at(0xab))
  assert.notEqual(at(0xab).paySign, at(0xac).paySign)
})

test('a template in a value stays text, and what would change the lines is refused with its name', () => {
  const { jsapiParameters } = merchantClient(options).payments
  assert.equal(jsapiParameters({ ...request, appid: '{nonce}$&' }).appId, '{nonce}$&')
  for (const [wrong, message] of [
    [{ appid: undefined }, /^appid must be text, and is undefined$/],
    [{ prepay_id: '' }, /^prepay_id is empty$/],
    [{ prepay_id: 12 }, /^prepay_id must be text/],
    [{ appid: 'wx1\nwx2' }, /^appid must have only visible ASCII characters$/],
    [{ appid: ' wx1' }, /^appid has white space/],
    [
      { prepay_id: `prepay_id=${request.prepay_id}` },
      /^prepay_id begins with "prepay_id=": give what follows/,
    ],
  ] as const)
    assert.throws(() => jsapiParameters({ ...request, ...wrong } as typeof request), {
      name: 'TypeError',
      message,
    })
  assert.throws(() => jsapiParameters(undefined as never), /^TypeError: appid must be text/)
})

test('a key of SM2 signs nothing, because WeChat takes these by RSA only', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const sm2 = { mchid: '1', privateKey: pair.privateKey, suite: shangmi }
  for (const [id, each] of Object.entries(clientParameterRules))
    assert.throws(
      () => signClientParameters(id, each, request, sm2, machine),
      (error: Error) =>
        error instanceof TypeError &&
        error.message.startsWith(`${id} signs by RSA only, and this client has an SM2`),
    )
})
