import assert from 'node:assert/strict'
import { test } from 'node:test'
import { general } from '../../protocol/general-errors.ts'
import { SignatureRefused } from './errors.ts'
import { errorOf } from './refusal.ts'

const whatToDo = (text: string) => {
  const error = errorOf({
    op: 'parking.createTransaction',
    status: 401,
    code: 'SIGN_ERROR',
    text,
    verified: false,
  })
  assert.ok(error instanceof SignatureRefused)
  return error.whatToDo
}

const UNKNOWN = whatToDo('whatever')

const SCENARIOS: [name: keyof typeof general, advice: RegExp][] = [
  ['AUTHORIZATION_SCHEME', /suite: shangmi, 国密 is not enabled/],
  ['TIMESTAMP_SKEW', /^Set this machine’s clock/],
  ['SERIAL_UNKNOWN', /none of this merchant’s certificates/],
  ['CERTIFICATE_EXPIRED', /new merchant API certificate.*has expired/],
  ['CERTIFICATE_REVOKED', /new merchant API certificate.*was revoked/],
  ['CERTIFICATE_REPLACED', /taken the place/],
  ['CERTIFICATE_NEVER_ISSUED', /no API certificate yet/],
]

for (const [name, advice] of SCENARIOS) {
  test(`a signature refused for ${name} has an advice of its own, in every language`, () => {
    const { zh, hant, en } = general[name]
    for (const text of [zh, hant, en]) assert.match(whatToDo(text), advice)
    assert.match(whatToDo(zh.replace(/。$/, '')), advice)
  })
}

test('a signature refused with any other text has the general advice', () => {
  for (const text of [
    '',
    general.SIGNATURE_MISMATCH.zh,
    general.MERCHANT_UNKNOWN.zh,
    general.MERCHANT_UNKNOWN.en,
  ])
    assert.equal(whatToDo(text), UNKNOWN)
  assert.match(UNKNOWN, /boomgate explain/)
})
