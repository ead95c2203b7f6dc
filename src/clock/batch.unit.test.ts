import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch } from './batch.ts'

test('work of one turn is done in one go, before anything that waits for it goes on', async () => {
  const run = batch()
  const events: string[] = []
  const piece = async (name: string) => {
    await run(() => events.push(`do ${name}`))
    events.push(`go on with ${name}`)
  }
  await Promise.all(['a', 'b', 'c'].map(piece))
  assert.deepEqual(events, ['do a', 'do b', 'do c', 'go on with a', 'go on with b', 'go on with c'])
})

test('each gets its own result, and a failure affects no other', async () => {
  const run = batch()
  const failing = run(() => {
    throw new Error('this one')
  })
  const [one, other] = [run(() => 1), run(() => 2)]
  await assert.rejects(failing, /this one/)
  assert.deepEqual(await Promise.all([one, other]), [1, 2])
})

test('work that is added while work is done has a turn of its own', async () => {
  const run = batch()
  const inner = await run(() => run(() => 'inner'))
  assert.equal(inner, 'inner')
})
