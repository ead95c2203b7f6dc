import { Ajv, type Options, type ValidateFunction } from 'ajv'
import { parseTime } from '../protocol/time.ts'
import type { Mode, Operation, RequestOf } from './operation.ts'
import { brokenDeclaration } from './parameter-error.ts'
import type * as Type from './schema.ts'

export { parameterError } from './parameter-error.ts'

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

/** What the gateway looks at, one after the other in the whole request: types, what is missing, everything else. */
const PHASES: readonly (readonly string[])[] = [[], ['required']]

/** The checks of an operation, one for each mode; each is compiled when it is first needed. */
export function requestCheck<O extends Operation>(declared: O): RequestCheck<O> {
  const checks: Partial<Record<Mode, ValidateFunction>> = {}
  const phases: Partial<Record<Mode, ValidateFunction[]>> = {}
  return (mode, fields) => {
    checks[mode] ??= ajv.compile(schemaOf(declared, mode))
    const check = checks[mode]
    if (check(fields)) return fields as RequestOf<O>
    phases[mode] ??= PHASES.map(keywords => ajv.compile(reducedTo(keywords, schemaOf(declared, mode))))
    const first = [...phases[mode], check].find(phase => !phase(fields))
    throw brokenDeclaration(declared, first?.errors?.[0])
  }
}

function schemaOf(declared: Operation, mode: Mode): Type.TSchema {
  const inMode = declared[mode]
  if (!inMode) throw new Error(`${declared.id} does not exist in ${mode} mode`)
  return inMode.request
}

/** The schema with its types and no more than these keywords, down to its inner objects. */
function reducedTo(keywords: readonly string[], schema: Type.TSchema): Type.TSchema {
  const { properties, items } = schema as { properties?: Record<string, Type.TSchema>; items?: Type.TSchema }
  const kept = Object.entries(schema).filter(([keyword]) => ['type', 'title', ...keywords].includes(keyword))
  const inner = Object.entries(properties ?? {}).map(([name, property]) => [
    name,
    reducedTo(keywords, property),
  ])
  return {
    ...Object.fromEntries(kept),
    ...(properties && { properties: Object.fromEntries(inner) }),
    ...(items && { items: reducedTo(keywords, items) }),
  } as Type.TSchema
}

/** True when a value fits a schema of the contract; for replies and notices, in tests and in the SDK's own checks. */
export function conforms(schema: Type.TSchema, value: unknown): string | undefined {
  const check = ajv.compile(schema)
  return check(value) ? undefined : ajv.errorsText(check.errors)
}
