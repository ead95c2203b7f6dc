import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isCleanText, type JsonValue, parseJson, readJson } from './json.ts'

/** Any UTF-16 unit, also half a surrogate pair. */
const character = fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))

const read = (text: string) => parseJson(Buffer.from(text))

test('ordinary bodies are read as JSON.parse reads them, with any white space', () => {
  for (const text of [
    '{"appid":"wx1","amount":{"total":100,"currency":"CNY"},"list":[1,-2.5,true,null,"中文"]}',
    ' \t\r\n{ "a" : 1 }\n',
    '{}',
    '[]',
    '"text"',
    '0',
    'null',
    '{"":{"":""}}',
    '{"é":1,"e\u0301":2}',
  ]) {
    assert.deepEqual(read(text), JSON.parse(text), text)
  }
})

test('what is no JSON is refused', () => {
  for (const text of [
    '',
    ' ',
    '{',
    '{"a":1}}',
    '{"a":1} {"a":1}',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '[1,]',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":undefined}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '{"a":1}//',
    'appid=wx1',
  ]) {
    assert.equal(read(text), undefined, text)
  }
})

test('a key that comes twice is refused, at any depth and however it is escaped', () => {
  for (const text of [
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"x":{"y":[{"a":1,"a":2}]}}',
    '[{"a":1},{"a":1,"a":1}]',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"\\u0061":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"":1,"":2}',
    '{"a":{"a":1},"a":{"a":2}}',
    '{"1":1,"1":2}',
    '{"toString":1,"toString":2}',
  ]) {
    assert.equal(read(text), undefined, text)
  }
  assert.deepEqual(read('{"a":{"a":{"a":[{"a":1},{"a":1}]}}}'), { a: { a: { a: [{ a: 1 }, { a: 1 }] } } })
})

test('__proto__ is refused as a key, and allowed as a text', () => {
  for (const text of [
    '{"__proto__":{"admin":true}}',
    '{"a":{"__proto__":null}}',
    '{"\\u005f_proto__":1}',
    '[{"__proto__":[]}]',
  ]) {
    assert.equal(read(text), undefined, text)
  }
  assert.deepEqual(read('{"a":"__proto__"}'), { a: '__proto__' })
  const plain = read('{"constructor":1,"hasOwnProperty":2,"toString":3}')
  assert.deepEqual(Object.keys(plain as object), ['constructor', 'hasOwnProperty', 'toString'])
})

test('a number beyond 2^53 is refused, the largest safe one is not', () => {
  for (const text of [
    '9007199254740992',
    '-9007199254740992',
    '9007199254740993',
    '1e16',
    '1e400',
    '-1e400',
    '{"amount":{"total":123456789012345678901234567890}}',
  ]) {
    assert.equal(read(text), undefined, text)
  }
  assert.equal(read('9007199254740991'), Number.MAX_SAFE_INTEGER)
  assert.equal(read('-9007199254740991'), Number.MIN_SAFE_INTEGER)
  assert.equal(read('1E2'), 100)
})

test('a character beyond the basic plane is refused, raw and escaped, in keys and values', () => {
  for (const text of [
    '{"a":"😀"}',
    '{"a":"\\ud83d\\ude00"}',
    '{"a":"\\uD83D"}',
    '{"a":"\\ude00"}',
    '{"😀":1}',
    '{"a":["𠮷"]}',
    '"\\udfff\\ud800"',
  ]) {
    assert.equal(read(text), undefined, text)
  }
  assert.equal(read('"\uffff\ue000☃"'), '\uffff\ue000☃')
})

test('NUL is refused, raw and escaped, and other control characters are texts when escaped', () => {
  for (const text of ['{"a":"\\u0000"}', '{"a\\u0000":1}', '{"a":"\0"}', '\0{}', '{}\0']) {
    assert.equal(read(text), undefined, JSON.stringify(text))
  }
  assert.equal(read('"\\u0001\\r\\n\\u007f"'), '\u0001\r\n\u007f')
})

test('bytes that are no UTF-8 are refused, and so is a byte order mark', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xe4, 0xb8, 0x22],
    [0x22, 0xc0, 0xaf, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xf8, 0x88, 0x80, 0x80, 0x80, 0x22],
    [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
    [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00],
    [0x22, 0xb3, 0xb5, 0x22],
  ]) {
    assert.equal(parseJson(Buffer.from(bytes)), undefined, Buffer.from(bytes).toString('hex'))
  }
})

test('objects and arrays are read thirty-two deep and no deeper', () => {
  const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  assert.deepEqual(read(arrays(32)), JSON.parse(arrays(32)))
  assert.deepEqual(read(objects(32)), JSON.parse(objects(32)))
  assert.equal(read(arrays(33)), undefined)
  assert.equal(read(objects(33)), undefined)
  assert.equal(read(arrays(500_000)), undefined)
})

test('colons, quotes and backslashes inside of texts are never counted', () => {
  for (const value of [
    { a: ':' },
    { ':': ':' },
    { '":"': '\\":\\"' },
    { a: '\\', b: '\\\\', c: '"' },
    { a: '\\"', ':"': '{"a":1,"a":1}' },
    { a: '\u2028:\u2029', '\\u0061': 'a' },
    [':', '"', '\\', '\\":'],
  ]) {
    assert.deepEqual(read(JSON.stringify(value)), value)
  }
})

test('a megabyte of text, of escapes or of members is read', () => {
  const long = { text: 'a:"'.repeat(300_000) }
  assert.deepEqual(read(JSON.stringify(long)), long)
  const members = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`key${index}`, index]))
  assert.deepEqual(read(JSON.stringify(members)), members)
  assert.equal(read(`${JSON.stringify(members).slice(0, -1)},"key1":1}`), undefined)
})

const text = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('"', '\\', ':', '{', '}', ',', 'a', 'u0061', ' ', '\n') }),
    fc.string({ unit: character }),
    fc.string({ unit: 'grapheme' }),
  )
  .filter(isCleanText)
const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 6 },
    text,
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      text.filter(name => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}))

test('every value of allowed things is read as JSON.parse reads it, compact and indented', () => {
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1, '\t'), (written, indent) => {
      const source = JSON.stringify(written, null, indent)
      assert.deepEqual(read(source), JSON.parse(source))
    }),
    { numRuns: 500 },
  )
})

test('an object is refused as soon as any of its keys is written a second time', () => {
  const object = fc.dictionary(
    text.filter(name => name !== '__proto__'),
    value,
    { minKeys: 1, maxKeys: 4 },
  )
  fc.assert(
    fc.property(object, value, fc.nat(), (members, again, index) => {
      const names = Object.keys(members)
      const name = JSON.stringify(names[index % names.length])
      const source = JSON.stringify(members)
      assert.equal(read(`{${name}:${JSON.stringify(again)},${source.slice(1)}`), undefined)
    }),
  )
})

test('no bytes make it throw, and what it reads JSON.parse reads alike', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(source => Buffer.from(source)),
      ),
      bytes => {
        const result = parseJson(bytes)
        if (result !== undefined) assert.deepEqual(result, JSON.parse(Buffer.from(bytes).toString()))
      },
    ),
  )
})

test('clean text has neither NUL nor half or whole surrogate pairs', () => {
  assert.deepEqual(['', '中文', '\u0001', '\uffff', '\0', 'a\0', '😀', '\ud800', '\udfff'].map(isCleanText), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ])
})

const readText = (text: string) => readJson(Buffer.from(text))

test('a request body keeps the last of two equal keys, and a member that is null is as good as absent', () => {
  assert.deepEqual(readText('{"a":1,"a":2}'), { value: { a: 2 } })
  assert.deepEqual(readText('{"a":{"b":1,"\\u0062":null}}'), { value: { a: {} } })
  assert.deepEqual(readText('{"a":null,"b":[null,{"c":null}]}'), { value: { b: [null, {}] } })
})

test('a whole number with a point or an exponent is no integer, and a fraction and a text stay what they are', () => {
  assert.deepEqual(readText('{"a":1.0,"b":1e2,"c":[1E0]}'), { value: { a: 1n, b: 100n, c: [1n] } })
  assert.deepEqual(readText('{"a":0.01,"b":-7,"c":"1.0","d":{"1e2":1}}'), {
    value: { a: 0.01, b: -7, c: '1.0', d: { '1e2': 1 } },
  })
  assert.deepEqual(readText('[1.0,1e400]'), { value: [1n, Number.POSITIVE_INFINITY] })
})

test('what a request body cannot be is distinguished, with the character that does not fit', () => {
  const cases: [body: string | number[], fault: string, found?: string][] = [
    ['', 'not_json'],
    ['{"a":1', 'not_json'],
    ['appid=wx1', 'not_json'],
    ['\ufeff{}', 'byte_order_mark'],
    [[0xef, 0xbb, 0xbf, 0x7b, 0x7d], 'byte_order_mark'],
    [[0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00], 'not_utf8'],
    [[0x22, 0xff, 0x22], 'not_utf8'],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], 'not_utf8'],
    ['{"a":"车🚗"}', 'not_utf8', 'U+1F697'],
    ['{"a":["\\ud83d\\ude97"]}', 'not_utf8', 'U+1F697'],
    ['{"a":"\\ud83d"}', 'not_utf8', 'U+D83D'],
    ['{"🚗":1}', 'not_utf8', 'U+1F697'],
    ['{"a":"\\u0000"}', 'nul'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'too_deep'],
    [`${'['.repeat(500_000)}${']'.repeat(500_000)}`, 'too_deep'],
  ]
  for (const [body, fault, found] of cases) {
    const bytes = Buffer.from(body as string)
    assert.deepEqual(readJson(bytes), { fault, ...(found && { found }) }, String(body).slice(0, 40))
  }
})

test('what both readers can read they read alike, and no bytes make either throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(source => Buffer.from(source)),
      ),
      bytes => {
        const strict = parseJson(bytes)
        const result = readJson(bytes)
        const written = (value: unknown) =>
          JSON.stringify(value, (_name, member) => (typeof member === 'bigint' ? Number(member) : member))
        if (strict === undefined || JSON.stringify(strict).includes('null')) return
        assert.ok('value' in result)
        assert.equal(written(result.value), JSON.stringify(strict))
      },
    ),
  )
})
