import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError, type ErrorName } from '../protocol/errors.ts'
import { integer, notifyUrl, oneOf, text, time } from './fields.ts'
import { operation } from './operation.ts'
import * as Type from './schema.ts'
import { conforms, parameterError, requestCheck } from './validate.ts'

const charge = operation({
  name: 'charge',
  method: 'POST',
  path: '/v3/test/{shop}/charges',
  title: { zh: '扣费', en: 'Charge' },
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
  errors: ['PARAM_ERROR'],
})

const find = operation({
  name: 'find',
  method: 'GET',
  path: '/v3/test/{shop}',
  title: { zh: '查询', en: 'Find' },
  pages: {},
  request: Type.Object({ shop: text('门店', 8), name: text('名称', 9) }),
  partner: Type.Object({}),
  reply: Type.Object({}),
  errors: ['OUT_TRADE_NO_WRONG'],
  invalidParameter: 'OUT_TRADE_NO_WRONG',
})

const checkCharge = requestCheck(charge)
const checkFind = requestCheck(find)

const VALID = { shop: 's1', name: 'n', amount: { total: 1 } }

function refusal(run: () => unknown): { errorName: ErrorName; detail: unknown } {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof ApiError)
    return { errorName: error.errorName, detail: error.detail }
  }
  return assert.fail('The request was not refused')
}

function detailOf(fields: object): unknown {
  return refusal(() => checkCharge('merchant', { ...VALID, ...fields })).detail
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

test('a required field that is absent is named by the sentence of the gateway', () => {
  assert.deepEqual(
    refusal(() => checkCharge('merchant', { shop: 's1', amount: { total: 1 } })),
    {
      errorName: 'PARAM_ERROR',
      detail: {
        field: '/name',
        issue: '输入源“/body/name”映射到字段“名称”必填性规则校验失败，此字段为必填项',
        location: 'body',
        value: '',
      },
    },
  )
  assert.deepEqual(detailOf({ amount: {} }), {
    field: '/amount/total',
    issue: '输入源“/body/amount/total”映射到字段“总金额”必填性规则校验失败，此字段为必填项',
    location: 'body',
    value: '',
  })
})

test('a value of the wrong JSON type is named by the sentence of the gateway, and given back', () => {
  const cases: [fields: object, pointer: string, name: string, needed: string, value: unknown][] = [
    [{ name: 1671441153 }, '/name', '名称', '一个 string 类型的 Json 值', 1671441153],
    [{ name: null }, '/name', '名称', '一个 string 类型的 Json 值', null],
    [{ name: ['n'] }, '/name', '名称', '一个 string 类型的 Json 值', ['n']],
    [{ amount: { total: '1' } }, '/amount/total', '总金额', '一个合法的 64 位有符号整数', '1'],
    [{ amount: { total: 1.5 } }, '/amount/total', '总金额', '一个合法的 64 位有符号整数', 1.5],
    [{ amount: { total: true } }, '/amount/total', '总金额', '一个合法的 64 位有符号整数', true],
    [{ amount: 1 }, '/amount', '订单金额', '一个合法的 Json 对象', 1],
    [{ amount: [] }, '/amount', '订单金额', '一个合法的 Json 对象', []],
    [{ tags: {} }, '/tags', 'tags', ' JSON 数组对象', {}],
  ]
  for (const [fields, pointer, name, needed, value] of cases) {
    assert.deepEqual(detailOf(fields), {
      field: pointer,
      issue: `无法将 JSON 输入源“/body${pointer}”映射到目标字段“${name}”中，此字段需要${needed}`,
      location: 'body',
      value,
    })
  }
})

test('lengths are bytes of UTF-8: the limit passes and one byte more does not', () => {
  for (const fitting of ['123456789', '中文字', '中文123', 'é'.repeat(4)]) {
    checkCharge('merchant', { ...VALID, name: fitting })
  }
  for (const [tooLong, bytes] of [
    ['1234567890', 10],
    ['中文字1', 10],
    ['中文字字', 12],
    ['é'.repeat(5), 10],
  ]) {
    assert.deepEqual(detailOf({ name: tooLong }), {
      field: '/name',
      issue: `输入源“/body/name”映射到值字段“名称”字符串规则校验失败，字节数 ${bytes}，大于最大值 9`,
      location: 'body',
      value: tooLong,
    })
  }
  assert.deepEqual(detailOf({ name: '' }), {
    field: '/name',
    issue: '输入源“/body/name”映射到值字段“名称”字符串规则校验失败，字节数 0，小于最小值 1',
    location: 'body',
    value: '',
  })
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

test('a number below its minimum or beyond the safe range is named by its value', () => {
  assert.deepEqual(detailOf({ seconds: -1 }), {
    field: '/seconds',
    issue: '输入源“/body/seconds”映射到值字段“时长”数值规则校验失败，值 -1，小于最小值 0',
    location: 'body',
    value: -1,
  })
  assert.match(JSON.stringify(detailOf({ amount: { total: 0 } })), /值 0，小于最小值 1/)
  assert.match(
    JSON.stringify(detailOf({ seconds: 2 ** 53 })),
    /值 9007199254740992，大于最大值 9007199254740991/,
  )
  checkCharge('merchant', { ...VALID, seconds: Number.MAX_SAFE_INTEGER })
})

test('a value outside of its list, its pattern or its format is named by the rule', () => {
  const rule = (pointer: string, name: string, kind: string, why: string) =>
    `输入源“/body${pointer}”映射到值字段“${name}”${kind}规则校验失败，${why}`
  const cases: [fields: object, pointer: string, issue: string][] = [
    [{ color: 'RED' }, '/color', rule('/color', '颜色', '枚举', '可选值为 BLUE、GREEN')],
    [{ color: 'blue' }, '/color', rule('/color', '颜色', '枚举', '可选值为 BLUE、GREEN')],
    [{ code: 'a-1' }, '/code', rule('/code', '编码', '字符串', '字符串必须匹配正则表达式“^[0-9A-Z]+$”')],
    [{ code: 'A-23456789' }, '/code', rule('/code', '编码', '字符串', '字节数 10，大于最大值 8')],
    [{ code: 'A\n' }, '/code', rule('/code', '编码', '字符串', '字符串必须匹配正则表达式“^[0-9A-Z]+$”')],
    [{ at: '2024-02-30T00:00:00Z' }, '/at', rule('/at', '时间', '字符串', '格式不正确')],
    [{ at: '1709164800' }, '/at', rule('/at', '时间', '字符串', '格式不正确')],
    [{ url: 'ftp://merchant.example/' }, '/url', rule('/url', '通知地址', '字符串', '格式不正确')],
    [{ tags: ['ok', 'too long'] }, '/tags/1', rule('/tags/1', '标签', '字符串', '字节数 8，大于最大值 4')],
  ]
  for (const [fields, field, issue] of cases) {
    const detail = detailOf(fields) as { field: string; issue: string }
    assert.deepEqual([detail.field, detail.issue], [field, issue])
  }
})

test('what is longer than 32 bytes is no time, even one that could be read', () => {
  const long = '2024-02-29T00:00:00.123456789+08:00'
  assert.equal(Buffer.byteLength(long), 35)
  assert.match(JSON.stringify(detailOf({ at: long })), /字节数 35，大于最大值 32/)
})

test('a field of the path is named bare with location url, one of the query bare with location query', () => {
  assert.deepEqual(
    refusal(() => checkFind('merchant', { shop: '123456789', name: 'n' })),
    {
      errorName: 'OUT_TRADE_NO_WRONG',
      detail: {
        field: 'shop',
        issue: '输入源“/uri_template/shop”映射到值字段“门店”字符串规则校验失败，字节数 9，大于最大值 8',
        location: 'url',
        value: '123456789',
      },
    },
  )
  assert.deepEqual(refusal(() => checkFind('merchant', { shop: 's1' })).detail, {
    field: 'name',
    issue: '输入源“/query/name”映射到字段“名称”必填性规则校验失败，此字段为必填项',
    location: 'query',
    value: '',
  })
  const inPath = detailOf({ shop: '' }) as { field: string; location: string }
  assert.deepEqual([inPath.field, inPath.location], ['shop', 'url'])
})

test('fields that the call does not know pass, at every depth and whatever they hold', () => {
  checkCharge('merchant', { ...VALID, more: { a: [null] }, amount: { total: 1, more: 'x' } })
})

test('a direct merchant is not checked for the fields of a provider, a provider is', () => {
  checkCharge('merchant', { ...VALID, sub_mchid: 12345 })
  checkCharge('merchant', VALID)
  checkCharge('partner', { ...VALID, sub_mchid: '1900' })
  const missing = refusal(() => checkCharge('partner', VALID)).detail as { issue: string }
  assert.equal(missing.issue, '输入源“/body/sub_mchid”映射到字段“子商户号”必填性规则校验失败，此字段为必填项')
  const wrong = refusal(() => checkCharge('partner', { ...VALID, sub_mchid: '19000' })).detail
  assert.deepEqual((wrong as { field: string }).field, '/sub_mchid')
})

test('a refused value is given back as long as it is short', () => {
  const echoed = (value: unknown) => parameterError(charge, '/name', value, '…').detail
  assert.equal(echoed('a'.repeat(256))?.value, 'a'.repeat(256))
  assert.equal(echoed('a'.repeat(1_000_000))?.value, 'a'.repeat(256))
  assert.deepEqual(echoed({ a: [1] })?.value, { a: [1] })
  const large = echoed(Array.from({ length: 200 }, () => 1)) ?? {}
  assert.equal('value' in large, false)
  assert.equal('value' in (echoed(undefined) ?? {}), false)
  assert.deepEqual(echoed(0)?.value, 0)
})

test('a rule of the call itself is refused like a broken declaration, with its place in the issue', () => {
  const error = parameterError(charge, '/amount/total', 7, '输入源“{source}”不是偶数')
  assert.equal(error.errorName, 'PARAM_ERROR')
  assert.equal(
    JSON.stringify(error.body('zh-CN')),
    '{"code":"PARAM_ERROR","detail":{"field":"/amount/total","issue":"输入源“/body/amount/total”不是偶数","location":"body","value":7},"message":"参数错误"}',
  )
})

test('a value is compared with any schema of the contract', () => {
  assert.equal(conforms(charge.request, VALID), undefined)
  assert.match(conforms(charge.request, {}) ?? '', /required/)
})
