import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError, chooseLanguage, errorTable, LANGUAGES } from './errors.ts'
import { general } from './general-errors.ts'

const { NOTHING_FOUND } = errorTable({
  NOTHING_FOUND: {
    status: 404,
    code: 'NOT_FOUND',
    zh: '车牌不存在',
    hant: '車牌不存在',
    en: 'Not found',
    number: 268512771,
  },
})

test('an error is a value that knows the name by which it was declared', () => {
  assert.equal(NOTHING_FOUND.name, 'NOTHING_FOUND')
  const error = new ApiError(NOTHING_FOUND)
  assert.equal(error.entry, NOTHING_FOUND)
  assert.equal(error.status, 404)
})

test('the number behind Request-ID is that of the error, and that of a bad parameter otherwise', () => {
  assert.equal(new ApiError(NOTHING_FOUND).number, 268512771)
  assert.equal(new ApiError(general.PARAM_ERROR).number, 268435461)
})

test('a body has code, detail and message in this order, and no detail when there is none', () => {
  const detail = { field: '/appid', issue: '…', location: 'body', value: '' } as const
  assert.equal(
    JSON.stringify(new ApiError(general.PARAM_ERROR, detail).body('zh-CN')),
    '{"code":"PARAM_ERROR","detail":{"field":"/appid","issue":"…","location":"body","value":""},"message":"参数错误"}',
  )
  assert.equal(
    JSON.stringify(new ApiError(NOTHING_FOUND).body('zh-CN')),
    '{"code":"NOT_FOUND","message":"车牌不存在"}',
  )
})

test('the message is in the language that was asked for; Hong Kong and Taiwan share one', () => {
  const error = new ApiError(general.PARAM_ERROR)
  assert.deepEqual(
    LANGUAGES.map(language => [language, error.body(language).message]),
    [
      ['zh-CN', '参数错误'],
      ['en', 'A parameter is wrong'],
      ['zh-HK', '參數錯誤'],
      ['zh-TW', '參數錯誤'],
    ],
  )
  assert.equal(error.message, '参数错误')
  assert.equal(error.status, 400)
})

test('the first language of Accept-Language that the platform has is chosen, Simplified Chinese otherwise', () => {
  const cases: [string | undefined, string][] = [
    [undefined, 'zh-CN'],
    ['', 'zh-CN'],
    ['*', 'zh-CN'],
    ['en', 'en'],
    ['zh-CN', 'zh-CN'],
    ['zh-HK', 'zh-HK'],
    ['zh-TW', 'zh-TW'],
    ['EN', 'en'],
    ['zh-hk', 'zh-HK'],
    ['en-US', 'en'],
    ['en-GB;q=0.9', 'en'],
    ['fr, de', 'zh-CN'],
    ['fr-FR, en;q=0.5', 'en'],
    ['ja,zh-TW;q=0.9,en;q=0.8', 'zh-TW'],
    [' zh-TW ; q=1', 'zh-TW'],
    ['english', 'zh-CN'],
    ['zh,en;q=0.5', 'zh-CN'],
    [';;,,;', 'zh-CN'],
    [`${'x'.repeat(10_000)},en`, 'zh-CN'],
  ]
  for (const [header, language] of cases) assert.equal(chooseLanguage(header), language, header)
})

test('any header gives one of the four languages', () => {
  fc.assert(fc.property(fc.string(), header => LANGUAGES.includes(chooseLanguage(header))))
})
