import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import { optionGroupsOf, secretsKeysOf } from '../node/options.ts'
import { listOptions } from '../options/options.ts'
import { addOptions, readSecrets } from './add-options.ts'

const OPTIONS = listOptions(optionGroupsOf([]))

function secretsKeys(environment: Record<string, string | undefined>) {
  const { secretsKey, oldSecretsKey } = readSecrets(OPTIONS, environment)
  return secretsKeysOf({ secretsKey, oldSecretsKey } as Parameters<typeof secretsKeysOf>[0])
}

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => 251 - index))
const HEX = KEY.toString('hex')
const BASE64 = KEY.toString('base64')

test('a key is read in Base64 and in hexadecimal, by itself or with the one that it takes the place of', () => {
  assert.equal(secretsKeys({}), undefined)
  for (const text of [HEX, HEX.toUpperCase(), BASE64]) {
    assert.deepEqual(secretsKeys({ BOOMGATE_SECRETS_KEY: text }), { present: KEY, old: undefined })
  }
  const old = Buffer.alloc(32)
  const both = { BOOMGATE_SECRETS_KEY: BASE64, BOOMGATE_OLD_SECRETS_KEY: old.toString('hex') }
  assert.deepEqual(secretsKeys(both), { present: KEY, old })
})

test('anything else is refused with the name of its variable and what to write, and is not repeated', () => {
  const wrong = [
    '',
    HEX.slice(2),
    `${HEX}00`,
    `${HEX.slice(0, -1)}g`,
    BASE64.slice(0, -1),
    BASE64.slice(0, -4),
    `${BASE64}AAAA`,
    ` ${BASE64}`,
    KEY.toString('base64url'),
    KEY.toString('latin1'),
  ]
  for (const text of wrong) {
    for (const given of [
      { BOOMGATE_SECRETS_KEY: text },
      { BOOMGATE_SECRETS_KEY: HEX, BOOMGATE_OLD_SECRETS_KEY: text },
    ]) {
      const [name = ''] = Object.keys(given).slice(-1)
      assert.throws(
        () => secretsKeys(given),
        ({ message }: Error) =>
          message.startsWith(`${name} is invalid. It must be 32 random bytes`) &&
          (text === '' || !message.includes(text)),
        text,
      )
    }
  }
})

test('an old key without a new one is refused, so that nothing loses its seal by mistake', () => {
  assert.throws(() => secretsKeys({ BOOMGATE_OLD_SECRETS_KEY: HEX }), /in BOOMGATE_SECRETS_KEY/)
})

test('a switch is on by its option and by its variable, unless that says no', t => {
  const isOn = (variable: string | undefined, ...words: string[]) => {
    delete process.env.BOOMGATE_WRITE_MISSING_KEYS
    if (variable !== undefined) process.env.BOOMGATE_WRITE_MISSING_KEYS = variable
    const command = addOptions(new Command('serve'), OPTIONS)
    return command.parse(words, { from: 'user' }).opts().writeMissingKeys === true
  }
  t.after(() => isOn(undefined))
  assert.equal(isOn(undefined), false)
  for (const on of ['1', 'true', 'yes', '']) assert.equal(isOn(on), true, on)
  for (const off of ['0', 'false', 'FALSE', 'no', 'off']) {
    assert.equal(isOn(off), false, off)
    assert.equal(isOn(off, '--write-missing-keys'), true, off)
  }
})
