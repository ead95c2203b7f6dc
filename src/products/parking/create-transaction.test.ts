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
  platformWithoutStore,
  refusalsOf,
  START_TIME,
  SUB_APPID,
} from '../../../test/parking.ts'
import { clockByHand } from '../../../test/refunds.ts'
import { conforms } from '../../contract/validate.ts'
import { OTHER_PRODUCT_ORDER, WORLD_PLATES } from '../../sandbox/world.ts'
import { createTransaction, type Transaction } from './contract.ts'
import { insertParking } from './parkings.ts'

const parking = await parkingUnderTest({ after })
const { charge, park, accept, order, platform, runDue } = parking

const { refused, refusedField, assertAllMet } = refusalsOf(createTransaction, {
  RATELIMIT_EXCEEDED: [429, 'RATELIMIT_EXCEEDED', '达到调用速率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_UNKNOWN: [400, 'INVALID_REQUEST', '子商户号不存在,请检查后再试'],
  SUB_MCHID_NOT_BOUND: [400, 'INVALID_REQUEST', '服务商和子商户没有绑定关系'],
  OUT_TRADE_NO_USED: [403, 'OUT_TRADE_NO_USED', '商户订单号重复'],
  CANNOT_COLLECT: [403, 'NO_AUTH', '当前商户无法扣款'],
  AMOUNT_ABOVE_LIMIT: [400, 'INVALID_REQUEST', '订单金额超过单笔限额'],
  PARKING_UNKNOWN: [400, 'INVALID_REQUEST', '停车入场id不存在'],
  PARKING_MISMATCH: [400, 'INVALID_REQUEST', '场景信息和停车入场id不匹配'],
  PARKING_EXPIRED: [400, 'INVALID_REQUEST', '停车入场已超过扣费期限'],
  PLATE_UNKNOWN: [404, 'NOT_FOUND', '车牌不存在'],
  PLATE_PAUSED: [400, 'INVALID_REQUEST', '用户已暂停车牌服务，无法扣费'],
  OWNER_OVERDUE: [400, 'INVALID_REQUEST', '用户存在欠费，无法扣费'],
  OWNER_REFUSED: [400, 'INVALID_REQUEST', '用户综合评估未通过，无法扣费'],
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

async function setOwner(plate: string, column: 'arrears' | 'score', value: number): Promise<void> {
  await platform.db.run(`UPDATE owners SET ${column} = $1 WHERE owner_id = $2`, value, `owner-of-${plate}`)
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
    assert.equal(conforms(createTransaction.reply, reply.json()), undefined)
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
  refused(await charge(chargeOf(stay, { out_trade_no: OTHER_PRODUCT_ORDER })), 'OUT_TRADE_NO_USED')
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
    粤B888888: 'PLATE_PAUSED',
    粤B10002: 'PLATE_UNKNOWN',
    粤B10003: 'PLATE_PAUSED',
    粤B10004: 'OWNER_OVERDUE',
    粤B10005: 'OWNER_REFUSED',
  } as const
  for (const { plate_number, plate_color, behaviour } of WORLD_PLATES) {
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
  PLATE_PAUSED: /a charge is 400 INVALID_REQUEST/,
  OWNER_OVERDUE: /a charge is 400 INVALID_REQUEST/,
  OWNER_REFUSED: /a charge is 400 INVALID_REQUEST/,
}

test('what counts is the plate at the charge, not at the entry', async () => {
  const plate_number = freshPlate()
  const stay = await park({ plate_number })
  await setPlate(plate_number, 'service_state', 'PAUSE')
  refused(await charge(chargeOf(stay)), 'PLATE_PAUSED')
  await setPlate(plate_number, 'service_state', 'NORMAL')
  await setOwner(plate_number, 'arrears', 1)
  refused(await charge(chargeOf(stay)), 'OWNER_OVERDUE')
  await setOwner(plate_number, 'arrears', 0)
  await setOwner(plate_number, 'score', 549)
  refused(await charge(chargeOf(stay)), 'OWNER_REFUSED')
  await setOwner(plate_number, 'score', 550)
  await accept(stay)
})

test('an app id that is not bound is refused by name: appid to the caller, sub_appid to the sub-merchant', async () => {
  const unbound = 'wx0000000000000000'
  for (const [, caller] of MODES) {
    const stay = await park({}, caller)
    const reply = await charge(chargeOf(stay, { appid: unbound }), caller)
    refusedField(reply, '/appid', unbound, 'appid与商户号未绑定')
  }
  const stay = await park({}, PARTNER)
  for (const sub_appid of [unbound, APPID]) {
    const reply = await charge(chargeOf(stay, { sub_appid }), PARTNER)
    refusedField(reply, '/sub_appid', sub_appid, 'sub_appid与子商户号未绑定')
  }
  await accept(stay, { sub_appid: SUB_APPID }, PARTNER)
})

test('an owner has one openid under each app, and keeps it', async () => {
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

test('merchant mode has neither sub-merchant nor sub-app: whatever is sent as one is ignored', async () => {
  const request = chargeOf(await park())
  const first = await charge({ ...request, sub_mchid: '1900000999', sub_appid: 'wx0000000000000000' })
  assert.equal(first.statusCode, 200)
  const { sub_appid, sub_mchid, payer } = first.json<Transaction>()
  assert.deepEqual([sub_appid, sub_mchid, payer.sub_openid], [undefined, undefined, undefined])
  for (const ignored of [{}, { sub_appid: SUB_APPID }, { sub_mchid: 7, sub_appid: null }]) {
    assert.equal((await charge({ ...request, ...ignored })).body, first.body)
  }
})

test('a sub-merchant that does not exist and one that is not bound are two refusals', async () => {
  const stay = await park({}, PARTNER)
  for (const sub_mchid of ['1900000999', '1230000109', '1230000100']) {
    refused(await charge(chargeOf(stay, { sub_mchid }), PARTNER), 'SUB_MCHID_UNKNOWN')
  }
  refused(await charge(chargeOf(stay, { sub_mchid: '1900000112' }), PARTNER), 'SUB_MCHID_NOT_BOUND')
})

test('a merchant that may not collect is refused: no permission, or restricted', async () => {
  const restricted = { mchid: '1230000111', partner: {} }
  refused(await charge(chargeOf(await park({}, restricted)), restricted), 'CANNOT_COLLECT')
  const restrictedSub = { mchid: '1230000100', partner: { sub_mchid: '1900000111' } }
  refused(await charge(chargeOf(await park({}, restrictedSub)), restrictedSub), 'CANNOT_COLLECT')
  const stay = await park()
  refused(await charge(chargeOf(stay), { mchid: '1230000110', partner: {} }), 'CANNOT_COLLECT')
  refused(await charge(chargeOf(stay, { sub_mchid: '1900000110' }), PARTNER), 'CANNOT_COLLECT')
})

test('after the hindrance is gone the same request is accepted', async t => {
  const { charge, park, platform } = await parkingUnderTest(t)
  const request = chargeOf(await park())
  await platform.db.run('UPDATE merchants SET collection_restricted = 1')
  refused(await charge(request), 'CANNOT_COLLECT')
  await platform.db.run('UPDATE merchants SET collection_restricted = 0')
  assert.equal((await charge(request)).statusCode, 200)
})

test('amounts: 1 fen and the limit itself are taken, nothing below or above', async () => {
  await accept(await park(), { amount: { total: 1 } })
  await accept(await park(), { amount: { total: 50_000 } })
  const stay = await park()
  refused(await charge(chargeOf(stay, { amount: { total: 50_001 } })), 'AMOUNT_ABOVE_LIMIT')
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

test('the plate of a charge is checked as a plate, with its place in the body', async () => {
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

test('a charge comes at most seven days after the exit and thirty after the entry, to the millisecond', async t => {
  const { charge, park, accept, clock } = await parkingUnderTest(t)
  const stay = await park()
  clock.moveTo('2017-09-02T11:43:39.001+08:00')
  refused(await charge(chargeOf(stay)), 'PARKING_EXPIRED')
  await accept(stay, { parking_info: { end_time: '2017-08-26T11:43:39.001+08:00' } })
  const first = await park()
  const second = await park()
  const third = await park({ start_time: '2017-08-26T10:43:38Z' })
  clock.moveTo('2017-10-02T11:43:39.001+08:00')
  const lately = { parking_info: { end_time: '2017-10-02T11:43:00+08:00' } }
  await accept(first, lately)
  clock.advance(1)
  refused(await charge(chargeOf(second, lately)), 'PARKING_EXPIRED')
  refused(await charge(chargeOf(third, lately)), 'PARKING_EXPIRED')
})

test('both time limits can be set', async t => {
  const { charge, park, clock } = await parkingUnderTest(t, {
    rules: { parkingLifetime: 60_000, chargeAfterExit: 90_000 },
  })
  const stay = await park()
  // The exit was 81 seconds ago.
  refused(await charge(chargeOf(stay, { out_trade_no: OTHER_PRODUCT_ORDER })), 'OUT_TRADE_NO_USED')
  clock.advance(9_001)
  refused(await charge(chargeOf(stay)), 'PARKING_EXPIRED')
  const late = { parking_info: { end_time: '2017-08-26T11:44:59+08:00' } }
  clock.advance(60_000 - 9_001)
  assert.equal((await charge(chargeOf(stay, late))).statusCode, 200)
  const next = await park()
  clock.advance(60_001)
  refused(await charge(chargeOf(next, late)), 'PARKING_EXPIRED')
})

test('of two faults the earlier check answers, down the whole list', async () => {
  const taken = freshNo('T')
  await accept(await park({}, PARTNER), { out_trade_no: taken }, PARTNER)
  // Everything is wrong at once; then one fault after the other is mended, in the order of the checks.
  const stay = await park({ plate_number: '粤B10003' }, PARTNER)
  const information = chargeOf(stay).parking_info as Fields
  const faults: Fields = {
    out_trade_no: taken,
    sub_mchid: '1900000999',
    appid: 'wx0000000000000000',
    sub_appid: 'wx0000000000000000',
    notify_url: 'nowhere',
    amount: { total: 50_001 },
    parking_info: {
      ...information,
      plate_number: '粤B1',
      plate_color: 'GREEN',
      end_time: START_TIME,
      parking_id: 'unknown',
    },
  }
  let request = chargeOf(stay, faults)
  const mend = (fields: Fields) => {
    request = { ...request, ...fields }
    return charge(request, PARTNER)
  }
  const mendInformation = (fields: Fields) =>
    mend({ parking_info: { ...(request.parking_info as Fields), ...fields } })

  refusedField(await mend({}), '/notify_url', 'nowhere')
  refusedField(await mend({ notify_url: NOBODY_LISTENS }), '/parking_info/plate_number', '粤B1')
  const { plate_number } = stay.request
  refusedField(await mendInformation({ plate_number }), '/parking_info/plate_color', 'GREEN')
  refusedField(await mendInformation({ plate_color: 'BLUE' }), '/parking_info/end_time', START_TIME)
  refused(await mendInformation({ end_time: END_TIME }), 'SUB_MCHID_UNKNOWN')
  refused(await mend({ sub_mchid: '1900000112' }), 'SUB_MCHID_NOT_BOUND')
  refused(await mend({ sub_mchid: '1900000111' }), 'OUT_TRADE_NO_USED')
  refusedField(await mend({ out_trade_no: freshNo('T') }), '/appid', 'wx0000000000000000')
  refusedField(await mend({ appid: APPID }), '/sub_appid', 'wx0000000000000000')
  refused(await mend({ sub_appid: undefined }), 'CANNOT_COLLECT')
  refused(await mend({ sub_mchid: '1900000109' }), 'AMOUNT_ABOVE_LIMIT')
  refused(await mend({ amount: { total: 1 } }), 'PARKING_UNKNOWN')
  refused(await mendInformation({ parking_id: stay.id, parking_name: 'x' }), 'PARKING_MISMATCH')
  refused(await mendInformation({ parking_name: stay.request.parking_name }), 'PLATE_PAUSED')
  await setPlate('粤B10003', 'service_state', 'NORMAL')
  assert.equal((await mend({})).statusCode, 200)
  await setPlate('粤B10003', 'service_state', 'PAUSE')
})

test('a refused charge leaves nothing behind: no order, no openid, nothing on the books', async () => {
  const count = async () =>
    platform.db.get(
      `SELECT (SELECT COUNT(*) FROM transactions) AS orders, (SELECT COUNT(*) FROM owner_openids) AS openids,
              (SELECT COUNT(*) FROM ledger_transfers) AS transfers, (SELECT COUNT(*) FROM notices) AS notices`,
    )
  const stay = await park({ plate_number: '粤B10004' }, PARTNER)
  const before = await count()
  refused(await charge(chargeOf(stay, { sub_appid: SUB_APPID }), PARTNER), 'OWNER_OVERDUE')
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
  const closed = await platformWithoutStore(t)
  assertSystemError(await closed.charge(chargeOf({ id: 'x', request: entry() as never })))
  const broken = await parkingUnderTest(t)
  const request = chargeOf(await broken.park())
  await broken.platform.db.run('ALTER TABLE owner_openids RENAME TO lost_openids')
  const reply = await broken.charge(request)
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
  await broken.platform.db.run('ALTER TABLE lost_openids RENAME TO owner_openids')
  assert.equal((await broken.charge(request)).statusCode, 200)
})

test('every error that the contract declares is met above', assertAllMet)
