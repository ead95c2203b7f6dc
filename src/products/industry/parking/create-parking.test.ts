import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freshDriver } from '../../../../test/driver.ts'
import {
  assertSystemError,
  type Caller,
  entry,
  type Fields,
  freshPlate,
  MERCHANT,
  MODES,
  PARTNER,
  parkingUnderTest,
  parkingWithoutStore,
  refusalsOf,
  START_TIME,
} from '../../../../test/parking.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import { conforms } from '../../../contract/validate.ts'
import { createParking } from './contract.ts'
import { SANDBOX_PLATES } from './seed-plates.ts'

const parking = await parkingUnderTest({ after })
const { create, call, platform } = parking

const { refused, refusedField, assertAllMet } = refusalsOf(createParking, {
  RATELIMIT_EXCEEDED: [429, 'RATELIMIT_EXCEEDED', '达到调用速率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_UNKNOWN: [400, 'INVALID_REQUEST', '子商户号不存在,请检查后再试'],
  SUB_MCHID_NOT_BOUND: [400, 'INVALID_REQUEST', '服务商和子商户没有绑定关系'],
  NOT_ENROLLED: [403, 'NO_AUTH', '商户未入驻'],
  OUT_PARKING_NO_USED: [400, 'INVALID_REQUEST', '商户入场ID非法，请检查商户入场ID'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

const SAMPLE = {
  out_parking_no: '1231243',
  plate_number: '粤B888888',
  plate_color: 'BLUE',
  notify_url: 'https://yoursite.com/wxpay.html',
  start_time: START_TIME,
  parking_name: '欢乐海岸停车场',
  free_duration: 3600,
}

interface Entry {
  id: string
  state: string
  block_reason?: string
  start_time: string
}

/** Makes an entry, expects a success and gives the reply. */
async function made(fields: Fields, caller: Caller = MERCHANT): Promise<Entry> {
  const reply = await create(fields, caller)
  assert.equal(reply.statusCode, 200, reply.body)
  assert.equal(conforms(createParking.merchant.reply, reply.json()), undefined)
  return reply.json()
}

async function countEntries(): Promise<number> {
  const row = await platform.db.get<{ count: number }>('SELECT COUNT(*) AS count FROM parkings')
  return row?.count ?? -1
}

for (const [mode, caller] of MODES) {
  test(`${mode}: the documents' own request gives the documents' own reply, byte for byte`, async t => {
    const { create, platform } = await parkingUnderTest(t)
    await platform.db.run(`UPDATE plates SET service_state = 'NORMAL' WHERE plate_number = '粤B888888'`)
    const reply = await create(SAMPLE, caller)
    const { id } = reply.json<Entry>()
    assert.equal(
      reply.body,
      `{"id":"${id}","out_parking_no":"1231243","plate_number":"粤B888888","plate_color":"BLUE","start_time":"2017-08-26T10:43:39+08:00","parking_name":"欢乐海岸停车场","free_duration":3600,"state":"NORMAL"}`,
    )
  })

  test(`${mode}: the sample's plate as it stands is paused, and that is said only beside BLOCKED`, async t => {
    const { create } = await parkingUnderTest(t)
    const reply = await create(SAMPLE, caller)
    const { id } = reply.json<Entry>()
    assert.equal(reply.statusCode, 200)
    assert.equal(
      reply.body,
      `{"id":"${id}","out_parking_no":"1231243","plate_number":"粤B888888","plate_color":"BLUE","start_time":"2017-08-26T10:43:39+08:00","parking_name":"欢乐海岸停车场","free_duration":3600,"state":"BLOCKED","block_reason":"PAUSE"}`,
    )
  })

  test(`${mode}: the reply has every field of the contract and an id of 29 digits with the day in it`, async () => {
    const request = entry()
    const { notify_url: _, ...echoed } = request
    const reply = await made(request, caller)
    assert.match(reply.id, /^01\d{9}20170826\d{10}$/)
    assert.deepEqual(reply, { id: reply.id, ...echoed, state: 'NORMAL' })
  })

  test(`${mode}: a repeated request gives the same answer, byte for byte, and makes no second entry`, async () => {
    const request = entry()
    const first = await create(request, caller)
    const before = await countEntries()
    const second = await create(request, caller)
    assert.equal(second.statusCode, 200)
    assert.equal(second.body, first.body)
    assert.equal(await countEntries(), before)
  })

  test(`${mode}: the same instant in another offset is the same content; the stored text is given back`, async () => {
    const request = entry()
    const { id } = await made(request, caller)
    for (const start_time of [
      '2017-08-26T02:43:39Z',
      '2017-08-25T22:43:39-04:00',
      '2017-08-26T10:43:39.000+08:00',
    ]) {
      const again = await made({ ...request, start_time }, caller)
      assert.equal(again.id, id)
      assert.equal(again.start_time, START_TIME)
    }
  })

  test(`${mode}: the same number with other content is refused, whichever field differs`, async () => {
    const request = entry()
    await made(request, caller)
    const before = await countEntries()
    for (const changed of [
      { plate_number: freshPlate() },
      { plate_color: 'YELLOW' },
      { notify_url: 'https://yoursite.com/other.html' },
      { start_time: '2017-08-26T10:43:40+08:00' },
      { start_time: '2017-08-26T10:43:39.001+08:00' },
      { parking_name: '欢乐海岸停车场2' },
      { free_duration: 3601 },
    ]) {
      refused(await create({ ...request, ...changed }, caller), 'OUT_PARKING_NO_USED')
    }
    assert.equal(await countEntries(), before)
    assert.equal((await create(request, caller)).statusCode, 200)
  })

  test(`${mode}: what is null is as good as absent`, async () => {
    const request = entry()
    const { id } = await made({ ...request, openid: null, extra: null }, caller)
    assert.equal((await made(request, caller)).id, id)
  })

  test(`${mode}: each required field that is missing, empty, null or of another type is named`, async () => {
    const fields: Fields = { ...SAMPLE, ...caller.partner }
    for (const [field, value] of Object.entries(fields)) {
      refusedField(await create({ ...fields, [field]: undefined }, caller), `/${field}`, '')
      for (const wrong of ['', null, [], {}, true]) {
        refusedField(await create({ ...fields, [field]: wrong }, caller), `/${field}`, wrong)
      }
      const otherType = typeof value === 'number' ? String(value) : 7
      refusedField(await create({ ...fields, [field]: otherType }, caller), `/${field}`, otherType)
    }
  })
}

test('an entry of each plate of the sandbox is made, in the state that the list says', async () => {
  for (const { plate_number, plate_color, behaviour } of SANDBOX_PLATES) {
    const [, reason] = /an entry is BLOCKED, (\w+)/.exec(behaviour) ?? []
    const expected = reason ? { state: 'BLOCKED', block_reason: reason } : { state: 'NORMAL' }
    const { state, block_reason } = await made(entry({ plate_number, plate_color }))
    assert.deepEqual({ state, ...(block_reason && { block_reason }) }, expected, plate_number)
  }
})

test('a plate that nobody knows is BLOCKED, OUT_SERVICE: its entry makes later notices possible', async () => {
  const { state, block_reason } = await made(entry({ plate_number: '京A12345' }))
  assert.deepEqual({ state, block_reason }, { state: 'BLOCKED', block_reason: 'OUT_SERVICE' })
})

test('a repeated request shows the state as of now, without a second entry', async () => {
  const driver = await freshDriver(parking)
  await driver.opens()
  const request = entry({ plate_number: driver.plate_number })
  const { id } = await made(request)
  const stateNow = async () => {
    const { id: sameId, state, block_reason } = await made(request)
    assert.equal(sameId, id)
    return block_reason ?? state
  }
  assert.equal(await stateNow(), 'NORMAL')
  await driver.becomes({ score: 549 })
  assert.equal(await stateNow(), 'EVALUATION_FAILED')
  await driver.owes(1)
  assert.equal(await stateNow(), 'OVERDUE')
  await driver.pauses()
  assert.equal(await stateNow(), 'PAUSE')
  await driver.removes()
  assert.equal(await stateNow(), 'OUT_SERVICE')
})

test('several entries of one plate are made, each with an id of its own', async () => {
  const plate_number = freshPlate()
  const ids = new Set<string>()
  for (let count = 0; count < 3; count += 1) ids.add((await made(entry({ plate_number }))).id)
  assert.equal(ids.size, 3)
})

test('a number belongs to the merchant that calls: two merchants can use the same one', async () => {
  const request = entry()
  const own = await made(request, MERCHANT)
  const others = await made(request, PARTNER)
  assert.notEqual(others.id, own.id)
  assert.equal((await made(request, MERCHANT)).id, own.id)
})

test('a provider has one number space for all its sub-merchants', async () => {
  const request = entry()
  await made({ ...request, sub_mchid: '1900000109' }, PARTNER)
  refused(await create({ ...request, sub_mchid: '1900000111' }, PARTNER), 'OUT_PARKING_NO_USED')
})

test('a direct merchant that names a sub-merchant is refused, because they are not bound, whatever it names', async () => {
  for (const sub_mchid of ['1900000109', '1900000999', '', 7, { deep: true }])
    refused(await create(entry({ sub_mchid })), 'SUB_MCHID_NOT_BOUND')
})

test('lengths are counted in bytes of UTF-8, at each end of each limit', async () => {
  const name = '欢乐海岸停车场'.repeat(6)
  assert.equal(Buffer.byteLength(name), 126)
  const url = `https://yoursite.com/${'x'.repeat(235)}`
  for (const longest of [
    { out_parking_no: '7'.repeat(64) },
    { parking_name: `${name}ab` },
    { parking_name: 'x' },
    { notify_url: url },
    { start_time: '2017-08-26T10:43:39.123456+08:00' },
    { free_duration: 0 },
    { free_duration: Number.MAX_SAFE_INTEGER },
  ]) {
    await made(entry(longest))
  }
  for (const [field, title, value, issue] of [
    ['out_parking_no', '商户入场ID', '7'.repeat(65), '字节数 65，大于最大值 64'],
    ['parking_name', '停车场名称', `${name}abc`, '字节数 129，大于最大值 128'],
    ['notify_url', '回调通知url', `${url}x`, '字节数 257，大于最大值 256'],
    ['start_time', '入场时间', '2017-08-26T10:43:39.1234567+08:00', '字节数 33，大于最大值 32'],
    ['plate_number', '车牌号', '粤'.repeat(11), '字节数 33，大于最大值 32'],
  ] as const) {
    const sentence = `输入源“/body/${field}”映射到值字段“${title}”字符串规则校验失败，${issue}`
    refusedField(await create(entry({ [field]: value })), `/${field}`, value.slice(0, 256), sentence)
  }
  for (const free_duration of [-1, 1.5]) {
    refusedField(await create(entry({ free_duration })), '/free_duration', free_duration)
  }
})

test('a time that is no RFC 3339 or does not exist is refused', async () => {
  for (const start_time of [
    '2017-08-26 10:43:39',
    '2017-08-26T10:43:39',
    '2017-02-30T10:43:39+08:00',
    '2017-08-26T24:00:00+08:00',
    '1503715419',
  ]) {
    refusedField(await create(entry({ start_time })), '/start_time', start_time)
  }
})

test('a notify_url is a whole http or https URL without query, fragment or credentials', async () => {
  for (const notify_url of [
    'https://yoursite.com/wxpay.html?id=1',
    'https://yoursite.com/wxpay.html?',
    'https://yoursite.com/wxpay.html#top',
    'https://user:secret@yoursite.com/wxpay.html',
    'ftp://yoursite.com/wxpay.html',
    '/wxpay.html',
    'yoursite.com/wxpay.html',
    'https://',
    'https://your site.com/',
  ]) {
    refusedField(await create(entry({ notify_url })), '/notify_url', notify_url)
  }
  await made(entry({ notify_url: 'http://127.0.0.1:8000/wxpay' }))
})

test('a production profile takes only https to public hosts', async t => {
  const { create } = await parkingUnderTest(t, { rules: { profile: 'production' } })
  for (const notify_url of [
    'http://yoursite.com/wxpay.html',
    'https://127.0.0.1/wxpay.html',
    'https://localhost/wxpay.html',
    'https://192.168.1.10/wxpay.html',
    'https://[::ffff:10.0.0.1]/wxpay.html',
  ]) {
    refusedField(await create(entry({ notify_url })), '/notify_url', notify_url)
  }
  assert.equal((await create(SAMPLE)).statusCode, 200)
})

test('everything of letters and digits is a plate, in every colour: an unknown one is BLOCKED, OUT_SERVICE', async () => {
  const plates = [
    'WJ粤12345',
    '京X1234应急',
    '粤B1234超',
    '粤b12345',
    '粤BI1234',
    '888888',
    '粤B1',
    '粤B1234警',
    'ＡＢ12',
  ]
  for (const plate_number of plates) {
    for (const plate_color of ['GREEN', 'BLUE']) {
      const { state, block_reason } = await made(entry({ plate_number, plate_color }))
      assert.deepEqual([state, block_reason], ['BLOCKED', 'OUT_SERVICE'], `${plate_number} ${plate_color}`)
    }
  }
  const longest = `粤${'8'.repeat(29)}`
  await made(entry({ plate_number: longest }))
  refusedField(await create(entry({ plate_number: `${longest}8` })), '/plate_number', `${longest}8`)
  refusedField(await create(entry({ plate_color: 'RED' })), '/plate_color', 'RED')
})

test('a plate with separators or special characters is refused', async () => {
  for (const plate_number of [
    '粤B-88888',
    '粤B·88888',
    '粤B 88888',
    ' 粤B88888',
    '粤B88888\n',
    '粤B8888?',
    '粤B,88888',
    '粤B88888。',
  ])
    refusedField(await create(entry({ plate_number })), '/plate_number', plate_number)
})

test('where plates are held to GA 36, other numbers and colours that a plate cannot have are refused', async t => {
  const { create } = await parkingUnderTest(t, { rules: { plateSyntax: 'GA36' } })
  for (const plate_number of ['888888', 'WJ粤12345', '粤I12345', '粤B1234', '粤b12345']) {
    refusedField(await create(entry({ plate_number })), '/plate_number', plate_number)
  }
  for (const [plate_number, plate_color] of [
    ['粤B10001', 'GREEN'],
    ['粤BD10001', 'BLUE'],
    ['粤B1234警', 'BLUE'],
  ]) {
    refusedField(await create(entry({ plate_number, plate_color })), '/plate_color', plate_color)
  }
})

test('a body that is no JSON object is refused', async () => {
  const detail = { issue: '请求体不是合法的 JSON 对象', location: 'body' } as const
  for (const body of ['null', '[]', '"text"', '{', `${JSON.stringify(entry())}x`]) {
    const reply = await call({ method: 'POST', target: createParking.merchant.path, body })
    refused(reply, 'PARAM_ERROR', detail)
  }
})

test('a sub-merchant that does not exist and one that is not bound are two refusals', async () => {
  for (const sub_mchid of ['1900000999', '1230000109', '1230000100']) {
    refused(await create(entry({ sub_mchid }), PARTNER), 'SUB_MCHID_UNKNOWN')
  }
  refused(await create(entry({ sub_mchid: '1900000112' }), PARTNER), 'SUB_MCHID_NOT_BOUND')
})

test('a merchant or a sub-merchant without the permission is refused, and no entry is made', async () => {
  const before = await countEntries()
  refused(await create(entry(), { mchid: '1230000110', partner: {} }), 'NOT_ENROLLED')
  refused(await create(entry({ sub_mchid: '1900000110' }), PARTNER), 'NOT_ENROLLED')
  assert.equal(await countEntries(), before)
})

test('restricted collections are no hindrance to an entry', async () => {
  await made(entry(), { mchid: '1230000111', partner: {} })
  await made(entry({ sub_mchid: '1900000111' }), PARTNER)
})

test('of two faults the earlier check answers: fields, plate, sub-merchant, permission, number', async () => {
  const used = entry({ sub_mchid: '1900000109' })
  await made(used, PARTNER)
  const changed = { ...used, free_duration: 1 }
  refused(await create({ ...changed, sub_mchid: '1900000110' }, PARTNER), 'NOT_ENROLLED')
  refused(await create({ ...changed, sub_mchid: '1900000112' }, PARTNER), 'SUB_MCHID_NOT_BOUND')
  refused(await create({ ...changed, sub_mchid: '1900000999' }, PARTNER), 'SUB_MCHID_UNKNOWN')
  const noPlate = { ...changed, sub_mchid: '1900000999', plate_number: '粤B-1' }
  refusedField(await create(noPlate, PARTNER), '/plate_number', '粤B-1')
})

test('a merchant with a profile of its own is held to it, whatever the platform takes', async t => {
  const { create, platform } = await parkingUnderTest(t)
  const local = entry({ notify_url: 'http://127.0.0.1:8000/wxpay' })
  await platform.db.run(`UPDATE merchants SET notify_profile = 'production' WHERE mchid = '1230000109'`)
  refusedField(await create(local), '/notify_url', local.notify_url)
  assert.equal((await create(local, PARTNER)).statusCode, 200)

  const strict = await parkingUnderTest(t, { rules: { profile: 'production' } })
  await strict.platform.db.run(`UPDATE merchants SET notify_profile = 'sandbox' WHERE mchid = '1230000109'`)
  assert.equal((await strict.create(local)).statusCode, 200)
  refusedField(await strict.create(local, PARTNER), '/notify_url', local.notify_url)
})

test('calls beyond the limit are refused', async t => {
  const limited = await parkingUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const replies = await Promise.all([limited.create(entry()), limited.create(entry())])
  const [first, second = assert.fail()] = replies.sort((one, other) => one.statusCode - other.statusCode)
  assert.equal(first?.statusCode, 200)
  refused(second, 'RATELIMIT_EXCEEDED')
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing and leaves nothing half written', async t => {
  const closed = await parkingWithoutStore(t)
  assertSystemError(await closed.create(entry()))
  const broken = await parkingUnderTest(t)
  await broken.platform.db.run('ALTER TABLE latest_parkings RENAME TO lost_parkings')
  const reply = await broken.create(entry())
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
  assert.deepEqual(await broken.platform.db.all('SELECT id FROM parkings'), [])
})

test('every error that the contract declares is met above', assertAllMet)
