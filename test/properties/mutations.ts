import fc from 'fast-check'

/** Any UTF-16 unit, also half a surrogate pair. */
const character = fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))

/** A member of a JSON object: its value is JSON text, so that also text that is no JSON can stand there. */
export type Member = [name: string, value: string | Member[]]

/** A request in parts that can be corrupted one by one before it is signed. */
export interface Parts {
  method: string
  path: string
  query: [name: string, value: string][]
  /** `undefined` for a GET. */
  body: Member[] | undefined
  headers: Record<string, string>
  /** Changes bytes of the body: first those that are signed, then those that are sent. */
  flipBefore: Flip | undefined
  flipAfter: Flip | undefined
}

export interface Flip {
  at: number
  mask: number
}

/** One way to corrupt a request. */
export type Mutation =
  | { kind: 'replace' | 'duplicate'; at: number; value: string }
  | { kind: 'remove'; at: number }
  | { kind: 'add'; name: string; value: string }
  | { kind: 'path'; at: number; text: string }
  | { kind: 'method'; method: string }
  | { kind: 'header'; name: string; value: string }
  | { kind: 'flipBefore'; at: number; mask: number }
  | { kind: 'flipAfter'; at: number; mask: number }

/** JSON texts that have broken servers. */
const NASTY_JSON = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e2',
    '1e400',
    '-1e400',
    '1e-400',
    'NaN',
    '01',
    "'x'",
  ],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '123456789012345678901234567890'],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\u0001\\u007f"',
    '"\u2028"',
    '"\\ud83d"',
    '"\\ude00\\ud83d"',
  ],
  ...['"😀"', '"粤B10001"', '"粤b10001"', '"粤B😀001"', '"e\\u0301"', '"\\u202eB10001"', '"ﷺ"'],
  ...['[]', '[[[]]]', '{}', '[null]', '["粤B10001"]', '{"total":{}}', '{"a":1,"a":2}'],
  ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"admin":true}}}', '{"$ne":null}'],
  ...['"__proto__"', '"constructor"', '"toString"', '"undefined"', '"null"'],
  `"'; DROP TABLE parkings; --"`,
  `"' OR '1'='1"`,
  '"\\r\\nX-Injected: 1"',
  '"../../../etc/passwd"',
  '"%00%0d%0a"',
  '"{{7*7}}"',
  '"<script>alert(1)</script>"',
  ...[
    '"9999-12-31T23:59:59-23:59"',
    '"0000-01-01T00:00:00Z"',
    '"2024-02-30T00:00:00Z"',
    '"1970-01-01T00:00:00+08:00"',
  ],
  ...['"https://[::1"', '"javascript:alert(1)"', '"http://127.0.0.1:1/"', '"http://169.254.169.254/"'],
  ...['"BLUE"', '"RED"', '"PAUSE"', '"1900000109"', '"1900000112"', '"wxcbda96de0b165486"'],
  `"${'a'.repeat(33)}"`,
  `"${'粤'.repeat(100)}"`,
  `"${'a'.repeat(10_000)}"`,
  `${'['.repeat(40)}${']'.repeat(40)}`,
  `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
]

const jsonText = fc.oneof(
  { arbitrary: fc.constantFrom(...NASTY_JSON), weight: 4 },
  fc.json(),
  fc.string({ unit: character }).map(text => JSON.stringify(text)),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.string(),
)

const fieldName = fc.constantFrom(
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'a b', '车牌', '😀', '\0'],
  ...['sub_mchid', 'sub_appid', 'out_trade_no', 'appid', 'amount', 'parking_info', 'notify_url', 'mchid'],
)

/** What stands between two slashes of a path or behind the equals sign of a query, as it goes over the wire. */
const RAW_PARTS = [
  ...[
    '',
    '%',
    '%z',
    '%zz',
    '%00',
    '%0d%0a',
    '%ED%A0%80',
    '%E7%B2',
    '%F0%9F%98%80',
    '%2F',
    '%252F',
    '%2e%2e',
    '..',
  ],
  ...[
    '+',
    '%2B',
    '=',
    '&',
    '&&',
    ';',
    '?',
    '#',
    '*',
    '-_*',
    '%27%20OR%201=1',
    'x'.repeat(33),
    '%E7%B2%A4'.repeat(50),
  ],
]

const at = fc.nat({ max: 40 })
const mask = fc.integer({ min: 1, max: 255 })

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('replace'), at, value: jsonText }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('duplicate'), at, value: jsonText }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add'), name: fieldName, value: jsonText }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('path'), at, text: fc.constantFrom(...RAW_PARTS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('method'),
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('header'),
      name: fc.constantFrom(
        'Accept',
        'User-Agent',
        'Wechatpay-Serial',
        'Accept-Language',
        'Content-Type',
        'Authorization',
      ),
      value: fc.oneof(
        fc.stringMatching(/^[\x21-\x7e]{0,60}$/),
        fc.constantFrom('', ' ', 'en', 'zh-TW', 'x'.repeat(5_000), 'WECHATPAY2-SHA256-RSA2048 mchid=""'),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flipBefore'), at: fc.nat({ max: 2_000 }), mask }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flipAfter'), at: fc.nat({ max: 2_000 }), mask }) },
)

/** Corrupts the parts of a request in place. */
export function corrupt(parts: Parts, change: Mutation): void {
  if (change.kind === 'method') parts.method = change.method
  else if (change.kind === 'header') parts.headers[change.name] = change.value
  else if (change.kind === 'flipBefore') parts.flipBefore = change
  else if (change.kind === 'flipAfter') parts.flipAfter = change
  else if (change.kind === 'path') parts.path = changedPath(parts.path, change)
  else if (parts.body) corruptBody(parts.body, change)
  else corruptQuery(parts.query, change)
}

type FieldMutation = Extract<Mutation, { kind: 'replace' | 'duplicate' | 'remove' | 'add' }>

function changedPath(path: string, change: { at: number; text: string }): string {
  const segments = path.split('/')
  // The last segment is the one that is a field, where any is.
  const index = change.at % 2 === 0 ? segments.length - 1 : 1 + (change.at % segments.length)
  return segments.toSpliced(index, change.at % 3 === 0 ? 0 : 1, change.text).join('/')
}

function corruptBody(body: Member[], change: FieldMutation): void {
  const places = placesOf(body)
  const place = 'at' in change ? places[change.at % places.length] : undefined
  if (change.kind === 'add') body.push([change.name, change.value])
  else if (!place) return
  else if (change.kind === 'remove') place.among.splice(place.index, 1)
  else {
    const [name = ''] = place.among[place.index] ?? []
    place.among.splice(place.index, change.kind === 'replace' ? 1 : 0, [name, change.value])
  }
}

function placesOf(members: Member[]): { among: Member[]; index: number }[] {
  return members.flatMap(([, value], index) => [
    { among: members, index },
    ...(typeof value === 'string' ? [] : placesOf(value)),
  ])
}

function corruptQuery(query: Parts['query'], change: FieldMutation): void {
  if (change.kind === 'add') {
    query.push([encoded(change.name), encoded(change.value)])
    return
  }
  if (query.length === 0) return
  const index = change.at % query.length
  const [name = ''] = query[index] ?? []
  if (change.kind === 'remove') query.splice(index, 1)
  else query.splice(index, change.kind === 'replace' ? 1 : 0, [name, rawOrEncoded(change)])
}

/** Half of the values go over the wire in a form that no encoder would write. */
function rawOrEncoded({ at: index, value }: { at: number; value: string }): string {
  if (index % 2 === 0) return encoded(value)
  return RAW_PARTS[(index + value.length) % RAW_PARTS.length] ?? ''
}

/** A JSON text as the value that it stands for, percent-encoded; half surrogate pairs cannot be. */
function encoded(value: string): string {
  let text = value
  try {
    const parsed: unknown = JSON.parse(value)
    if (typeof parsed === 'string') text = parsed
  } catch {
    text = value
  }
  return encodeURIComponent(text.toWellFormed())
}

/** The text of a JSON object. */
export function jsonOf(members: Member[]): string {
  const written = members.map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : jsonOf(value)}`,
  )
  return `{${written.join(',')}}`
}

/** The members of an object, in JSON text. */
export function membersOf(fields: object): Member[] {
  return Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? membersOf(value)
      : JSON.stringify(value),
  ])
}

/** Bytes with one of them changed. */
export function flipped(bytes: Buffer, flip: Flip | undefined): Buffer {
  if (!flip || bytes.length === 0) return bytes
  const changed = Buffer.from(bytes)
  const index = flip.at % changed.length
  changed[index] = (changed[index] ?? 0) ^ flip.mask
  return changed
}
