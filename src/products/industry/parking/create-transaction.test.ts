import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  APPID,
  assertSystemError,
  type Caller,
  chargeOf,
  END_TIME,
  entry,
  type Fields,
  freshNo,
  freshPlate,
  MERCHANT,
  MODES,
  NOBODY_LISTENS,
  NOW,
  PARTNER,
  parkingUnderTest,
  parkingWithoutStore,
  refusalsOf,
  START_TIME,
  SUB_APPID,
} from '../../../../test/parking.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import { conforms } from '../../../contract/validate.ts'
import { changePayer } from '../../../payers/payers.ts'
import { virtualClock } from '../../../testing/index.ts'
import { UNPAID_ORDER } from '../../basic/payments/seed.ts'
import { createTransaction, type Transaction } from './contract.ts'
import { insertParking } from './parkings.ts'
import { plateContext } from './plate-context.ts'
import { openPlate } from './plates.ts'
import { SANDBOX_PLATES } from './seed-plates.ts'

const parking = await parkingUnderTest({ after })
const { charge, park, accept, order, platform, runDue } = parking

const { refused, refusedField, assertAllMet } = refusalsOf(createTransaction, {
  RATELIMIT_EXCEEDED: [429, 'RATELIMIT_EXCEEDED', '达到调用速率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_NOT_BOUND: [400, 'INVALID_REQUEST', '服务商和子商户没有绑定关系'],
  PAYEE_NOT_ALLOWED: [400, 'INVALID_REQUEST', '非法商户，服务商模式下请确认子商户正确'],
  OUT_TRADE_NO_USED: [400, 'ALREADY_EXISTS', 'out_trade_no冲突'],
  APPID_NOT_BOUND: [400, 'INVALID_REQUEST', '商户号和公众号没有绑定关系'],
  SUB_APPID_NOT_BOUND: [400, 'INVALID_REQUEST', '商户号、子商户号以及子公众号没有绑定关系'],
  CANNOT_COLLECT: [403, 'NO_AUTH', '当前商户无法扣款'],
  AMOUNT_ABOVE_LIMIT: [400, 'INVALID_REQUEST', '扣款额度超出限制'],
  TOO_MANY_CHARGES: [403, 'RULE_LIMIT', '超出扣费次数限制'],
  PARKING_UNKNOWN: [400, 'INVALID_REQUEST', '停车入场ID不存在'],
  PARKING_MISMATCH: [400, 'INVALID_REQUEST', '场景信息和停车入场ID不匹配'],
  PLATE_UNKNOWN: [404, 'NOT_FOUND', '车牌不存在'],
  USER_STATE_ABNORMAL: [400, 'INVALID_REQUEST', '用户状态异常'],
  PAYER_OVERDUE: [403, 'NOT_ENOUGH', '用户欠款过多，暂停交易'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

const PARKING_ID = '5K8264ILTKCH16CQ250'

/** The documents' request; its exit is an hour after its entry here, because theirs breaks their own rule. */
const SAMPLE = {
  appid: APPID,
  description: '停车场扣费',
  attach: '深圳分店',
  out_trade_no: '20150806125346',
  trade_scene: 'PARKING',
  goods_tag: 'WXG',
  notify_url: 'https://yoursite.com/wxpay.html',
  profit_sharing: 'Y',
  amount: { total: 888, currency: 'CNY' },
  parking_info: {
    parking_id: PARKING_ID,
    plate_number: '粤B888888',
    plate_color: 'BLUE',
    start_time: START_TIME,
    end_time: END_TIME,
    parking_name: '欢乐海岸停车场',
    charging_duration: 3600,
    device_id: '12313',
  },
} as const

/** A platform that stands where the documents' sample begins: the plate is in service, its car has driven in. */
async function atTheSample(t: Parameters<typeof parkingUnderTest>[0], caller: Caller) {
  const running = await parkingUnderTest(t)
  const { plate_number, plate_color, start_time, parking_name } = SAMPLE.parking_info
  await running.platform.db.transaction(async tx => {
    await tx.run(`UPDATE plates SET service_state = 'NORMAL' WHERE plate_number = $1`, plate_number)
    await insertParking(tx, {
      id: PARKING_ID,
      mchid: caller.mchid,
      sub_mchid: caller.partner.sub_mchid ?? '',
      out_parking_no: '1231243',
      plate_number,
      plate_color,
      notify_url: 'https://yoursite.com/wxpay.html',
      start_time,
      parking_name,
      free_duration: 3600,
      create_time: running.clock.now(),
      content_digest: '',
    })
  })
  return running
}

async function setPlate(plate: string, column: 'service_state', value: string): Promise<void> {
  await platform.db.run(`UPDATE plates SET ${column} = $1 WHERE plate_number = $2`, value, plate)
}

async function setPayer(plate: string, column: 'arrears' | 'score', value: number): Promise<void> {
  await platform.db.run(`UPDATE payers SET ${column} = $1 WHERE payer_id = $2`, value, `payer-of-${plate}`)
}

test("merchant mode: the documents' own request is accepted, with the documents' fields in their order", async t => {
  const { charge } = await atTheSample(t, MERCHANT)
  const reply = await charge(SAMPLE, MERCHANT)
  assert.equal(reply.statusCode, 200)
  assert.equal(
    reply.body,
    `{"appid":"wxcbda96de0b165486","sp_mchid":"1230000109","description":"停车场扣费","create_time":"2017-08-26T11:45:00+08:00","out_trade_no":"20150806125346","trade_state":"ACCEPTED","trade_state_description":"扣费已受理，等待扣款结果","trade_scene":"PARKING","parking_info":${JSON.stringify(SAMPLE.parking_info)},"payer":{"openid":"oUpF8uMuAJOM2pxb1Q"},"amount":{"total":888,"currency":"CNY"}}`,
  )
})

test("partner mode: the documents' own request is accepted, with both merchant numbers, apps and openids", async t => {
  const { charge } = await atTheSample(t, PARTNER)
  const reply = await charge({ ...SAMPLE, sub_appid: SUB_APPID }, PARTNER)
  const { payer } = reply.json<Transaction>()
  assert.match(payer.sub_openid ?? '', /^o\w{27}$/)
  assert.equal(
    reply.body,
    `{"appid":"wxcbda96de0b165486","sub_appid":"wxd678efh567hg6787","sp_mchid":"1230000100","sub_mchid":"1900000109","description":"停车场扣费","create_time":"2017-08-26T11:45:00+08:00","out_trade_no":"20150806125346","trade_state":"ACCEPTED","trade_state_description":"扣费已受理，等待扣款结果","trade_scene":"PARKING","parking_info":${JSON.stringify(SAMPLE.parking_info)},"payer":{"openid":"oUpF8uMuAJOM2pxb1Q","sub_openid":"${payer.sub_openid}"},"amount":{"total":888,"currency":"CNY"}}`,
  )
})

test("the documents' sample as it is printed leaves the moment it came, and breaks their own rule", async t => {
  const { charge } = await atTheSample(t, MERCHANT)
  const printed = { ...SAMPLE, parking_info: { ...SAMPLE.parking_info, end_time: START_TIME } }
  refusedField(await charge(printed), '/parking_info/end_time', START_TIME, '出场时间必须晚于入场时间')
})

for (const [mode, caller] of MODES) {
  test(`${mode}: the reply has every field that is known before the payment, and no other`, async () => {
    const stay = await park({}, caller)
    const request = chargeOf(stay)
    const { parking_info, out_trade_no } = request
    const reply = await charge(request, caller)
    assert.equal(conforms(createTransaction.merchant.reply, reply.json()), undefined)
    assert.deepEqual(reply.json(), {
      appid: APPID,
      sp_mchid: caller.mchid,
      ...caller.partner,
      description: '停车场扣费',
      create_time: NOW,
      out_trade_no,
      trade_state: 'ACCEPTED',
      trade_state_description: '扣费已受理，等待扣款结果',
      trade_scene: 'PARKING',
      parking_info,
      payer: { openid: `oSandboxOwnerOf${stay.request.plate_number.slice(1)}`.padEnd(28, '0') },
      amount: { total: 888, currency: 'CNY' },
    })
  })

  test(`${mode}: without its optional fields a charge is accepted too`, async () => {
    const stay = await park({}, caller)
    const bare = {
      ...chargeOf(stay),
      attach: undefined,
      goods_tag: undefined,
      profit_sharing: undefined,
      amount: { total: 1 },
    }
    const reply = await charge(bare, caller)
    assert.equal(reply.statusCode, 200)
    assert.deepEqual(reply.json<Transaction>().amount, { total: 1, currency: 'CNY' })
  })

  test(`${mode}: each required field that is missing, null or of another type is named`, async () => {
    const request: Fields = { ...chargeOf(await park({}, caller)), ...caller.partner }
    for (const field of [
      'appid',
      'description',
      'out_trade_no',
      'trade_scene',
      'notify_url',
      'amount',
      'parking_info',
      ...Object.keys(caller.partner),
    ]) {
      refusedField(await charge({ ...request, [field]: undefined }, caller), `/${field}`, '')
      for (const wrong of [null, 7, []]) {
        refusedField(await charge({ ...request, [field]: wrong }, caller), `/${field}`, wrong)
      }
    }
    for (const [object, fields] of [
      ['amount', ['total']],
      ['parking_info', Object.keys(request.parking_info as Fields)],
    ] as const) {
      for (const field of fields) {
        const without = { ...(request[object] as Fields), [field]: undefined }
        refusedField(await charge({ ...request, [object]: without }, caller), `/${object}/${field}`, '')
        const empty = { ...(request[object] as Fields), [field]: '' }
        refusedField(await charge({ ...request, [object]: empty }, caller), `/${object}/${field}`, '')
      }
    }
  })

  test(`${mode}: an entry that was accepted cannot be charged under another number`, async () => {
    const stay = await park({}, caller)
    await accept(stay, {}, caller)
    refused(await charge(chargeOf(stay), caller), 'PARKING_MISMATCH')
  })

  test(`${mode}: an entry that was paid cannot be charged under another number`, async () => {
    const stay = await park({}, caller)
    await accept(stay, {}, caller)
    await runDue()
    refused(await charge(chargeOf(stay), caller), 'PARKING_UNKNOWN')
  })

  test(`${mode}: a charge that says something else than its entry is refused, whichever field differs`, async () => {
    const stay = await park({}, caller)
    for (const parking_info of [
      { plate_number: freshPlate() },
      { plate_color: 'YELLOW' },
      { start_time: '2017-08-26T10:43:38+08:00' },
      { parking_name: '另一停车场' },
    ]) {
      refused(await charge(chargeOf(stay, { parking_info }), caller), 'PARKING_MISMATCH')
    }
    await accept(stay, { parking_info: { start_time: '2017-08-26T02:43:39Z' } }, caller)
  })

  test(`${mode}: an entry that does not exist cannot be charged`, async () => {
    const stay = await park({}, caller)
    const unknown = { ...stay, id: '01000321699017206677937836733' }
    refused(await charge(chargeOf(unknown), caller), 'PARKING_UNKNOWN')
  })
}

test("another merchant's entry does not exist for the caller, in either mode", async () => {
  const own = await park({}, MERCHANT)
  refused(await charge(chargeOf(own), PARTNER), 'PARKING_UNKNOWN')
  const partners = await park({}, PARTNER)
  refused(await charge(chargeOf(partners), MERCHANT), 'PARKING_UNKNOWN')
})

test('an entry that was made for another sub-merchant does not match', async () => {
  const stay = await park({ sub_mchid: '1900000111' }, PARTNER)
  refused(await charge(chargeOf(stay), PARTNER), 'PARKING_MISMATCH')
})

test('one number space serves all payment products of a merchant', async () => {
  const stay = await park()
  refused(await charge(chargeOf(stay, { out_trade_no: UNPAID_ORDER })), 'OUT_TRADE_NO_USED')
})

test('a number belongs to the merchant that calls: two merchants can use the same one', async () => {
  const out_trade_no = freshNo('T')
  const own = await accept(await park({}, MERCHANT), { out_trade_no }, MERCHANT)
  const others = await accept(await park({}, PARTNER), { out_trade_no }, PARTNER)
  assert.notDeepEqual(own.parking_info, others.parking_info)
  assert.deepEqual(await order(out_trade_no, MERCHANT), own)
  assert.deepEqual(await order(out_trade_no, PARTNER), others)
})

test('each plate of the sandbox does what its list says', async () => {
  const refusals = {
    粤B888888: 'USER_STATE_ABNORMAL',
    粤B10002: 'PLATE_UNKNOWN',
    粤B10003: 'USER_STATE_ABNORMAL',
    粤B10004: 'PAYER_OVERDUE',
    粤B10005: 'USER_STATE_ABNORMAL',
    粤B10007: 'USER_STATE_ABNORMAL',
  } as const
  for (const { plate_number, plate_color, behaviour } of SANDBOX_PLATES) {
    const reply = await charge(chargeOf(await park({ plate_number, plate_color })))
    const refusal = (refusals as Partial<Record<string, keyof typeof CODES>>)[plate_number]
    if (!refusal) {
      assert.equal(reply.json<Transaction>().trade_state, 'ACCEPTED', plate_number)
      assert.match(behaviour, /a charge (?:is ACCEPTED|ends in SUCCESS)/)
      continue
    }
    refused(reply, refusal)
    if (plate_number !== '粤B888888') assert.match(behaviour, CODES[refusal])
  }
})

/** What the list of the sandbox says of each refusal. */
const CODES = {
  PLATE_UNKNOWN: /a charge is 404 NOT_FOUND/,
  USER_STATE_ABNORMAL: /a charge is 400 INVALID_REQUEST/,
  PAYER_OVERDUE: /a charge is 403 NOT_ENOUGH/,
}

test('what counts is the plate at the charge, not at the entry', async () => {
  const plate_number = freshPlate()
  const stay = await park({ plate_number })
  await setPlate(plate_number, 'service_state', 'PAUSE')
  refused(await charge(chargeOf(stay)), 'USER_STATE_ABNORMAL')
  await setPlate(plate_number, 'service_state', 'NORMAL')
  await setPayer(plate_number, 'arrears', 1)
  refused(await charge(chargeOf(stay)), 'PAYER_OVERDUE')
  await setPayer(plate_number, 'arrears', 0)
  await setPayer(plate_number, 'score', 549)
  refused(await charge(chargeOf(stay)), 'USER_STATE_ABNORMAL')
  await setPayer(plate_number, 'score', 550)
  const payer = `payer-of-${plate_number}`
  await platform.db.transaction(tx => changePayer(tx, payer, { wallet_state: 'FROZEN' }))
  refused(await charge(chargeOf(stay)), 'USER_STATE_ABNORMAL')
  await platform.db.transaction(tx => changePayer(tx, payer, { wallet_state: 'NORMAL' }))
  await accept(stay)
})

const UNBOUND = 'wx0000000000000000'

test('an app id that is not bound is refused: appid to the caller, sub_appid to the sub-merchant', async () => {
  for (const [, caller] of MODES) {
    const stay = await park({}, caller)
    refused(await charge(chargeOf(stay, { appid: UNBOUND }), caller), 'APPID_NOT_BOUND')
  }
  const stay = await park({}, PARTNER)
  for (const sub_appid of [UNBOUND, APPID]) {
    refused(await charge(chargeOf(stay, { sub_appid }), PARTNER), 'SUB_APPID_NOT_BOUND')
  }
  await accept(stay, { sub_appid: SUB_APPID }, PARTNER)
})

test('the codes that answers to merchants name for the same causes can be set: PARAM_ERROR names the field', async t => {
  const { charge, park } = await parkingUnderTest(t, { rules: { chargeSetupCode: 'PARAM_ERROR' } })
  const stay = await park({}, PARTNER)
  const appid = await charge(chargeOf(stay, { appid: UNBOUND }), PARTNER)
  refusedField(appid, '/appid', UNBOUND, 'appid与商户号未绑定')
  const subAppid = await charge(chargeOf(stay, { sub_appid: APPID }), PARTNER)
  refusedField(subAppid, '/sub_appid', APPID, 'sub_appid与子商户号未绑定')
  refused(await charge(chargeOf(stay, { sub_mchid: '1900000110' }), PARTNER), 'PAYEE_NOT_ALLOWED')
})

test('the codes that answers to merchants name for the same causes can be set: NO_AUTH is for a permission too', async t => {
  const { charge, park } = await parkingUnderTest(t, { rules: { chargeSetupCode: 'NO_AUTH' } })
  const stay = await park({}, PARTNER)
  refused(await charge(chargeOf(stay, { appid: UNBOUND }), PARTNER), 'CANNOT_COLLECT')
  refused(await charge(chargeOf(stay, { sub_appid: APPID }), PARTNER), 'CANNOT_COLLECT')
  refused(await charge(chargeOf(stay, { sub_mchid: '1900000110' }), PARTNER), 'CANNOT_COLLECT')
  refused(await charge(chargeOf(stay, { sub_mchid: '1900000112' }), PARTNER), 'PAYEE_NOT_ALLOWED')
})

test('a payer has one openid under each app, and keeps it', async () => {
  const plate_number = freshPlate()
  const payers: unknown[] = []
  for (let count = 0; count < 2; count += 1) {
    const stay = await park({ plate_number }, PARTNER)
    payers.push((await accept(stay, { sub_appid: SUB_APPID }, PARTNER)).payer)
  }
  assert.deepEqual(payers[0], payers[1])
  const other = await accept(await park({}, PARTNER), { sub_appid: SUB_APPID }, PARTNER)
  assert.notEqual(other.payer.sub_openid, (payers[0] as Transaction['payer']).sub_openid)
})

test('a direct merchant that names a sub-merchant is refused, because they are not bound, whatever it names', async () => {
  const request = chargeOf(await park())
  for (const sub_mchid of ['1900000109', '1900000999', '', 7])
    refused(await charge({ ...request, sub_mchid }), 'SUB_MCHID_NOT_BOUND')
  refused(await charge({ ...request, sub_appid: SUB_APPID }), 'SUB_APPID_NOT_BOUND')
})

test('a sub-merchant that does not exist, is not bound or has no permission is one refusal', async () => {
  const stay = await park({}, PARTNER)
  for (const sub_mchid of ['1900000999', '1230000109', '1230000100', '1900000112', '1900000110']) {
    refused(await charge(chargeOf(stay, { sub_mchid }), PARTNER), 'PAYEE_NOT_ALLOWED')
  }
  refused(await charge(chargeOf(await park()), { mchid: '1230000110', partner: {} }), 'PAYEE_NOT_ALLOWED')
})

test('a merchant whose collections are restricted is refused', async () => {
  const restricted = { mchid: '1230000111', partner: {} }
  refused(await charge(chargeOf(await park({}, restricted)), restricted), 'CANNOT_COLLECT')
  const restrictedSub = { mchid: '1230000100', partner: { sub_mchid: '1900000111' } }
  refused(await charge(chargeOf(await park({}, restrictedSub)), restrictedSub), 'CANNOT_COLLECT')
})

test('after the hindrance is gone the same request is accepted', async t => {
  const { charge, park, platform } = await parkingUnderTest(t)
  const request = chargeOf(await park())
  await platform.db.run('UPDATE merchants SET collection_restricted = 1')
  refused(await charge(request), 'CANNOT_COLLECT')
  await platform.db.run('UPDATE merchants SET collection_restricted = 0')
  assert.equal((await charge(request)).statusCode, 200)
})

test('amounts: nothing below 1 fen, and no limit that a parking fee could reach', async () => {
  await accept(await park(), { amount: { total: 1 } })
  await accept(await park(), { amount: { total: 10_000_000_000 } })
  const stay = await park()
  refused(await charge(chargeOf(stay, { amount: { total: 10_000_000_001 } })), 'AMOUNT_ABOVE_LIMIT')
  refused(await charge(chargeOf(stay, { amount: { total: Number.MAX_SAFE_INTEGER } })), 'AMOUNT_ABOVE_LIMIT')
  for (const total of [0, -1, 8.88, '888', null]) {
    refusedField(await charge(chargeOf(stay, { amount: { total } })), '/amount/total', total)
  }
  for (const currency of ['USD', 'cny', '']) {
    refusedField(await charge(chargeOf(stay, { amount: { currency } })), '/amount/currency', currency)
  }
})

test('the amount limit can be set', async t => {
  const { charge, park, accept } = await parkingUnderTest(t, { rules: { maxChargeAmount: 888 } })
  await accept(await park())
  refused(await charge(chargeOf(await park(), { amount: { total: 889 } })), 'AMOUNT_ABOVE_LIMIT')
})

test("a day's amount can be limited: of one payer at one merchant, failed charges not counted, until midnight in Beijing", async t => {
  const { charge, park, accept, platform, clock } = await parkingUnderTest(t, {
    rules: { maxDailyAmount: 1_000 },
  })
  const plate_number = freshPlate()
  const first = await accept(await park({ plate_number }), { amount: { total: 600 } })
  const stay = await park({ plate_number })
  const lately = { parking_info: { end_time: NOW } }
  refused(await charge(chargeOf(stay, { amount: { total: 401 } })), 'AMOUNT_ABOVE_LIMIT')
  // Charges of another payer or at another merchant do not count.
  await accept(await park(), { amount: { total: 1_000 } })
  await accept(await park({ plate_number }, PARTNER), { amount: { total: 1_000 } }, PARTNER)
  const last = await park({ plate_number })
  await accept(last, { amount: { total: 400 } })
  const failing = 'UPDATE orders SET trade_state = $1 WHERE out_trade_no = $2'
  await platform.db.run(failing, 'PAY_FAIL', first.out_trade_no)
  await accept(await park({ plate_number }), { amount: { total: 600 } })
  const next = await park({ plate_number })
  clock.moveTo('2017-08-26T23:59:59.999+08:00')
  refused(await charge(chargeOf(next, { amount: { total: 1 }, ...lately })), 'AMOUNT_ABOVE_LIMIT')
  clock.advance(1)
  await accept(next, { amount: { total: 1_000 }, ...lately })
})

test("a day's number of charges can be limited, in merchant mode, as its page has it", async t => {
  const { charge, park, accept } = await parkingUnderTest(t, { rules: { maxDailyCharges: 2 } })
  const plate_number = freshPlate()
  for (const caller of [MERCHANT, MERCHANT, PARTNER, PARTNER, PARTNER])
    await accept(await park({ plate_number }, caller), {}, caller)
  refused(await charge(chargeOf(await park({ plate_number }))), 'TOO_MANY_CHARGES')
  await accept(await park())
})

test("of several charges of one payer at once no more are taken than a day's number", async t => {
  const { charge, park, platform } = await parkingUnderTest(t, { rules: { maxDailyCharges: 1 } })
  const payer_id = `payer-of-${freshPlate()}`
  const plates = ['京A00001', '京A00002', '京A00003', '京A00004']
  const requests = []
  for (const plate_number of plates) {
    await platform.db.transaction(tx =>
      openPlate(tx, plateContext(platform), { payer_id, plate_number, plate_color: 'BLUE' }),
    )
    requests.push(chargeOf(await park({ plate_number })))
  }
  const replies = await Promise.all(requests.map(request => charge(request)))
  assert.equal(replies.filter(({ statusCode }) => statusCode === 200).length, 1)
  for (const reply of replies) if (reply.statusCode !== 200) refused(reply, 'TOO_MANY_CHARGES')
})

test('lengths are counted in bytes of UTF-8, at each end of each limit', async () => {
  const long = `${'停'.repeat(42)}ab`
  for (const longest of [
    { description: long },
    { attach: long },
    { goods_tag: 'x'.repeat(32) },
    { out_trade_no: `${freshNo('_-*')}${'x'.repeat(23)}` },
    { notify_url: `http://127.0.0.1:9/${'x'.repeat(237)}` },
    { parking_info: { device_id: `${'机'.repeat(10)}ab` } },
    { parking_info: { charging_duration: 0 } },
  ]) {
    await accept(await park(), longest)
  }
  const stay = await park()
  for (const [field, value] of [
    ['appid', 'x'.repeat(33)],
    ['description', `${long}c`],
    ['attach', `${long}c`],
    ['attach', ''],
    ['goods_tag', 'x'.repeat(33)],
    ['goods_tag', ''],
    ['out_trade_no', 'x'.repeat(33)],
    ['out_trade_no', ''],
    ['out_trade_no', '2015/0806'],
    ['out_trade_no', '订单1'],
    ['out_trade_no', 'a b'],
    ['trade_scene', 'ETC'],
    ['profit_sharing', 'y'],
    ['notify_url', 'https://yoursite.com/?a=1'],
  ] as const) {
    refusedField(await charge(chargeOf(stay, { [field]: value })), `/${field}`, value)
  }
  for (const [field, value] of [
    ['parking_id', 'x'.repeat(33)],
    ['parking_name', `${long}c`],
    ['device_id', '机'.repeat(11)],
    ['charging_duration', -1],
    ['charging_duration', '3600'],
    ['start_time', '2017-02-30T10:43:39+08:00'],
    ['end_time', 'now'],
  ] as const) {
    const reply = await charge(chargeOf(stay, { parking_info: { [field]: value } }))
    refusedField(reply, `/parking_info/${field}`, value)
  }
  const sub_appid = 'x'.repeat(33)
  const reply = await charge(chargeOf(await park({}, PARTNER), { sub_appid }), PARTNER)
  refusedField(reply, '/sub_appid', sub_appid)
})

test('where plates are held to GA 36, the plate of a charge is too, with its place in the body', async t => {
  const { charge, park } = await parkingUnderTest(t, { rules: { plateSyntax: 'GA36' } })
  const stay = await park()
  const number = await charge(chargeOf(stay, { parking_info: { plate_number: '粤B1' } }))
  refusedField(
    number,
    '/parking_info/plate_number',
    '粤B1',
    '输入源“/body/parking_info/plate_number”映射到值字段“车牌号”校验失败，不是合法的车牌号',
  )
  const color = await charge(chargeOf(stay, { parking_info: { plate_color: 'GREEN' } }))
  refusedField(
    color,
    '/parking_info/plate_color',
    'GREEN',
    '输入源“/body/parking_info/plate_color”映射到值字段“车牌颜色”校验失败，与车牌号不匹配',
  )
})

test('a plate of separators or special characters is refused by its field', async () => {
  const stay = await park()
  for (const plate_number of ['粤B·12345', '粤B-12345', '粤B 12345', '粤B12345?', '粤B*****']) {
    refusedField(
      await charge(chargeOf(stay, { parking_info: { plate_number } })),
      '/parking_info/plate_number',
      plate_number,
    )
  }
})

test('the exit is after the entry and not in the future, to the millisecond', async () => {
  const stay = await park()
  for (const [end_time, issue] of [
    [START_TIME, '出场时间必须晚于入场时间'],
    ['2017-08-26T02:43:39Z', '出场时间必须晚于入场时间'],
    ['2017-08-26T10:43:38+08:00', '出场时间必须晚于入场时间'],
    ['2017-08-26T11:45:00.001+08:00', '出场时间不得晚于当前时间'],
    ['2017-08-26T11:45:01+08:00', '出场时间不得晚于当前时间'],
  ] as const) {
    const reply = await charge(chargeOf(stay, { parking_info: { end_time } }))
    refusedField(reply, '/parking_info/end_time', end_time, issue)
  }
  await accept(stay, { parking_info: { end_time: NOW } })
  await accept(await park(), { parking_info: { end_time: '2017-08-26T10:43:39.001+08:00' } })
})

test('the name of the car park is shorter than at entry: 32 characters, however many bytes', async () => {
  const parking_name = '停'.repeat(32)
  await accept(await park({ parking_name }))
  for (const longer of ['停'.repeat(33), 'x'.repeat(33)]) {
    const stay = await park({ parking_name: longer })
    refusedField(await charge(chargeOf(stay)), '/parking_info/parking_name', longer)
  }
})

test('what the documents print is accepted today: 528,800 fen and times of 2017', async t => {
  const clock = virtualClock('2026-11-30T12:00:00+08:00')
  const { charge, park, platform, runDue, order } = await parkingUnderTest(t, { clock })
  const plate_number = '粤B88888'
  await platform.db.transaction(tx =>
    openPlate(tx, plateContext(platform), {
      payer_id: `payer-of-${freshPlate()}`,
      plate_number,
      plate_color: 'BLUE',
    }),
  )
  const stay = await park({ plate_number, out_parking_no: '1231243' })
  const parking_info = { ...SAMPLE.parking_info, parking_id: stay.id, plate_number, device_id: '12321' }
  const printed = { ...SAMPLE, attach: '支付测试', amount: { total: 528_800, currency: 'CNY' }, parking_info }
  const reply = await charge(printed)
  assert.equal(reply.statusCode, 200, reply.body)
  await runDue()
  const { trade_state, amount } = await order(SAMPLE.out_trade_no)
  assert.deepEqual([trade_state, amount.total, amount.payer_total], ['SUCCESS', 528_800, 528_800])
})

test('an entry can be charged years later, and years after the exit, unless a limit is set', async t => {
  const { park, accept, clock } = await parkingUnderTest(t)
  const stay = await park()
  clock.moveTo('2022-08-01T11:43:39+08:00')
  await accept(stay)
})

test('both time limits can be set, to the millisecond: past them the entry does not exist any more', async t => {
  const { charge, park, accept, clock } = await parkingUnderTest(t, {
    rules: { parkingLifetime: 60_000, chargeAfterExit: 90_000 },
  })
  // The exit was 81 seconds ago.
  const stay = await park()
  const other = await park()
  clock.advance(9_000)
  await accept(stay)
  clock.advance(1)
  refused(await charge(chargeOf(other)), 'PARKING_UNKNOWN')
  const late = { parking_info: { end_time: '2017-08-26T11:44:59+08:00' } }
  const third = await park()
  clock.advance(60_000 - 9_001)
  await accept(other, late)
  clock.advance(9_001)
  await accept(third, late)
  const next = await park()
  clock.advance(60_001)
  refused(
    await charge(chargeOf(next, { parking_info: { end_time: '2017-08-26T11:46:50+08:00' } })),
    'PARKING_UNKNOWN',
  )
})

test('of two faults the earlier check answers, down the whole list', async () => {
  const taken = freshNo('T')
  await accept(await park({}, PARTNER), { out_trade_no: taken }, PARTNER)
  // Everything is wrong at once; then one fault after the other is fixed, in the order of the checks.
  const stay = await park({ plate_number: '粤B10003' }, PARTNER)
  const information = chargeOf(stay).parking_info as Fields
  const faults: Fields = {
    out_trade_no: taken,
    sub_mchid: '1900000999',
    appid: 'wx0000000000000000',
    sub_appid: 'wx0000000000000000',
    notify_url: 'nowhere',
    amount: { total: 10_000_000_001 },
    parking_info: {
      ...information,
      plate_number: '粤B-1',
      end_time: START_TIME,
      parking_id: 'unknown',
    },
  }
  let request = chargeOf(stay, faults)
  const fix = (fields: Fields) => {
    request = { ...request, ...fields }
    return charge(request, PARTNER)
  }
  const fixInformation = (fields: Fields) =>
    fix({ parking_info: { ...(request.parking_info as Fields), ...fields } })

  refusedField(await fix({}), '/notify_url', 'nowhere')
  refusedField(await fix({ notify_url: NOBODY_LISTENS }), '/parking_info/plate_number', '粤B-1')
  const { plate_number } = stay.request
  refusedField(await fixInformation({ plate_number }), '/parking_info/end_time', START_TIME)
  refused(await fixInformation({ end_time: END_TIME }), 'PAYEE_NOT_ALLOWED')
  refused(await fix({ sub_mchid: '1900000111' }), 'OUT_TRADE_NO_USED')
  refused(await fix({ out_trade_no: freshNo('T') }), 'APPID_NOT_BOUND')
  refused(await fix({ appid: APPID }), 'SUB_APPID_NOT_BOUND')
  refused(await fix({ sub_appid: undefined }), 'CANNOT_COLLECT')
  refused(await fix({ sub_mchid: '1900000109' }), 'AMOUNT_ABOVE_LIMIT')
  refused(await fix({ amount: { total: 1 } }), 'PARKING_UNKNOWN')
  refused(await fixInformation({ parking_id: stay.id, parking_name: 'x' }), 'PARKING_MISMATCH')
  refused(await fixInformation({ parking_name: stay.request.parking_name }), 'USER_STATE_ABNORMAL')
  await setPlate('粤B10003', 'service_state', 'NORMAL')
  assert.equal((await fix({})).statusCode, 200)
  await setPlate('粤B10003', 'service_state', 'PAUSE')
})

test('a refused charge leaves nothing behind: no order, no openid, nothing on the books', async () => {
  const count = async () =>
    platform.db.get(
      `SELECT (SELECT COUNT(*) FROM orders) AS orders, (SELECT COUNT(*) FROM payer_openids) AS openids,
              (SELECT COUNT(*) FROM ledger_transfers) AS transfers, (SELECT COUNT(*) FROM notices) AS notices`,
    )
  const stay = await park({ plate_number: '粤B10004' }, PARTNER)
  const before = await count()
  refused(await charge(chargeOf(stay, { sub_appid: SUB_APPID }), PARTNER), 'PAYER_OVERDUE')
  assert.deepEqual(await count(), before)
})

test('calls beyond the limit are refused', async t => {
  const limited = await parkingUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const stay = await limited.park()
  const replies = await Promise.all([limited.charge(chargeOf(stay)), limited.charge(chargeOf(stay))])
  const [first, second = assert.fail()] = replies.sort((one, other) => one.statusCode - other.statusCode)
  assert.equal(first?.statusCode, 200)
  refused(second, 'RATELIMIT_EXCEEDED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing, and the same request succeeds later', async t => {
  const closed = await parkingWithoutStore(t)
  assertSystemError(await closed.charge(chargeOf({ id: 'x', request: entry() as never })))
  const broken = await parkingUnderTest(t)
  const request = chargeOf(await broken.park())
  await broken.platform.db.run('ALTER TABLE payer_openids RENAME TO lost_openids')
  const reply = await broken.charge(request)
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
  await broken.platform.db.run('ALTER TABLE lost_openids RENAME TO payer_openids')
  assert.equal((await broken.charge(request)).statusCode, 200)
})

test('every error that the contract declares is met above', assertAllMet)
