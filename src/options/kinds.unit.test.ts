import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amount, choice, duration, durations, host, type Kind, origin, orOff, port } from './kinds.ts'

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
  for (const [text, ms] of cases) assert.equal(duration().read(text), ms, text)
})

test('what is no duration is refused with what to write instead', () => {
  for (const text of ['', '10', 's', '-1s', '1.5s', '1 s', '1w', '1S', 'ms', '1234567890s', '1s1m']) {
    assert.throws(() => duration().read(text), /write a number with ms, s, m, h or d/, text)
  }
})

test('a duration is at most a hundred years, so that every due time can be written as a date', () => {
  assert.equal(duration().read('36500d'), 36_500 * 86_400_000)
  assert.throws(() => duration().read('36501d'), /longer than a hundred years/)
})

test('a list of durations has commas between them', () => {
  assert.deepEqual(durations().read('1s, 2s'), [1000, 2000])
  assert.throws(() => durations().read('1s,,2s'))
  assert.throws(() => durations().read(''))
})

test('an origin is a scheme and a host, and anything else is refused with what to write instead', () => {
  assert.equal(origin().read('https://pay.example.com'), 'https://pay.example.com')
  assert.equal(origin().read('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080')
  for (const text of ['', 'pay.example.com', 'ftp://a', 'https://a/path', 'https://a?b', 'https://u:p@a']) {
    assert.throws(() => origin().read(text), /write one such as/, text)
  }
})

test('a host is a name or an address, and anything else is refused with what to write instead', () => {
  for (const text of ['sandbox.example', '127.0.0.1', '::1']) assert.equal(host().read(text), text)
  for (const text of ['', 'http://a', 'a:80', 'a/b', 'u@a', 'a b'])
    assert.throws(() => host().read(text), /is no host: write a name or an address/, text)
})

test('a number is a whole one within its limits, and off where it can be without one', () => {
  const cases: [kind: Kind<number>, text: string, value: number][] = [
    [port(), '0', 0],
    [port(), '65535', 65_535],
    [amount(), '1', 1],
    [amount(), '9007199254740991', Number.MAX_SAFE_INTEGER],
    [orOff(amount()), '2', 2],
    [orOff(amount()), 'off', Infinity],
    [orOff(duration()), 'off', Infinity],
  ]
  for (const [kind, text, value] of cases) assert.equal(kind.read(text), value, text)
  for (const text of ['', '-1', '65536', '8.8', '1e3', '0x10', ' 1', 'off'])
    assert.throws(() => port().read(text), /It must be a whole number from 0 to 65535\./, text)
  assert.throws(() => amount().read('0'), /from 1 to/)
  assert.throws(() => orOff(amount()).read('none'), /from 1 to/)
})

test('a choice is one of its values, and anything else is refused with all of them', () => {
  const state = choice('state', ['on', 'off'])
  assert.equal(state.read('on'), 'on')
  for (const text of ['', 'ON', 'yes']) assert.throws(() => state.read(text), /Allowed choices are on, off\./)
})
