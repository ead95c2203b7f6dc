import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bank, BankAnswer } from './bank.ts'
import { askAgainAfter, askBank, askToRefund } from './bank-payments.ts'

const PAYMENT = { payment_id: 'p', card_id: 'c', bank_type: 'CMB_DEBIT', amount: 1 }

function answerOf(pay: Bank['pay']): Promise<BankAnswer> {
  return askBank({ pay }, PAYMENT).then(({ answer }) => answer)
}

test('what a bank says clearly is its answer', async () => {
  for (const answer of ['approved', 'no_funds', 'refused', 'unknown'] as const) {
    assert.equal(await answerOf(async () => answer), answer)
  }
})

test('a bank that fails in any way, or says what is no word of ours, has not answered: the money may have moved', async () => {
  const failing: (() => Promise<BankAnswer>)[] = [
    () => Promise.reject(new Error('The line is dead')),
    () => {
      throw new Error('The line is dead before it was used')
    },
    async () => 'perhaps' as BankAnswer,
    async () => undefined as unknown as BankAnswer,
  ]
  for (const pay of failing) assert.equal(await answerOf(pay), 'unknown')
  const refund = { refund_id: 'r', card_id: 'c', bank_type: 'CMB_DEBIT', amount: 1 }
  for (const fail of failing) assert.equal(await askToRefund({ refund: fail }, refund), 'unknown')
})

test('a bank without an answer is asked again less and less often, and for as long as it takes', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 1_000].map(askAgainAfter)
  assert.deepEqual(waits, [15_000, 30_000, 60_000, 300_000, 1_800_000, 3_600_000, 3_600_000, 3_600_000])
})
