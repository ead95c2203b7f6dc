import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { noticeSigner, replySigner, switchingShare, TRUST_STATES } from './trust.ts'

const KEY_ID = 'PUB_KEY_ID_0112300001092024022900000000000001'
const CERTIFICATE_SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'

test('a reply follows the trust state, and while switching the key that the request names', () => {
  const rows = [
    ['CERTIFICATE', undefined, 'certificate'],
    ['CERTIFICATE', CERTIFICATE_SERIAL, 'certificate'],
    ['CERTIFICATE', KEY_ID, 'certificate'],
    ['SWITCHING', undefined, 'certificate'],
    ['SWITCHING', CERTIFICATE_SERIAL, 'certificate'],
    ['SWITCHING', KEY_ID, 'public_key'],
    ['SWITCHING', `${KEY_ID}0`, 'certificate'],
    ['SWITCHING', KEY_ID.slice('PUB_KEY_ID_'.length), 'certificate'],
    ['PUBLIC_KEY', undefined, 'public_key'],
    ['PUBLIC_KEY', CERTIFICATE_SERIAL, 'public_key'],
    ['PUBLIC_KEY', KEY_ID, 'public_key'],
  ] as const
  for (const [trust, serial, signer] of rows) {
    assert.equal(replySigner(trust, serial, KEY_ID), signer, `${trust}, ${serial}`)
  }
})

test('the share of the public key grows over seven days of 24 hours, and is all of it from then on', () => {
  const DAY_MS = 24 * 60 * 60 * 1000
  const since = Date.parse('2026-03-04T12:00:00+08:00')
  for (const [index, share] of [0.1, 1, 5, 10, 20, 50, 100, 100].entries()) {
    assert.equal(switchingShare(since, since + index * DAY_MS), share)
    assert.equal(switchingShare(since, since + (index + 1) * DAY_MS - 1), share)
  }
  assert.equal(switchingShare(since, since + 1_000 * DAY_MS), 100)
  // After the restoring of a snapshot business time may be earlier.
  assert.equal(switchingShare(since, since - 1), 0.1)
})

test('a notice follows only the trust state, and while switching it is drawn by the share', () => {
  const rows = [
    ['CERTIFICATE', 100, 0, 'certificate'],
    ['PUBLIC_KEY', 0, 0.999, 'public_key'],
    ['SWITCHING', 0, 0, 'certificate'],
    ['SWITCHING', 0.1, 0.0009, 'public_key'],
    ['SWITCHING', 0.1, 0.001, 'certificate'],
    ['SWITCHING', 20, 0.199, 'public_key'],
    ['SWITCHING', 20, 0.2, 'certificate'],
    ['SWITCHING', 100, 0.9999, 'public_key'],
  ] as const
  for (const [trust, share, draw, signer] of rows) {
    assert.equal(noticeSigner(trust, share, draw), signer, `${trust}, ${share} %, ${draw}`)
  }
})

test('a larger share never turns a notice back to the certificate', () => {
  const share = fc.integer({ min: 0, max: 100 })
  const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(share, share, draw, (one, two, drawn) => {
      const [less, more] = one < two ? [one, two] : [two, one]
      if (noticeSigner('SWITCHING', less, drawn) === 'public_key') {
        assert.equal(noticeSigner('SWITCHING', more, drawn), 'public_key')
      }
    }),
  )
})

test('there are three trust states', () => {
  assert.deepEqual([...TRUST_STATES], ['CERTIFICATE', 'SWITCHING', 'PUBLIC_KEY'])
})
