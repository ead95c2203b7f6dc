import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { secretsUnder, UNSEALED } from './secrets.ts'

const KEY = new Uint8Array(32).fill(1)
const OTHER = new Uint8Array(32).fill(2)
const SECRET = '-----BEGIN PRIVATE KEY-----\n停车\n'
const secrets = secretsUnder({ present: KEY }, randomBytes)
const others = secretsUnder({ present: OTHER }, randomBytes)

test('a sealed secret opens to what it was, shows nothing of it, and is another text each time', () => {
  const sealed = secrets.seal(SECRET, 'a')
  assert.equal(secrets.open(sealed, 'a'), SECRET)
  assert.match(sealed, /^sealed:1:[0-9a-f]{8}:[\w+/]+=*$/)
  assert.ok(!Buffer.from(sealed.split(':')[3] ?? '', 'base64').includes('PRIVATE KEY'))
  assert.notEqual(secrets.seal(SECRET, 'a'), sealed)
})

test('no secret stays none, with a key and without', () => {
  for (const each of [secrets, UNSEALED]) {
    assert.deepEqual([each.seal('', 'a'), each.open('', 'a'), each.renew('', 'a')], ['', '', ''])
  }
})

test('what is not sealed is opened with a key too, and renewed into what is sealed', () => {
  assert.equal(secrets.open(SECRET, 'a'), SECRET)
  const renewed = secrets.renew(SECRET, 'a')
  assert.notEqual(renewed, SECRET)
  assert.equal(secrets.open(renewed, 'a'), SECRET)
  assert.equal(secrets.renew(renewed, 'a'), renewed)
  assert.equal(UNSEALED.renew(UNSEALED.seal(SECRET, 'a'), 'a'), SECRET)
})

test('what is sealed is not opened without a key, nor with another, and what to do is said', () => {
  const sealed = secrets.seal(SECRET, 'a')
  for (const use of ['open', 'renew'] as const) {
    assert.throws(
      () => UNSEALED[use](sealed, 'a'),
      /secret of a is sealed\. Give the key .* BOOMGATE_SECRETS_KEY/,
    )
    assert.throws(
      () => others[use](sealed, 'a'),
      /another key than BOOMGATE_SECRETS_KEY.*BOOMGATE_OLD_SECRETS_KEY/,
    )
  }
})

test('with the old key beside the new one what was sealed is opened, and renewed under the new one', () => {
  const sealed = secrets.seal(SECRET, 'a')
  const changing = secretsUnder({ present: OTHER, old: KEY }, randomBytes)
  assert.equal(changing.open(sealed, 'a'), SECRET)
  const renewed = changing.renew(sealed, 'a')
  assert.equal(others.open(renewed, 'a'), SECRET)
  assert.equal(changing.renew(renewed, 'a'), renewed)
})

test('an old key that is the same as the new one changes nothing', () => {
  const same = secretsUnder({ present: KEY, old: KEY }, randomBytes)
  const sealed = secrets.seal(SECRET, 'a')
  assert.equal(same.renew(sealed, 'a'), sealed)
})

test('a secret that was put into another place, or changed in any byte, is refused', () => {
  const sealed = secrets.seal(SECRET, 'a')
  assert.throws(() => secrets.open(sealed, 'b'), /secret of b is damaged, or was put there/)
  const [, , id, base64 = ''] = sealed.split(':')
  const bytes = Buffer.from(base64, 'base64')
  for (let place = 0; place < bytes.length; place += 1) {
    const changed = Buffer.from(bytes)
    changed[place] = (changed[place] as number) ^ 1
    assert.throws(() => secrets.open(`sealed:1:${id}:${changed.toString('base64')}`, 'a'), /damaged/)
  }
  // The part in front of the bytes too: nothing that was sealed is taken for a secret as it stands.
  for (const damaged of [
    `sealed:1:${id}`,
    `sealed:1:${id?.slice(1)}:${base64}`,
    `sealed:1:x:${base64}`,
    'sealed:1:',
  ])
    for (const use of ['open', 'renew'] as const)
      assert.throws(() => secrets[use](damaged, 'a'), /secret of a is damaged/, damaged)
  for (const length of [0, 11, 12, 27, 28]) {
    const cut = bytes.subarray(0, length).toString('base64')
    assert.throws(() => secrets.open(`sealed:1:${id}:${cut}`, 'a'), /damaged/, String(length))
  }
})

test('no message of a failure has the secret, the sealed text or the key', () => {
  const sealed = secrets.seal(SECRET, 'a')
  for (const fail of [() => UNSEALED.open(sealed, 'a'), () => others.open(sealed, 'a')]) {
    assert.throws(fail, error => !String((error as Error).stack).includes(sealed.slice(18, 40)))
  }
})
