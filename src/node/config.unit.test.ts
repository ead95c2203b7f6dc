import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_RULES, parseDuration, parseLadder, parseOrigin } from './config.ts'
import { pooledRandom } from './random.ts'

test('a duration is a number with its unit', () => {
  const cases: [text: string, ms: number][] = [
    ['0s', 0],
    ['500ms', 500],
    ['15s', 15_000],
    ['10m', 600_000],
    ['6h', 21_600_000],
    ['30d', 2_592_000_000],
    [' 1s ', 1000],
  ]
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text)
})

test('what is no duration is refused with what to write instead', () => {
  for (const text of ['', '10', 's', '-1s', '1.5s', '1 s', '1w', '1S', 'ms', '1234567890s', '1s1m']) {
    assert.throws(() => parseDuration(text), /write a number with ms, s, m, h or d/, text)
  }
})

test('a duration is at most a hundred years, so that every due time can be written as a date', () => {
  assert.equal(parseDuration('36500d'), 36_500 * 86_400_000)
  assert.throws(() => parseDuration('36501d'), /longer than a hundred years/)
})

test('a ladder is durations between commas', () => {
  assert.deepEqual(parseLadder('0s,1m,10m,1h,6h,24h'), DEFAULT_RULES.deductionLadder)
  assert.deepEqual(parseLadder('1s, 2s'), [1000, 2000])
  assert.throws(() => parseLadder('1s,,2s'))
  assert.throws(() => parseLadder(''))
})

test('an origin is a scheme and a host, and anything else is refused with what to write instead', () => {
  assert.equal(parseOrigin('https://pay.example.com'), 'https://pay.example.com')
  assert.equal(parseOrigin('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080')
  for (const text of ['', 'pay.example.com', 'ftp://a', 'https://a/path', 'https://a?b', 'https://u:p@a']) {
    assert.throws(() => parseOrigin(text), /write one such as/, text)
  }
})

test('random bytes come in the size that was asked for, and none is given out twice', () => {
  const random = pooledRandom()
  const seen = new Set<string>()
  for (let round = 0; round < 2_000; round++) {
    const bytes = random(20)
    assert.equal(bytes.length, 20)
    seen.add(Buffer.from(bytes).toString('hex'))
  }
  assert.equal(seen.size, 2_000)
  for (const size of [0, 1, 8_191, 8_192, 8_193, 100_000]) assert.equal(random(size).length, size)
})
