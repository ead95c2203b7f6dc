import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BANK_TYPES, CARD_BANK_TYPES } from './bank-types.ts'

test('every code fits the field bank_type and says debit or credit card by its end', () => {
  for (const [code, name] of Object.entries(BANK_TYPES)) {
    assert.match(code, /^[A-Z]{1,32}(_(DEBIT|CREDIT))?$/)
    assert.ok(code.length <= 32)
    assert.equal(name.endsWith('(借记卡)'), code.endsWith('_DEBIT'))
    assert.equal(name.endsWith('(信用卡)'), code.endsWith('_CREDIT'))
  }
})

test('a card is neither the wallet nor an advance', () => {
  assert.deepEqual(
    Object.keys(BANK_TYPES).filter(code => !CARD_BANK_TYPES.some(cardCode => cardCode === code)),
    ['BPA', 'OTHERS'],
  )
})
