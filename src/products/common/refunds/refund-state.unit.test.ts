import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REFUND_STATUSES } from './contract.ts'
import { nextRefundStatus, type RefundEvent, type RefundStatus } from './refund-state.ts'

const EVENTS: readonly RefundEvent[] = ['arrived', 'failed', 'redirected', 'gave_up']

/** Everything that can happen; what is not here cannot. */
const MOVES: Partial<Record<`${RefundStatus} ${RefundEvent}`, RefundStatus>> = {
  'PROCESSING arrived': 'SUCCESS',
  'PROCESSING failed': 'ABNORMAL',
  'PROCESSING gave_up': 'CLOSED',
  'ABNORMAL redirected': 'PROCESSING',
}

for (const status of REFUND_STATUSES) {
  for (const event of EVENTS) {
    const next = MOVES[`${status} ${event}`]
    test(`a refund in ${status} that has ${event} ${next ? `becomes ${next}` : 'is a fault of ours'}`, () => {
      if (next) assert.equal(nextRefundStatus(status, event), next)
      else assert.throws(() => nextRefundStatus(status, event), /cannot be/)
    })
  }
}
