import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { ApiError, type ErrorDetail, type ErrorName } from '../protocol/errors.ts'
import { parseTime } from '../protocol/time.ts'
import { locationOf, type Mode, type Operation, type RequestOf } from './operation.ts'
import * as Type from './schema.ts'

const byteLengths = new Set(['minBytes', 'maxBytes'])

/**
 * Patterns are declared as the gateway prints them: it escapes an @, which a Unicode pattern must not. `code` is what a
 * validator that is written to a file would call; ours are not.
 */
const regExp = Object.assign(
  (pattern: string, flags: string) => new RegExp(pattern.replaceAll('\\@', '@'), flags),
  { code: 'new RegExp' },
)

/** A validator that knows the keywords and formats of the contract. */
export function newValidator(options: Options = {}): Ajv {
  return new Ajv({ strictTypes: false, verbose: true, addUsedSchema: false, code: { regExp }, ...options })
    .addKeyword({ keyword: 'minBytes', type: 'string', schemaType: 'number', validate: atLeastBytes })
    .addKeyword({
      keyword: 'maxBytes',
      type: 'string',
      schemaType: 'number',
      validate: atMostBytes,
      // A pattern can take the square of a text's length.
      before: 'pattern',
    })
    .addFormat('rfc3339', text => parseTime(text) !== undefined)
    .addFormat('notify-url', isNotifyUrl)
}

const ajv = newValidator()

function atLeastBytes(limit: number, text: string): boolean {
  return Buffer.byteLength(text) >= limit
}

function atMostBytes(limit: number, text: string): boolean {
  // A character is at most three bytes, so most texts need not be counted.
  return text.length * 3 <= limit || Buffer.byteLength(text) <= limit
}

/** A whole http or https URL with nothing behind the path and no credentials. */
function isNotifyUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || !/^https?:\/\//i.test(text) || /[?#\s]/.test(text)) return false
  return url.username === '' && url.password === ''
}

/** Checks a request that was put together from path, query and body; throws the error that the call documents. */
export type RequestCheck<O extends Operation> = (mode: Mode, fields: Record<string, unknown>) => RequestOf<O>

/** The checks of an operation, one for each mode; each is compiled when it is first needed. */
export function requestCheck<O extends Operation>(declared: O): RequestCheck<O> {
  const checks: Partial<Record<Mode, ValidateFunction>> = {}
  return (mode, fields) => {
    checks[mode] ??= ajv.compile(schemaOf(declared, mode))
    const check = checks[mode]
    if (check(fields)) return fields as RequestOf<O>
    throw invalidField(declared, check.errors?.[0])
  }
}

function schemaOf(declared: Operation, mode: Mode): Type.TSchema {
  return mode === 'partner' ? Type.Merge(declared.request, declared.partner) : declared.request
}

/** True when a value fits a schema of the contract; for replies and notices, in tests and in the SDK's own checks. */
export function conforms(schema: Type.TSchema, value: unknown): string | undefined {
  const check = ajv.compile(schema)
  return check(value) ? undefined : ajv.errorsText(check.errors)
}

function invalidField(declared: Operation, error: ErrorObject | undefined): ApiError {
  const missing = error?.keyword === 'required' ? `/${error.params.missingProperty}` : ''
  const pointer = `${error?.instancePath ?? ''}${missing}`
  const schema = missing ? error?.parentSchema?.properties?.[missing.slice(1)] : error?.parentSchema
  return parameterError(declared, pointer, missing ? '' : error?.data, issueOf(error, pointer, schema?.title))
}

/**
 * The refusal of one field. `pointer` is its JSON pointer among the request's fields, such as `/amount/total`; the
 * message is the call's documented text, the detail says which value and why.
 */
export function parameterError(
  declared: Pick<Operation, 'method' | 'path' | 'invalidParameter'>,
  pointer: string,
  value: unknown,
  issue: string,
): ApiError {
  const location = locationOf(declared, pointer.split('/')[1] ?? '')
  const field = location === 'body' ? pointer : pointer.slice(1)
  const name: ErrorName = declared.invalidParameter ?? 'PARAM_ERROR'
  const detail: ErrorDetail = {
    field,
    issue: issue.replace('{source}', `/${sourceOf(location)}${pointer}`),
    location,
  }
  const echoed = echo(value)
  return new ApiError(name, echoed === undefined ? detail : { ...detail, value: echoed })
}

function sourceOf(location: 'url' | 'query' | 'body'): string {
  return location === 'url' ? 'uri_template' : location
}

const MAX_ECHO_LENGTH = 256

/** The refused value, as long as it is short: an error reply must not carry a megabyte back. */
function echo(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_ECHO_LENGTH)
  return (JSON.stringify(value)?.length ?? 0) <= MAX_ECHO_LENGTH ? value : undefined
}

const TYPE_NAMES: Record<string, string> = {
  string: '一个 string 类型的 Json 值',
  integer: '一个合法的 64 位有符号整数',
  array: ' JSON 数组对象',
  object: '一个合法的 Json 对象',
}

/** The sentence that the gateway gives for a broken rule; `{source}` stands for where the value came from. */
function issueOf(error: ErrorObject | undefined, pointer: string, title: string | undefined): string {
  const name = title ?? pointer.slice(pointer.lastIndexOf('/') + 1)
  const limit = String(error?.schema)
  const rule = (kind: string, why: string) =>
    `输入源“{source}”映射到值字段“${name}”${kind}规则校验失败，${why}`
  if (error?.keyword === 'required')
    return `输入源“{source}”映射到字段“${name}”必填性规则校验失败，此字段为必填项`
  if (error?.keyword === 'type') {
    const needed = TYPE_NAMES[limit] ?? limit
    return `无法将 JSON 输入源“{source}”映射到目标字段“${name}”中，此字段需要${needed}`
  }
  if (error && byteLengths.has(error.keyword)) {
    const against = error.keyword === 'maxBytes' ? `大于最大值 ${limit}` : `小于最小值 ${limit}`
    return rule('字符串', `字节数 ${Buffer.byteLength(String(error.data))}，${against}`)
  }
  if (error?.keyword === 'maxLength')
    return rule('字符串', `字符数 ${[...String(error.data)].length}，大于最大值 ${limit}`)
  if (error?.keyword === 'minimum') return rule('数值', `值 ${error.data}，小于最小值 ${limit}`)
  if (error?.keyword === 'maximum') return rule('数值', `值 ${error.data}，大于最大值 ${limit}`)
  if (error?.keyword === 'enum') return rule('枚举', `可选值为 ${(error.schema as string[]).join('、')}`)
  if (error?.keyword === 'pattern') return rule('字符串', `字符串必须匹配正则表达式“${limit}”`)
  return rule('字符串', '格式不正确')
}
