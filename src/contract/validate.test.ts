import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError, errorTable } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { integer, notifyUrl, oneOf, text, time } from './fields.ts'
import { inBothModes, operation } from './operation.ts'
import * as Type from './schema.ts'
import { conforms, parameterError, requestCheck } from './validate.ts'

const charge = operation({
  id: 'test.charge',
  method: 'POST',
  title: { zh: '扣费', en: 'Charge' },
  errors: [general.PARAM_ERROR],
  ...inBothModes({
    path: '/v3/test/{shop}/charges',
    pages: {},
    request: Type.Object({
      shop: text('门店', 8),
      name: text('名称', 9),
      code: Type.Optional(text('编码', 8, { pattern: '^[0-9A-Z]+$' })),
      color: Type.Optional(oneOf('颜色', ['BLUE', 'GREEN'])),
      at: Type.Optional(time('时间')),
      url: Type.Optional(notifyUrl('通知地址')),
      seconds: Type.Optional(integer('时长', 'In seconds')),
      amount: Type.Object({ total: integer('总金额', 'In fen', 1) }, { title: '订单金额' }),
      tags: Type.Optional(Type.Array(text('标签', 4))),
    }),
    partner: Type.Object({ sub_mchid: text('子商户号', 4) }),
    reply: Type.Object({}),
  }),
  sdk: { description: 'A call of this test.' },
})

const { SHOP_WRONG } = errorTable({
  SHOP_WRONG: {
    status: 400,
    code: 'PARAM_ERROR',
    zh: '参数错误，请检查shop',
    hant: '參數錯誤，請檢查shop',
    en: 'Check shop',
  },
})

const find = operation({
  id: 'test.find',
  method: 'GET',
  title: { zh: '查询', en: 'Find' },
  errors: [SHOP_WRONG],
  invalidParameter: { error: SHOP_WRONG, field: 'shop' },
  ...inBothModes({
    path: '/v3/test/{shop}',
    pages: {},
    request: Type.Object({ shop: text('门店', 8), name: text('名称', 9) }),
    reply: Type.Object({}),
  }),
  sdk: { description: 'A call of this test.' },
})

const checkCharge = requestCheck(charge)
const checkFind = requestCheck(find)

const VALID = { shop: 's1', name: 'n', amount: { total: 1 } }

/** What a refusal says over the wire. */
function refusal(run: () => unknown): { message: string; detail: unknown } {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof ApiError)
    const { code, message, detail } = error.body('zh-CN')
    assert.equal(code, 'PARAM_ERROR')
    return { message, detail }
  }
  return assert.fail('The request was not refused')
}

function refusalOf(fields: object) {
  return refusal(() => checkCharge('merchant', { ...VALID, ...fields }))
}

/** Fields, the sentence that refuses them, and what its detail gives back. */
type Case = [fields: object, message: string, value: unknown]

function assertRefusals(cases: readonly Case[]): void {
  for (const [fields, message, value] of cases)
    assert.deepEqual(refusalOf(fields), { message, detail: { location: 'body', value } })
}

test('a request that keeps its declaration passes as it is', () => {
  const whole = {
    ...VALID,
    code: '0AZ',
    color: 'BLUE',
    at: '2024-02-29T00:00:00.5Z',
    url: 'https://merchant.example/notify',
    seconds: 0,
    tags: [],
  }
  assert.equal(checkCharge('merchant', VALID), VALID)
  assert.equal(checkCharge('merchant', whole), whole)
})

test('a field that is missing is named, also inside of an object', () => {
  assertRefusals([
    [{ name: undefined }, '输入源“/body/name”映射到字段“名称”必填性规则校验失败，此字段为必填项', ''],
    [{ amount: {} }, '输入源“/body/amount/total”映射到字段“总金额”必填性规则校验失败，此字段为必填项', ''],
  ])
})

test('a value of the wrong JSON type is named by what the field needs, and given back', () => {
  const rows: [fields: object, pointer: string, name: string, needed: string, value: unknown][] = [
    [{ name: 1671441153 }, '/name', '目标字段“名称”', '一个 string 类型的 Json 值', 1671441153],
    [{ name: ['n'] }, '/name', '目标字段“名称”', '一个 string 类型的 Json 值', ['n']],
    [{ amount: { total: '1' } }, '/amount/total', '目标字段“总金额”', '一个合法的 64 位有符号整数', '1'],
    [{ amount: { total: 0.01 } }, '/amount/total', '目标字段“总金额”', '一个合法的 64 位有符号整数', 0.01],
    [{ amount: { total: 100n } }, '/amount/total', '目标字段“总金额”', '一个合法的 64 位有符号整数', 100],
    [{ amount: { total: true } }, '/amount/total', '目标字段“总金额”', '一个合法的 64 位有符号整数', true],
    [{ amount: 1 }, '/amount', '目标字段“订单金额”', '一个合法的 Json 对象', 1],
    [{ amount: [] }, '/amount', '目标字段“订单金额”', '一个合法的 Json 对象', []],
    [{ amount: 100n }, '/amount', '目标字段“订单金额”', '一个合法的 Json 对象', 100],
    [{ tags: {} }, '/tags', '多重字段“tags”', ' JSON 数组对象', {}],
    [{ tags: ['a', null] }, '/tags/1', '目标字段“标签”', '一个 string 类型的 Json 值', null],
  ]
  assertRefusals(
    rows.map(([fields, pointer, name, needed, value]) => [
      fields,
      `无法将 JSON 输入源“/body${pointer}”映射到${name}中，此字段需要${needed}`,
      value,
    ]),
  )
})

test('in the whole request types are looked at first, then what is missing, then the other rules', () => {
  const tooLong = { code: 'X'.repeat(9) }
  const missing = { amount: {} }
  assert.match(refusalOf({ name: undefined, ...tooLong, tags: {} }).message, /\/body\/tags.*数组/)
  assert.match(refusalOf({ amount: { total: '1' }, name: undefined }).message, /\/body\/amount\/total.*整数/)
  assert.match(refusalOf({ ...tooLong, ...missing }).message, /\/body\/amount\/total.*必填/)
  assert.match(refusalOf(tooLong).message, /\/body\/code.*字节数 9/)
})

test('lengths are bytes of UTF-8: the limit passes and one byte more does not; the detail has the length', () => {
  for (const fitting of ['123456789', '中文字', '中文123', 'é'.repeat(4)]) {
    checkCharge('merchant', { ...VALID, name: fitting })
  }
  const sentence = (rest: string) => `输入源“/body/name”映射到值字段“名称”字符串规则校验失败，字节数 ${rest}`
  assertRefusals([
    [{ name: '1234567890' }, sentence('10，大于最大值 9'), 10],
    [{ name: '中文字字' }, sentence('12，大于最大值 9'), 12],
    [{ name: 'é'.repeat(5) }, sentence('10，大于最大值 9'), 10],
    [{ name: '' }, sentence('0，小于最小值 1'), 0],
  ])
})

test('the limit in bytes holds for every text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), name => {
      const bytes = Buffer.byteLength(name)
      const run = () => checkCharge('merchant', { ...VALID, name })
      if (bytes >= 1 && bytes <= 9) run()
      else assert.throws(run, ApiError)
    }),
  )
})

test('a number below its minimum or beyond the safe range is named, and given back', () => {
  const sentence = (pointer: string, name: string, rest: string) =>
    `输入源“/body/${pointer}”映射到数值字段“${name}”规则校验失败，值${rest}`
  assertRefusals([
    [{ amount: { total: 0 } }, sentence('amount/total', '总金额', '低于最小值 1'), 0],
    [{ seconds: -1 }, sentence('seconds', '时长', '低于最小值 0'), -1],
    [{ seconds: 2 ** 53 }, sentence('seconds', '时长', '高于最大值 9007199254740991'), 2 ** 53],
  ])
  checkCharge('merchant', { ...VALID, seconds: Number.MAX_SAFE_INTEGER })
})

test('a pattern, a time, a list and a form are each refused in words of their own, and the text is given back', () => {
  const sentence = (pointer: string, name: string, rest: string) =>
    `输入源“/body${pointer}”映射到值字段“${name}”字符串规则校验失败，${rest}`
  const pattern = sentence('/code', '编码', '字符串必须匹配正则表达式“^[0-9A-Z]+$”')
  const time = sentence('/at', '时间', '字符串必须是符合 RFC3339 日期时间格式')
  const list = sentence('/color', '颜色', '可选值为 BLUE、GREEN')
  assertRefusals([
    [{ code: 'a-1' }, pattern, 'a-1'],
    [{ code: 'A\n' }, pattern, 'A\n'],
    // What is too long is refused for that, because a pattern can take long.
    [{ code: 'A-23456789' }, sentence('/code', '编码', '字节数 10，大于最大值 8'), 10],
    // Also what is empty, where there is a pattern.
    [{ code: '' }, pattern, ''],
    [{ at: '20220421191948' }, time, '20220421191948'],
    [{ at: '2024-02-30T00:00:00Z' }, time, '2024-02-30T00:00:00Z'],
    [{ color: 'RED' }, list, 'RED'],
    [{ color: 'blue' }, list, 'blue'],
    [
      { url: 'ftp://merchant.example/' },
      sentence('/url', '通知地址', '格式不正确'),
      'ftp://merchant.example/',
    ],
    [{ tags: ['ok', 'too long'] }, sentence('/tags/1', '标签', '字节数 8，大于最大值 4'), 8],
  ])
})

test('what is longer than 32 bytes is no time, even one that could be read', () => {
  const long = '2024-02-29T00:00:00.123456789+08:00'
  assert.equal(Buffer.byteLength(long), 35)
  assert.match(refusalOf({ at: long }).message, /字节数 35，大于最大值 32/)
})

test('what comes by path or query is no JSON, and the detail says where it came from', () => {
  assert.deepEqual(
    refusal(() => checkFind('merchant', { shop: 's1' })),
    {
      message: '输入源“/query/name”映射到字段“名称”必填性规则校验失败，此字段为必填项',
      detail: { location: 'query', value: '' },
    },
  )
  assert.deepEqual(
    refusal(() => checkFind('merchant', { shop: 's1', name: 1 })),
    {
      message: '无法将输入源“/query/name”映射到目标字段“名称”中，此字段需要一个 string 类型的 Json 值',
      detail: { location: 'query', value: 1 },
    },
  )
  assert.deepEqual(refusalOf({ shop: '123456789' }), {
    message: '输入源“/uri_template/shop”映射到值字段“门店”字符串规则校验失败，字节数 9，大于最大值 8',
    detail: { location: 'uri_template', value: 9 },
  })
})

test("a message that the call's page prints stays, for only the field that it is about, and the sentence is the issue", () => {
  assert.deepEqual(
    refusal(() => checkFind('merchant', { shop: '123456789', name: 'n' })),
    {
      message: '参数错误，请检查shop',
      detail: {
        field: 'shop',
        issue: '输入源“/uri_template/shop”映射到值字段“门店”字符串规则校验失败，字节数 9，大于最大值 8',
        location: 'url',
        value: '123456789',
      },
    },
  )
  const printsForAll = { ...charge, invalidParameter: { error: general.PARAM_ERROR } } as const
  const error = parameterError(printsForAll, '/amount/total', 7, '必须为偶数')
  assert.equal(
    JSON.stringify(error.body('zh-CN')),
    '{"code":"PARAM_ERROR","detail":{"field":"/amount/total","issue":"输入源“/body/amount/total”校验失败，必须为偶数","location":"body","value":7},"message":"参数错误"}',
  )
})

test('a direct merchant is not checked for the fields of a provider, a provider is', () => {
  checkCharge('merchant', { ...VALID, sub_mchid: 12345 })
  checkCharge('merchant', VALID)
  checkCharge('partner', { ...VALID, sub_mchid: '1900' })
  const missing = refusal(() => checkCharge('partner', VALID))
  assert.equal(
    missing.message,
    '输入源“/body/sub_mchid”映射到字段“子商户号”必填性规则校验失败，此字段为必填项',
  )
  const wrong = refusal(() => checkCharge('partner', { ...VALID, sub_mchid: '19000' }))
  assert.match(wrong.message, /“\/body\/sub_mchid”.*字节数 5/)
})

test('a refused value is given back as long as it is short', () => {
  const echoed = (value: unknown) => parameterError(charge, '/name', value, '…').detail
  assert.equal(echoed('a'.repeat(256))?.value, 'a'.repeat(256))
  assert.equal(echoed('a'.repeat(1_000_000))?.value, 'a'.repeat(256))
  assert.deepEqual(echoed({ a: [1] })?.value, { a: [1] })
  assert.deepEqual(echoed(0)?.value, 0)
  for (const value of [Array.from({ length: 200 }, () => 1), undefined, { a: 1n }])
    assert.equal('value' in (echoed(value) ?? {}), false)
})

test('a rule of the call itself is the message with its place, in the words of other languages without its own', () => {
  const error = parameterError(charge, '/amount/total', 7, '输入源“{source}”不是偶数')
  assert.equal(
    JSON.stringify(error.body('zh-CN')),
    '{"code":"PARAM_ERROR","detail":{"location":"body","value":7},"message":"输入源“/body/amount/total”不是偶数"}',
  )
  assert.equal(error.body('en').message, 'The value of “/body/amount/total” is wrong')
})

test('every sentence exists in every language', () => {
  for (const fields of [
    { name: undefined },
    { name: 1 },
    { amount: { total: '1' } },
    { amount: 1 },
    { tags: {} },
    { name: '' },
    { name: '1234567890' },
    { code: 'a' },
    { color: 'RED' },
    { at: 'x' },
    { url: 'x' },
    { seconds: -1 },
    { seconds: 2 ** 60 },
  ]) {
    assert.throws(
      () => checkCharge('merchant', { ...VALID, ...fields }),
      (error: ApiError) => {
        const [zh, en, hant] = (['zh-CN', 'en', 'zh-TW'] as const).map(
          language => error.body(language).message,
        )
        assert.doesNotMatch(en ?? '', /[一-鿿{}]/)
        assert.match(en ?? '', /“\/body\/\w+(\/\w+)?”/)
        assert.match(hant ?? '', /輸入源/)
        assert.doesNotMatch(`${zh}${hant}`, /\{/)
        return true
      },
    )
  }
})

test('a value is compared with any schema of the contract', () => {
  assert.equal(conforms(charge.merchant.request, VALID), undefined)
  assert.match(conforms(charge.merchant.request, {}) ?? '', /required/)
})
