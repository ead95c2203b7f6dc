import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collect } from '../../../test/sdk/collect.ts'
import { NoStatement } from '../refusals.ts'
import { RateLimited } from '../transport/errors.ts'
import { errorOf } from '../transport/refusal.ts'
import { rowsOrNone } from './bill.ts'

/** A bill that gives a row and then the platform's refusal. */
async function* billThatEndsWith(status: number, code: string): AsyncGenerator<number> {
  yield 1
  throw errorOf({ op: 'bills.getTradeBill', status, code, text: '' })
}

test('a day on which nothing happened has no rows, and every other refusal is thrown on', async () => {
  assert.ok(
    errorOf({ op: 'bills.getTradeBill', status: 400, code: 'NO_STATEMENT_EXIST', text: '' }) instanceof
      NoStatement,
  )
  assert.deepEqual(await collect(rowsOrNone(billThatEndsWith(400, 'NO_STATEMENT_EXIST'))), [1])
  await assert.rejects(collect(rowsOrNone(billThatEndsWith(429, 'FREQUENCY_LIMITED'))), RateLimited)
})
