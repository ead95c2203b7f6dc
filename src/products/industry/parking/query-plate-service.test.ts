import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  APPID,
  assertSystemError,
  freshPlate,
  MERCHANT,
  MODES,
  PARTNER,
  parkingUnderTest,
  parkingWithoutStore,
  refusalsOf,
} from '../../../../test/parking.ts'
import { withQuery } from '../../../../test/platform.ts'
import { clockByHand } from '../../../../test/refunds.ts'
import { conforms } from '../../../contract/validate.ts'
import { signedRequest } from '../../../testing/index.ts'
import { queryPlateService } from './contract.ts'
import { SANDBOX_PLATES } from './seed-plates.ts'

const { find, call, app, merchant, platform } = await parkingUnderTest({ after })

const { refused, refusedField, assertAllMet } = refusalsOf(queryPlateService, {
  RATELIMIT_EXCEEDED: [429, 'RATELIMIT_EXCEEDED', '达到调用速率限制'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  SUB_MCHID_UNKNOWN: [400, 'INVALID_REQUEST', '子商户号不存在,请检查后再试'],
  SUB_MCHID_NOT_BOUND: [400, 'INVALID_REQUEST', '服务商和子商户没有绑定关系'],
  NOT_ENROLLED: [403, 'NO_AUTH', '商户未入驻'],
  OPENID_WRONG: [400, 'INVALID_REQUEST', '用户信息有误,请检查openid'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '出现内部服务器错误'],
})

const SAMPLE = {
  appid: APPID,
  plate_number: '粤B888888',
  plate_color: 'BLUE',
  openid: 'oUpF8uMuAJOM2pxb1Q',
}
const SAMPLE_REPLY =
  '{"plate_number":"粤B888888","plate_color":"BLUE","service_open_time":"2017-08-26T10:43:39+08:00","openid":"oUpF8uMuAJOM2pxb1Q","service_state":"PAUSE"}'

const openidOf = (plate: string) =>
  SANDBOX_PLATES.find(({ plate_number }) => plate_number === plate)?.openid ?? ''
/** A query about a plate by its own user. */
const ownQuery = (plate_number: string) => ({ ...SAMPLE, plate_number, openid: openidOf(plate_number) })

for (const [mode, caller] of MODES) {
  test(`${mode}: the documents' own request gives the documents' own reply, byte for byte`, async () => {
    const reply = await find(SAMPLE, caller)
    assert.equal(reply.statusCode, 200)
    assert.equal(reply.body, SAMPLE_REPLY)
    assert.equal(conforms(queryPlateService.merchant.reply, reply.json()), undefined)
  })

  test(`${mode}: a plate in service is NORMAL, with the time of its opening`, async () => {
    const reply = await find(ownQuery('粤B10001'), caller)
    assert.deepEqual(reply.json(), {
      plate_number: '粤B10001',
      plate_color: 'BLUE',
      service_open_time: '2026-01-01T08:00:00+08:00',
      openid: openidOf('粤B10001'),
      service_state: 'NORMAL',
    })
    assert.equal(conforms(queryPlateService.merchant.reply, reply.json()), undefined)
  })

  test(`${mode}: a plate that nobody opened is a success with OUT_SERVICE and without a time`, async () => {
    const reply = await find({ ...SAMPLE, plate_number: '粤B10002' }, caller)
    assert.equal(reply.statusCode, 200)
    assert.deepEqual(reply.json(), {
      plate_number: '粤B10002',
      plate_color: 'BLUE',
      openid: SAMPLE.openid,
      service_state: 'OUT_SERVICE',
    })
    assert.equal(conforms(queryPlateService.merchant.reply, reply.json()), undefined)
  })

  test(`${mode}: a plate that another user opened is OUT_SERVICE, and nothing of that user is shown`, async () => {
    const reply = await find({ ...SAMPLE, plate_number: '粤B10001' }, caller)
    assert.deepEqual(reply.json(), {
      plate_number: '粤B10001',
      plate_color: 'BLUE',
      openid: SAMPLE.openid,
      service_state: 'OUT_SERVICE',
    })
  })

  test(`${mode}: each required field that is missing, empty or too long is named`, async () => {
    const fields = { ...SAMPLE, ...caller.partner }
    for (const [field, value] of Object.entries(fields)) {
      refusedField(await find({ ...fields, [field]: undefined }, caller), field, '')
      refusedField(await find({ ...fields, [field]: '' }, caller), field, '')
      const long = `${value}`.padEnd(33, '0')
      refusedField(await find({ ...fields, [field]: long }, caller), field, long)
    }
  })
}

test('the state of each plate of the sandbox is the one that its list says', async () => {
  for (const { plate_number, plate_color, openid, service_state } of SANDBOX_PLATES) {
    const user = openid || SAMPLE.openid
    const reply = await find({ ...SAMPLE, plate_number, plate_color, openid: user })
    assert.equal(reply.json<{ service_state: string }>().service_state, service_state, plate_number)
  }
})

test('arrears and a low score are no service state: the plate is in service', async () => {
  for (const plate of ['粤B10004', '粤B10005', '粤B10006', '粤B10007']) {
    const reply = await find(ownQuery(plate))
    assert.equal(reply.json<{ service_state: string }>().service_state, 'NORMAL', plate)
  }
})

test('the same number in another colour is another plate', async () => {
  const reply = await find({ ...ownQuery('粤B10001'), plate_color: 'YELLOW' })
  assert.equal(reply.json<{ service_state: string }>().service_state, 'OUT_SERVICE')
})

test('a state is shown as it is now: paused, resumed, removed', async () => {
  const plate = freshPlate()
  const openid = `oSandboxOwnerOf${plate.slice(1)}`.padEnd(28, '0')
  const stateNow = async () =>
    (await find({ ...SAMPLE, plate_number: plate, openid })).json<{
      service_state: string
      service_open_time?: string
    }>()
  await platform.db.run(`UPDATE plates SET service_state = 'PAUSE' WHERE plate_number = $1`, plate)
  assert.equal((await stateNow()).service_state, 'PAUSE')
  await platform.db.run(`UPDATE plates SET service_state = 'NORMAL' WHERE plate_number = $1`, plate)
  assert.equal((await stateNow()).service_state, 'NORMAL')
  await platform.db.run('DELETE FROM plates WHERE plate_number = $1', plate)
  const removed = await stateNow()
  assert.equal(removed.service_state, 'OUT_SERVICE')
  assert.equal(removed.service_open_time, undefined)
})

test('lengths are counted in bytes of UTF-8: 32 pass, 33 do not', async () => {
  refused(await find({ ...SAMPLE, openid: `${'车'.repeat(10)}ab` }), 'OPENID_WRONG')
  const eleven = '车'.repeat(11)
  const issue = '输入源“/query/openid”映射到值字段“用户标识”字符串规则校验失败，字节数 33，大于最大值 32'
  refusedField(await find({ ...SAMPLE, openid: eleven }), 'openid', eleven, issue)
  refused(await find({ ...SAMPLE, sub_mchid: '1'.repeat(32) }, PARTNER), 'SUB_MCHID_UNKNOWN')
  // An app id of full length passes as a text, and is then found to be nobody's.
  const appid = `wx${'0'.repeat(30)}`
  refusedField(await find({ ...SAMPLE, appid }), 'appid', appid, 'appid与商户号未绑定')
})

test('an unknown plate is OUT_SERVICE, whatever its letters, digits and colour', async () => {
  for (const plate_number of ['888888', 'WJ粤12345', '京X1234应急', '粤B1234超', '粤I12345', '粤b12345']) {
    for (const plate_color of ['GREEN', 'WHITE']) {
      const reply = await find({ ...SAMPLE, plate_number, plate_color })
      const { openid } = SAMPLE
      assert.deepEqual(reply.json(), { plate_number, plate_color, openid, service_state: 'OUT_SERVICE' })
    }
  }
})

test('a plate with separators or special characters is refused, and so is a colour that does not exist', async () => {
  for (const plate of ['粤B-88888', '粤B·88888', '粤B88888 ', '粤B88888?', '粤B88888+']) {
    refusedField(await find({ ...SAMPLE, plate_number: plate }), 'plate_number', plate)
  }
  for (const color of ['blue', 'RED', '1']) {
    refusedField(await find({ ...SAMPLE, plate_color: color }), 'plate_color', color)
  }
})

test('where plates are held to GA 36, other numbers and colours that a plate cannot have are refused', async t => {
  const { find } = await parkingUnderTest(t, { rules: { plateSyntax: 'GA36' } })
  for (const plate of ['888888', '粤I12345', '粤B1234', '粤B123456', '粤b12345', 'WJ粤12345']) {
    refusedField(await find({ ...SAMPLE, plate_number: plate }), 'plate_number', plate)
  }
  for (const [plate, color] of [
    ['粤B10001', 'GREEN'],
    ['粤BD10001', 'BLUE'],
    ['粤BD10001', 'LIMEGREEN'],
    ['粤B888888', 'GREEN'],
    ['粤B1234警', 'BLUE'],
    ['粤B1234学', 'WHITE'],
  ] as const) {
    const reply = await find({ ...SAMPLE, plate_number: plate, plate_color: color })
    refusedField(reply, 'plate_color', color)
  }
  // Both are wrong, and the number is looked at first.
  refusedField(await find({ ...SAMPLE, plate_number: '粤B1', plate_color: 'GREEN' }), 'plate_number', '粤B1')
})

test('a query that cannot be read is refused: a name twice, no UTF-8, characters that the wire cannot carry', async () => {
  const target = withQuery(queryPlateService.merchant.path, SAMPLE)
  const twice = await call({ method: 'GET', target: `${target}&openid=o` })
  const issue =
    '无法将输入源“/query/openid”映射到目标字段“用户标识”中，此字段并非多重字段但被输入源“/query/openid”映射过了。'
  refused(twice, 'PARAM_ERROR', { field: 'openid', issue, location: 'query' })
  const withOpenid = (openid: string) =>
    call({ method: 'GET', target: target.replace(/openid=[^&]*/, `openid=${openid}`) })
  for (const bad of ['%FF', '%F0%9F%9A%97'])
    assert.equal(
      (await withOpenid(bad)).body,
      '{"code":"INVALID_REQUEST","message":"请求内容传入了非UTF8参数"}',
    )
  refusedField(await withOpenid('%00'), 'openid', '\0')
})

test('an app id that is not bound to the caller is refused, also when it is bound to the sub-merchant', async () => {
  const unbound = 'wx0000000000000000'
  for (const [, caller] of MODES) {
    refusedField(await find({ ...SAMPLE, appid: unbound }, caller), 'appid', unbound, 'appid与商户号未绑定')
  }
  const ofSub = 'wxd678efh567hg6787'
  refusedField(await find({ ...SAMPLE, appid: ofSub }, PARTNER), 'appid', ofSub)
})

test('a sub-merchant that the provider cannot act for is one refusal, whether it exists or not', async () => {
  // Unknown; bound to another provider; a direct merchant; the provider itself.
  for (const sub_mchid of ['1900000999', '1900000112', '1230000109', '1230000100']) {
    refused(await find({ ...SAMPLE, sub_mchid }, PARTNER), 'SUB_MCHID_UNKNOWN')
  }
})

test('a direct merchant that names a sub-merchant is refused, because they are not bound, whatever it names', async () => {
  for (const sub_mchid of ['1900000109', '1900000999', '', 'x'.repeat(100)])
    refused(await find({ ...SAMPLE, sub_mchid }, MERCHANT), 'SUB_MCHID_NOT_BOUND')
})

test('a merchant or a sub-merchant without the permission is refused', async () => {
  refused(await find(SAMPLE, { mchid: '1230000110', partner: {} }), 'NOT_ENROLLED')
  refused(await find({ ...SAMPLE, sub_mchid: '1900000110' }, PARTNER), 'NOT_ENROLLED')
})

test('restricted collections are no hindrance to a query', async () => {
  assert.equal((await find(SAMPLE, { mchid: '1230000111', partner: {} })).statusCode, 200)
  assert.equal((await find({ ...SAMPLE, sub_mchid: '1900000111' }, PARTNER)).statusCode, 200)
})

test('a user that does not exist under the app is refused', async () => {
  refused(await find({ ...SAMPLE, openid: 'oNobody' }), 'OPENID_WRONG')
  // An openid belongs to its app: the same user has another one elsewhere.
  await platform.db.run(
    `INSERT INTO payer_openids (appid, openid, payer_id) VALUES ('wxd678efh567hg6787', 'oElsewhere', 'payer-of-粤B888888')`,
  )
  refused(await find({ ...SAMPLE, openid: 'oElsewhere' }), 'OPENID_WRONG')
})

test('of two faults the earlier check answers: fields, plate, sub-merchant, permission, app, user', async () => {
  const openid = 'oNobody'
  const appid = 'wx0000000000000000'
  const stranger = { mchid: '1230000110', partner: {} }
  refused(await find({ ...SAMPLE, appid, openid }, stranger), 'NOT_ENROLLED')
  refused(await find({ ...SAMPLE, appid, openid, sub_mchid: '1900000110' }, PARTNER), 'NOT_ENROLLED')
  refused(await find({ ...SAMPLE, appid, sub_mchid: '1900000999' }, PARTNER), 'SUB_MCHID_UNKNOWN')
  refusedField(await find({ ...SAMPLE, appid, openid }), 'appid', appid)
  const plate_number = '粤B-1'
  refusedField(
    await find({ ...SAMPLE, plate_number, sub_mchid: '1900000999' }, PARTNER),
    'plate_number',
    plate_number,
  )
  const unpermitted = await find({ ...SAMPLE, plate_number: undefined }, stranger)
  refusedField(unpermitted, 'plate_number', '')
})

test("a request that was signed with another merchant's key is refused", async () => {
  const request = signedRequest(
    { ...merchant('1230000100'), mchid: '1230000109', serial_no: merchant('1230000109').serial_no },
    { method: 'GET', target: withQuery(queryPlateService.merchant.path, SAMPLE) },
  )
  const reply = await app.inject({ method: 'GET', url: request.target, headers: request.headers })
  assert.equal(reply.statusCode, 401)
  assert.equal(reply.json<{ code: string }>().code, 'SIGN_ERROR')
})

test('calls beyond the limit are refused, each merchant for itself', async t => {
  const limited = await parkingUnderTest(t, { clock: clockByHand(), rules: { rateLimit: 1 } })
  const replies = await Promise.all([
    limited.find(SAMPLE),
    limited.find(SAMPLE),
    limited.find(SAMPLE, PARTNER),
  ])
  const [own, ...others] = replies.slice(0, 2).sort((one, other) => one.statusCode - other.statusCode)
  assert.equal(own?.statusCode, 200)
  for (const reply of others) refused(reply, 'RATELIMIT_EXCEEDED')
  assert.equal(replies[2]?.statusCode, 200)
})

test('a fault of the store is a SYSTEM_ERROR that leaks nothing', async t => {
  const closed = await parkingWithoutStore(t)
  assertSystemError(await closed.find(SAMPLE))
  const broken = await parkingUnderTest(t)
  await broken.platform.db.run('ALTER TABLE plates RENAME TO lost_plates')
  const reply = await broken.find(SAMPLE)
  assertSystemError(reply)
  refused(reply, 'SYSTEM_ERROR')
})

test('every error that the contract declares is met above', assertAllMet)
