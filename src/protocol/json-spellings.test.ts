import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonSpellings, spellingDifferences } from './json-spellings.ts'

const TEXT = '{"b":"停车/<p>","a":{"d":[],"c":[1,{"e":null}]},"f":{}}'
const VALUE = JSON.parse(TEXT)

test('the spellings are those of the libraries in use', () => {
  const spellings = [...jsonSpellings(TEXT)]
  for (const [library, spelling] of Object.entries({
    javascript: JSON.stringify(VALUE, null, 2),
    'javascript, tabs': JSON.stringify(VALUE, null, '\t'),
    python: '{"b": "\\u505c\\u8f66/<p>", "a": {"d": [], "c": [1, {"e": null}]}, "f": {}}',
    'python, utf-8': '{"b": "停车/<p>", "a": {"d": [], "c": [1, {"e": null}]}, "f": {}}',
    php: '{"b":"\\u505c\\u8f66\\/<p>","a":{"d":[],"c":[1,{"e":null}]},"f":{}}',
    'php, unescaped unicode': '{"b":"停车\\/<p>","a":{"d":[],"c":[1,{"e":null}]},"f":{}}',
    go: '{"b":"停车/\\u003cp\\u003e","a":{"d":[],"c":[1,{"e":null}]},"f":{}}',
    gson: '{"b":"停车/\\u003cp\\u003e","a":{"d":[],"c":[1,{"e":null}]},"f":{}}',
    'system.text.json': '{"b":"\\u505C\\u8F66/\\u003Cp\\u003E","a":{"d":[],"c":[1,{"e":null}]},"f":{}}',
    sorted: '{"a":{"c":[1,{"e":null}],"d":[]},"b":"停车/<p>","f":{}}',
  }))
    assert.ok(spellings.includes(spelling), `${library}: ${spelling}`)
  assert.ok(!spellings.includes(TEXT))
  assert.equal(new Set(spellings).size, spellings.length)
})

test('every spelling says the same', () => {
  fc.assert(
    fc.property(fc.oneof(fc.object(), fc.array(fc.object())), value => {
      const text = JSON.stringify(value)
      for (const spelling of jsonSpellings(text)) assert.deepEqual(JSON.parse(spelling), JSON.parse(text))
    }),
    { numRuns: 50 },
  )
})

test('what is no JSON, no object or too large has no other spellings', () => {
  for (const text of [
    '',
    'x',
    '1',
    'null',
    '"a"',
    '{',
    `[${'['.repeat(100)}${']'.repeat(100)}]`,
    `["${'a'.repeat(17_000)}"]`,
  ])
    assert.deepEqual([...jsonSpellings(text)], [], text.slice(0, 40))
})

test('differences are named one by one', () => {
  const pairs: [string, string, string[]][] = [
    ['{"a":1}', '{"a": 1}', ['spacing']],
    ['{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}', ['key_order']],
    ['{"a":"停"}', '{"a":"\\u505c"}', ['unicode_escapes']],
    ['{"a":"/"}', '{"a":"\\/"}', ['slash_escapes']],
    ['{"a":1.0}', '{"a":1}', ['values']],
    ['{"a":"/","b":1}', '{\n  "b": 1,\n  "a": "\\/"\n}', ['spacing', 'key_order', 'slash_escapes']],
    ['{"a":": {","b":1}', '{"a":": {","b": 1}', ['spacing']],
  ]
  for (const [one, other, differences] of pairs)
    assert.deepEqual(spellingDifferences(one, other), differences)
})
