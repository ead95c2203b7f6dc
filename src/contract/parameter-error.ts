import type { ErrorObject } from 'ajv'
import { ApiError, type ErrorDetail, type Texts } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { fieldLocation, fieldOf, type Operation, type Upload } from './operation.ts'

/** How the gateway calls the three places that a field can come from. */
const SOURCES = { url: 'uri_template', query: 'query', body: 'body' } as const

/**
 * The refusal of one field. `pointer` is its JSON pointer among the request's fields, such as `/amount/total`. `{source}`
 * in the sentence stands for where the value came from. `shown` is what `detail` gives back when it is not the value.
 *
 * The sentence is the message. Where the call's own page prints another message, that one stays, and the sentence is the
 * issue of a detail in the documented form.
 */
export function parameterError(
  declared: Operation,
  pointer: string,
  value: unknown,
  sentence: string | Texts,
  shown: unknown = value,
): ApiError {
  const location = fieldLocation(declared, nameIn(pointer))
  const texts = filled(typeof sentence === 'string' ? untranslated(sentence) : sentence, {
    source: `/${SOURCES[location]}${pointer}`,
  })
  return refusalOf(declared, pointer, location, texts, echo(value), echo(shown))
}

type Echo = Pick<ErrorDetail, 'value'>

function refusalOf(
  { invalidParameter: printed }: Operation,
  pointer: string,
  location: keyof typeof SOURCES,
  texts: Texts,
  value: Echo = {},
  shown: Echo = {},
): ApiError {
  if (!printed || (printed.field ?? nameIn(pointer)) !== nameIn(pointer))
    return new ApiError(general.PARAM_ERROR, { location: SOURCES[location], ...shown }, { texts })
  const field = location === 'body' ? pointer : pointer.slice(1)
  return new ApiError(printed.error, { field, issue: texts.zh, location, ...value })
}

/** The refusal of an upload without its file. */
export function missingFile({ part, title }: Upload): ApiError {
  const texts = filled(SENTENCES.required, { source: `/body/${part}`, name: title })
  return new ApiError(general.PARAM_ERROR, { location: 'body', value: '' }, { texts })
}

function nameIn(pointer: string): string {
  return pointer.split('/')[1] ?? ''
}

/** A sentence that calls have for themselves exists in Chinese, and does not say where the value stood. */
function untranslated(sentence: string): Texts {
  const zh = sentence.includes('{source}') ? sentence : `输入源“{source}”校验失败，${sentence}`
  return { zh, hant: zh, en: 'The value of “{source}” is wrong' }
}

const MAX_ECHO_LENGTH = 256

/** The refused value, as long as it is short: an error reply must not carry a megabyte back. */
function echo(value: unknown): Echo {
  if (typeof value === 'string') return { value: value.slice(0, MAX_ECHO_LENGTH) }
  if (typeof value === 'bigint') return { value: Number(value) }
  try {
    return (JSON.stringify(value)?.length ?? Number.POSITIVE_INFINITY) <= MAX_ECHO_LENGTH ? { value } : {}
  } catch {
    // A number of another form is somewhere inside.
    return {}
  }
}

/** The same field came from two places, or twice from one. */
export function mappedTwice(declared: Operation, name: string, again: 'query' | 'body'): ApiError {
  const schema: { title?: string } | undefined = fieldOf(declared, name)
  const first = `/${SOURCES[fieldLocation(declared, name)]}/${name}`
  const words = { source: `/${again}/${name}`, name: schema?.title ?? name, first }
  return refusalOf(declared, `/${name}`, again, filled(SENTENCES.twice, words))
}

/** The refusal of a field whose declaration the validator found broken. */
export function brokenDeclaration(declared: Operation, error: ErrorObject | undefined): ApiError {
  const missing: string | undefined = error?.keyword === 'required' ? error.params.missingProperty : undefined
  const pointer = `${error?.instancePath ?? ''}${missing === undefined ? '' : `/${missing}`}`
  const schema = missing === undefined ? error?.parentSchema : error?.parentSchema?.properties?.[missing]
  const name: string = schema?.title ?? pointer.slice(pointer.lastIndexOf('/') + 1)
  if (missing !== undefined) return parameterError(declared, pointer, '', named(SENTENCES.required, name))

  const { keyword = '', data, schema: limit } = error ?? {}
  const isJson = fieldLocation(declared, nameIn(pointer)) === 'body'
  if (keyword === 'type') {
    const needed = TYPES[String(limit)] ?? SENTENCES.form
    return parameterError(declared, pointer, data, named(isJson ? needed : withoutJson(needed), name))
  }
  const length = lengthOf(keyword, String(data))
  const words = { name, length: String(length), limit: shownLimit(limit) }
  const sentence = { ...LENGTHS, ...RULES }[keyword] ?? formOf(String(limit))
  return parameterError(declared, pointer, data, filled(sentence, words), length ?? data)
}

/** A length in the unit of its keyword; `undefined` for a keyword that is about something else. */
function lengthOf(keyword: string, text: string): number | undefined {
  if (keyword === 'maxLength') return [...text].length
  return keyword in LENGTHS ? Buffer.byteLength(text) : undefined
}

function shownLimit(limit: unknown): string {
  return Array.isArray(limit) ? limit.join('、') : String(limit)
}

function formOf(format: string): Texts {
  return format === 'rfc3339' ? SENTENCES.time : SENTENCES.form
}

/** What comes by path or query is no JSON, and the sentence does not call it so. */
function withoutJson({ zh, hant, en }: Texts): Texts {
  return { zh: zh.replace('无法将 JSON ', '无法将'), hant: hant.replace('無法將 JSON ', '無法將'), en }
}

function named(sentence: Texts, name: string): Texts {
  return filled(sentence, { name })
}

function filled({ zh, hant, en }: Texts, words: Readonly<Record<string, string>>): Texts {
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole)
  return { zh: fill(zh), hant: fill(hant), en: fill(en) }
}

const string = (zh: string, hant: string, en: string): Texts => ({
  zh: `输入源“{source}”映射到值字段“{name}”字符串规则校验失败，${zh}`,
  hant: `輸入源“{source}”映射到值字段“{name}”字符串規則校驗失敗，${hant}`,
  en: `The string from “{source}” ${en}`,
})
const number = (zh: string, hant: string, en: string): Texts => ({
  zh: `输入源“{source}”映射到数值字段“{name}”规则校验失败，${zh}`,
  hant: `輸入源“{source}”映射到數值字段“{name}”規則校驗失敗，${hant}`,
  en: `The number from “{source}” ${en}`,
})
const type = (kind: [zh: string, hant: string], zh: string, hant: string, en: string): Texts => ({
  zh: `无法将 JSON 输入源“{source}”映射到${kind[0]}字段“{name}”中，此字段需要${zh}`,
  hant: `無法將 JSON 輸入源“{source}”映射到${kind[1]}字段“{name}”中，此字段需要${hant}`,
  en: `What came from “{source}” must be ${en}`,
})
const SINGLE: [string, string] = ['目标', '目標']
const MULTIPLE: [string, string] = ['多重', '多重']

/** The sentences of the gateway, by keyword of the schema where there is one. docs/fidelity.md says which were observed. */
const TYPES: Readonly<Record<string, Texts>> = {
  string: type(
    SINGLE,
    '一个 string 类型的 Json 值',
    '一個 string 類型的 Json 值',
    'a JSON value of type string',
  ),
  integer: type(
    SINGLE,
    '一个合法的 64 位有符号整数',
    '一個合法的 64 位有符號整數',
    'a 64-bit signed integer',
  ),
  array: type(MULTIPLE, ' JSON 数组对象', ' JSON 數組對象', 'a JSON array'),
  object: type(SINGLE, '一个合法的 Json 对象', '一個合法的 Json 對象', 'a JSON object'),
}

const LENGTHS: Readonly<Record<string, Texts>> = {
  minBytes: string(
    '字节数 {length}，小于最小值 {limit}',
    '字節數 {length}，小於最小值 {limit}',
    'has {length} bytes, fewer than {limit}',
  ),
  maxBytes: string(
    '字节数 {length}，大于最大值 {limit}',
    '字節數 {length}，大於最大值 {limit}',
    'has {length} bytes, more than {limit}',
  ),
  maxLength: string(
    '字符数 {length}，大于最大值 {limit}',
    '字符數 {length}，大於最大值 {limit}',
    'has {length} characters, more than {limit}',
  ),
}

const RULES: Readonly<Record<string, Texts>> = {
  minimum: number('值低于最小值 {limit}', '值低於最小值 {limit}', 'is less than {limit}'),
  maximum: number('值高于最大值 {limit}', '值高於最大值 {limit}', 'is more than {limit}'),
  pattern: string(
    '字符串必须匹配正则表达式“{limit}”',
    '字符串必須匹配正則表達式“{limit}”',
    'does not match “{limit}”',
  ),
  enum: string('可选值为 {limit}', '可選值為 {limit}', 'is none of {limit}'),
}

const SENTENCES = {
  required: {
    zh: '输入源“{source}”映射到字段“{name}”必填性规则校验失败，此字段为必填项',
    hant: '輸入源“{source}”映射到字段“{name}”必填性規則校驗失敗，此字段為必填項',
    en: 'The field “{source}” is required',
  },
  time: string(
    '字符串必须是符合 RFC3339 日期时间格式',
    '字符串必須是符合 RFC3339 日期時間格式',
    'is no date and time of RFC 3339',
  ),
  form: string('格式不正确', '格式不正確', 'does not have its form'),
  twice: {
    zh: '无法将输入源“{source}”映射到目标字段“{name}”中，此字段并非多重字段但被输入源“{first}”映射过了。',
    hant: '無法將輸入源“{source}”映射到目標字段“{name}”中，此字段並非多重字段但被輸入源“{first}”映射過了。',
    en: 'The field “{source}” was already given by “{first}”',
  },
} as const satisfies Record<string, Texts>
