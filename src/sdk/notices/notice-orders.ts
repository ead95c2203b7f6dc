/**
 * In which orders the platform writes the keys of a notice. The first is that of notices as they come; the documents also
 * print the others. What is below `resource` stands in any order in them.
 */
const ORDERS = [
  ['id', 'create_time', 'resource_type', 'event_type', 'summary', 'resource'],
  ['id', 'create_time', 'resource_type', 'event_type', 'resource', 'summary'],
  ['id', 'create_time', 'event_type', 'resource_type', 'summary', 'resource'],
  ['id', 'create_time', 'event_type', 'resource_type', 'resource', 'summary'],
]
const RESOURCE_KEYS = ['original_type', 'algorithm', 'ciphertext', 'associated_data', 'nonce']

/** A notice with its keys as the platform orders them, on one line; nothing for what is no notice. */
export function* noticeOrders(text: string): Generator<string> {
  const notice = objectOf(() => JSON.parse(text))
  const resource = objectOf(() => notice?.resource)
  if (!notice || !resource || Object.keys(resource).some(key => !RESOURCE_KEYS.includes(key))) return
  const inner = [...permutations(RESOURCE_KEYS.filter(key => key in resource))]
  for (const outer of ORDERS) {
    if (Object.keys(notice).some(key => !outer.includes(key))) return
    for (const keys of inner) {
      const ordered = pick({ ...notice, resource: pick(resource, keys) }, outer)
      yield JSON.stringify(ordered)
    }
  }
}

type Fields = Record<string, unknown>

function pick(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.filter(key => key in from).map(key => [key, from[key]]))
}

function* permutations(keys: readonly string[]): Generator<string[]> {
  if (keys.length === 0) yield []
  for (const [index, key] of keys.entries())
    for (const rest of permutations(keys.toSpliced(index, 1))) yield [key, ...rest]
}

function objectOf(read: () => unknown): Fields | undefined {
  try {
    const value = read()
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined
  } catch {
    return undefined
  }
}
