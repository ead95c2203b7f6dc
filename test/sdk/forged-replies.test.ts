import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { replyMessage, signMessage } from '../../src/protocol/signature.ts'
import { merchantClient } from '../../src/sdk/index.ts'
import { chargeRequest, DIRECT, entryRequest, optionsOf, plateRequest } from './car-park.ts'
import {
  type Action,
  manInTheMiddle,
  type PassingReply,
  unsigned,
  withHeaders,
  withText,
} from './man-in-the-middle.ts'
import { sharedPlatform } from './shared-platform.ts'

const thePlatform = sharedPlatform()

const PROBE = 'WECHATPAY/SIGNTEST/not base64!'
const WITHOUT_SIGNATURE = {
  'wechatpay-timestamp': undefined,
  'wechatpay-nonce': undefined,
  'wechatpay-signature': undefined,
  'wechatpay-serial': undefined,
  'wechatpay-signature-type': undefined,
}

async function clientBehindProxy(t: TestContext) {
  const platform = thePlatform()
  const middle = await manInTheMiddle(platform.baseUrl)
  t.after(middle.close)
  const direct = merchantClient(optionsOf(platform, DIRECT))
  const charge = chargeRequest(await direct.parking.createParking(entryRequest()))
  const { parking } = merchantClient({ ...optionsOf(platform, DIRECT), baseUrl: middle.url })
  return { platform, middle, parking, charge }
}

const FORGERIES: [name: string, action: Action][] = [
  ['one byte of its body was changed', withText('888', '889')],
  ['it was answered without any signature', withHeaders(WITHOUT_SIGNATURE)],
  ['its signature is a probe', withHeaders({ 'wechatpay-signature': PROBE })],
  ['its signature cannot be decoded', withHeaders({ 'wechatpay-signature': '%%%' })],
  ...Object.keys(WITHOUT_SIGNATURE).map((name): [string, Action] => [
    `it lacks ${name}`,
    withHeaders({ [name]: undefined }),
  ]),
]

for (const [name, action] of FORGERIES) {
  test(`a charge is never taken as accepted when ${name}: it is not repeated, and the query shows the truth`, async t => {
    const { middle, parking, charge } = await clientBehindProxy(t)
    middle.plan(action)
    await assert.rejects(parking.createTransaction(charge), {
      name: 'ReplyForged',
      status: 200,
      whatToDo: /Keep the gate closed and call queryTransaction/,
    })
    assert.equal(middle.seen.length, 1)
    const { out_trade_no } = charge
    assert.equal((await parking.queryTransaction({ out_trade_no })).trade_state, 'ACCEPTED')
  })
}

test('what has happened to a reply on its way is named', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  const written = (reply: PassingReply) => {
    const text = reply.body.toString()
    return withText(text, JSON.stringify(JSON.parse(text), null, 2))(reply)
  }
  for (const [action, likelyCause] of [
    [withText('888', '889'), 'other_body'],
    [written, 'body_rewritten'],
    [withHeaders({ 'wechatpay-signature': '%%%' }), 'signature_damaged'],
    [withHeaders({ 'wechatpay-nonce': 'another' }), 'other_body'],
  ] as const) {
    middle.plan(action)
    await assert.rejects(parking.createTransaction(charge), { name: 'ReplyForged', likelyCause })
  }
})

test('a query with a wrong signature is made again, because it changes nothing', async t => {
  const { middle, parking } = await clientBehindProxy(t)
  const probe = withHeaders({ 'wechatpay-signature': PROBE })
  middle.plan(probe, probe)
  assert.equal((await parking.queryPlateService(plateRequest)).service_state, 'NORMAL')
  middle.plan(probe, probe, probe)
  await assert.rejects(parking.queryPlateService(plateRequest), {
    name: 'ReplyForged',
    message: /on purpose/,
  })
})

test("a genuine reply whose time is six minutes off this machine's clock is refused, either way", async t => {
  const { platform, middle, parking, charge } = await clientBehindProxy(t)
  const { privateKey } = platform.platform.keys.publicKey
  for (const seconds of [-360, 360]) {
    middle.plan((reply: PassingReply) => {
      const timestamp = String(Math.floor(Date.now() / 1000) + seconds)
      const message = replyMessage(timestamp, reply.headers['wechatpay-nonce'] ?? '', reply.body)
      const signature = signMessage(message, privateKey)
      return withHeaders({ 'wechatpay-timestamp': timestamp, 'wechatpay-signature': signature })(reply)
    })
    await assert.rejects(parking.createTransaction(charge), {
      name: 'ReplyForged',
      message: /3\d\d s .*clock/,
    })
  }
})

test('a genuine reply that was recorded is no answer to another request', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  let recorded: PassingReply = unsigned(500)
  middle.plan(reply => {
    recorded = reply
    return reply
  })
  await parking.createTransaction(charge)
  const another = { ...charge, out_trade_no: 'another' }
  middle.plan(() => recorded)
  await assert.rejects(parking.createTransaction(another), {
    name: 'ReplyForged',
    message: /answers another request/,
  })
})

test('a refusal whose signature is wrong is no refusal', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  middle.plan(withText('INVALID_REQUEST', 'INVALID_REQUESU'))
  const unknown = { ...charge, parking_info: { ...charge.parking_info, parking_id: 'unknown' } }
  await assert.rejects(parking.createTransaction(unknown), { name: 'ReplyForged', status: 400 })
})

test('a refusal without a signature is shown as not verified', async t => {
  const { middle, parking, charge } = await clientBehindProxy(t)
  middle.plan(withHeaders(WITHOUT_SIGNATURE))
  const unknown = { ...charge, parking_info: { ...charge.parking_info, parking_id: 'unknown' } }
  await assert.rejects(parking.createTransaction(unknown), { name: 'InvalidRequest', verified: false })
})
