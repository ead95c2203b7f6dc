import type { NoticeKind } from './notice-kind.ts'

type Fields = Record<string, unknown>

/**
 * Gives the fields of a notice the spelling of its declaration, which is that of the calls, so that one type serves both.
 * The only place where the SDK changes what came; `plaintext` keeps the original. This reading is only for notices: a reply
 * is taken by the letter.
 */
export function withOwnSpelling(
  fields: Fields,
  { names, values }: Pick<NoticeKind, 'names' | 'values'>,
): Fields {
  const valued = { ...fields }
  for (const [name, meanings] of Object.entries(values)) {
    const written = fields[name]
    if (typeof written === 'string' && Object.hasOwn(meanings, written)) valued[name] = meanings[written]
  }
  return Object.entries(names).reduce((read, [path, name]) => renamed(read, path.split('.'), name), valued)
}

/** The field of a path under another name, unless there is one of that name already. */
function renamed(fields: Fields, [first = '', ...rest]: string[], name: string): Fields {
  if (rest.length === 0) {
    const { [first]: value, ...others } = fields
    return value === undefined || name in others ? fields : { ...others, [name]: value }
  }
  const isList = first.endsWith('[]')
  const key = isList ? first.slice(0, -'[]'.length) : first
  const value = fields[key]
  const within = (inner: unknown) => (isFields(inner) ? renamed(inner, rest, name) : inner)
  if (isList) return Array.isArray(value) ? { ...fields, [key]: value.map(within) } : fields
  return isFields(value) ? { ...fields, [key]: within(value) } : fields
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
