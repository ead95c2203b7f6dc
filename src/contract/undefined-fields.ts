import type { InMode, Mode } from './operation.ts'
import type { TSchema } from './schema.ts'

/** No more of them are named, and no name is given back longer, in characters: who sends 60,000 has read the first ones. */
const MAX_NAMED = 32
const MAX_LENGTH = 128

/**
 * The JSON pointers of what a path does not define in any of its modes, at every depth and in the order in which it came. `in`
 * is where the value came from, such as `/body`.
 */
export function undefinedFields(
  modes: Partial<Record<Mode, InMode>>,
  fields: Readonly<Record<string, unknown>>,
  from: string,
): string[] {
  const pointers: string[] = []
  const properties = { ...modes.merchant?.request.properties, ...modes.partner?.request.properties }
  collect(properties, fields, from, pointers)
  return pointers
}

function collect(
  properties: Readonly<Record<string, TSchema>>,
  value: Readonly<Record<string, unknown>>,
  pointer: string,
  pointers: string[],
): void {
  for (const name of Object.keys(value)) {
    if (pointers.length === MAX_NAMED) return
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (Object.hasOwn(properties, name)) descend(properties[name], value[name], at, pointers)
    else pointers.push(at.slice(0, MAX_LENGTH))
  }
}

function descend(schema: TSchema | undefined, value: unknown, pointer: string, pointers: string[]): void {
  const { properties, items } = schema as { properties?: Record<string, TSchema>; items?: TSchema }
  if (typeof value !== 'object' || value === null) return
  if (properties && !Array.isArray(value))
    collect(properties, value as Record<string, unknown>, pointer, pointers)
  if (!items || !Array.isArray(value)) return
  for (const [index, element] of value.entries()) {
    if (pointers.length === MAX_NAMED) return
    descend(items, element, `${pointer}/${index}`, pointers)
  }
}
