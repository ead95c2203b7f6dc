import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Authorization, formatAuthorization, parseAuthorization } from './authorization.ts'

/** Any UTF-16 unit, also half a surrogate pair. */
const character = fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))

const SAMPLE: Authorization = {
  algorithm: 'RSA',
  mchid: '1900009191',
  nonce_str: '593BEC0C930BF1AFEB40B4A08C8FB242',
  signature:
    'uOVRnA4qG/MNnYzdQxJanN+zU+lTgIcnU9BxGw5dKjK+VdEUz2FeIoC+D5sB/LN+nGzX3hfZg6r5wT1pl2ZobmIc6p0ldN7J6yDgUzbX8Uk3sD4a4eZVPTBvqNDoUqcYMlZ9uuDdCvNv4TM3c1WzsXUrExwVkI1XO5jCNbgDJ25nkT/c1gIFvqoogl7MdSFGc4W4xZsqCItnqbypR3RuGIlR9h9vlRsy7zJR9PBI83X8alLDIfR1ukt1P7tMnmogZ0cuDY8cZsd8ZlCgLadmvej58SLsIkVxFJ8XyUgx9FmutKSYTmYtWBZ0+tNvfGmbXU7cob8H/4nLBiCwIUFluw==',
  timestamp: '1554208460',
  serial_no: '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C',
}

type Field = Exclude<keyof Authorization, 'algorithm'>
const FIELDS = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const
const SCHEME = 'WECHATPAY2-SHA256-RSA2048'

function header(fields: readonly Field[], values: Authorization = SAMPLE, separator = ','): string {
  return `${SCHEME} ${fields.map(field => `${field}="${values[field]}"`).join(separator)}`
}

/** The sample of the official guide to 国密. */
const SHANGMI_SAMPLE: Authorization = {
  algorithm: 'SM2',
  mchid: '2480467911',
  nonce_str: 'fixednonce',
  signature:
    'MEYCIQC9Pab48+YSk12XBmbFOptRwDxbOy/deyz2haXso+UJhAIhAIXMAPRvH1qruowl21i8w/Ahy0/SpQvBrpcl9NGLomeV',
  timestamp: '1636620536',
  serial_no: '157056765AB5A9EEE5D363D0329039A254D5EF49',
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map(rest => [item, ...rest]))
}

test("the documents' sample is written in the documents' order and read back", () => {
  const text = formatAuthorization(SAMPLE)
  assert.equal(text, header(['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no']))
  assert.deepEqual(parseAuthorization(text), SAMPLE)
})

test('the scheme of 国密 is read and written as well, and is RSA unless said', () => {
  const { mchid, nonce_str, timestamp, serial_no, signature } = SHANGMI_SAMPLE
  const official = `WECHATPAY2-SM2-WITH-SM3 mchid="${mchid}",nonce_str="${nonce_str}",timestamp="${timestamp}",serial_no="${serial_no}",signature="${signature}"`
  assert.deepEqual(parseAuthorization(official), SHANGMI_SAMPLE)
  assert.deepEqual(parseAuthorization(formatAuthorization(SHANGMI_SAMPLE)), SHANGMI_SAMPLE)
  const { algorithm: _, ...fields } = SAMPLE
  assert.equal(formatAuthorization(fields), formatAuthorization(SAMPLE))
})

test('the five pairs are read in every order, with every client library among them', () => {
  const orders = permutations(FIELDS)
  assert.equal(orders.length, 120)
  for (const order of orders) assert.deepEqual(parseAuthorization(header(order)), SAMPLE, order.join())
  const clients: Record<string, Field[]> = {
    'go, java, node-v3': ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'],
    'php, axios-plugin': ['mchid', 'serial_no', 'timestamp', 'nonce_str', 'signature'],
    python: ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'],
  }
  for (const [client, order] of Object.entries(clients)) {
    assert.deepEqual(parseAuthorization(header(order)), SAMPLE, client)
  }
})

test('spaces around the pairs do no harm', () => {
  assert.deepEqual(parseAuthorization(header(FIELDS, SAMPLE, ', ')), SAMPLE)
  assert.deepEqual(parseAuthorization(`${header(FIELDS, SAMPLE, ' , ')} `), SAMPLE)
})

test('a pair that is missing, empty or given twice makes the header malformed', () => {
  for (const field of FIELDS) {
    const others = FIELDS.filter(name => name !== field)
    assert.equal(parseAuthorization(header(others)), 'malformed', `without ${field}`)
    assert.equal(
      parseAuthorization(header(FIELDS, { ...SAMPLE, [field]: '' })),
      'malformed',
      `empty ${field}`,
    )
    assert.equal(parseAuthorization(header([...FIELDS, field])), 'malformed', `two of ${field}`)
  }
})

test('a pair that nobody knows is ignored', () => {
  assert.deepEqual(parseAuthorization(`${header(FIELDS)},version="2"`), SAMPLE)
})

test('another scheme is distinguished from a malformed header', () => {
  const pairs = header(FIELDS).slice(SCHEME.length)
  for (const scheme of [
    'Bearer',
    'Basic',
    'wechatpay2-sm2-with-sm3',
    'WECHATPAY2-SM2',
    'WECHATPAY-BRAND-SHA256-RSA2048',
    'wechatpay2-sha256-rsa2048',
    'WECHATPAY2-SHA256-RSA2048x',
  ]) {
    assert.equal(parseAuthorization(`${scheme}${pairs}`), 'foreign_scheme', scheme)
  }
  assert.equal(parseAuthorization('Bearer token'), 'foreign_scheme')
})

test('a header that is absent, bare, unquoted or cut off is malformed', () => {
  const whole = header(FIELDS)
  for (const text of [
    undefined,
    '',
    ' ',
    SCHEME,
    `${SCHEME} `,
    `${SCHEME} ,`,
    ` ${whole}`,
    whole.replaceAll('"', ''),
    whole.replaceAll('"', "'"),
    whole.replace('mchid="', 'mchid=""'),
    whole.replace('mchid', 'MCHID'),
    whole.replaceAll(',', ';'),
    whole.replaceAll(',', ' '),
    `${whole},`,
    whole.slice(0, -1),
    whole.slice(0, 60),
  ]) {
    assert.equal(parseAuthorization(text), 'malformed', text)
  }
})

test('a timestamp is decimal digits and nothing else', () => {
  for (const timestamp of ['-1', '+1', '1.5', '1e9', ' 1', '0x10', '１', 'now']) {
    assert.equal(parseAuthorization(header(FIELDS, { ...SAMPLE, timestamp })), 'malformed', timestamp)
  }
  // In milliseconds it is a number, of another age.
  const timestamp = '1554208460123'
  assert.deepEqual(parseAuthorization(header(FIELDS, { ...SAMPLE, timestamp })), { ...SAMPLE, timestamp })
})

test('the serial number comes out in upper case, whatever its case was', () => {
  const fields = parseAuthorization(header(FIELDS, { ...SAMPLE, serial_no: SAMPLE.serial_no.toLowerCase() }))
  assert.deepEqual(fields, SAMPLE)
})

test('odd nonces of real clients are read: short ones, and ones with dots, commas and equals signs', () => {
  for (const nonce_str of ['x', 'cg55d1ns.c25', '0.k9x3', 'a,b', 'a, b=c', 'a=b', ',', 'a b']) {
    assert.deepEqual(parseAuthorization(header(FIELDS, { ...SAMPLE, nonce_str })), { ...SAMPLE, nonce_str })
  }
})

test('a header longer than 4,096 characters is malformed', () => {
  const padded = (length: number) => {
    const fill = 'n'.repeat(length - header(FIELDS, { ...SAMPLE, nonce_str: '' }).length)
    return parseAuthorization(header(FIELDS, { ...SAMPLE, nonce_str: fill }))
  }
  assert.notEqual(padded(4096), 'malformed')
  assert.equal(padded(4097), 'malformed')
})

test('what is written is read back, for all values without quotes', () => {
  const value = fc.stringMatching(/^[0-9A-Za-z+/._*-]{1,40}$/)
  const fields = fc.record<Authorization>(
    {
      algorithm: fc.constantFrom('RSA', 'SM2'),
      mchid: value,
      nonce_str: value,
      signature: value,
      timestamp: fc.nat().map(String),
      serial_no: value.map(text => text.toUpperCase()),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fields, written => {
      assert.deepEqual(parseAuthorization(formatAuthorization(written)), written)
    }),
  )
})

test('no text at all makes it throw', () => {
  const part = fc.oneof(
    fc.string({ unit: character }),
    fc.constantFrom('mchid="', '"', ',', '=', '\\', SCHEME),
  )
  fc.assert(
    fc.property(fc.array(part), parts => {
      const read = parseAuthorization(`${SCHEME} ${parts.join('')}`)
      assert.ok(read === 'malformed' || typeof read === 'object')
      assert.notEqual(typeof parseAuthorization(parts.join('')), 'undefined')
    }),
  )
})
