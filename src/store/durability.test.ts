import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createTestStore } from './testing.ts'

/** How many acknowledged rows the child must report before it is killed. */
const ROWS_BEFORE_KILL = 500

test('every row whose commit was acknowledged is there after SIGKILL, and no transaction by halves', async () => {
  const store = createTestStore()
  const before = await store.open()
  await before.run('CREATE TABLE charges (id BIGINT PRIMARY KEY)')
  await before.run('CREATE TABLE postings (id BIGINT PRIMARY KEY)')
  await before.close()

  const acknowledged = await writeUntilKilled(store.location)

  const after = await store.open()
  const charges = await after.all<{ id: number }>('SELECT id FROM charges ORDER BY id')
  const postings = await after.all<{ id: number }>('SELECT id FROM postings ORDER BY id')
  await after.close()
  const stored = new Set(charges.map(row => row.id))
  assert.deepEqual(
    acknowledged.filter(id => !stored.has(id)),
    [],
  )
  assert.deepEqual(postings, charges)
  await store.remove()
})

/** Answers the numbers of the rows that the child reported as committed before it died. */
async function writeUntilKilled(location: string): Promise<number[]> {
  const program = fileURLToPath(new URL('./testing-child.ts', import.meta.url))
  const flags = ['--disable-warning=ExperimentalWarning', program, 'write', location]
  const child: ChildProcessByStdio<null, Readable, null> = spawn(process.execPath, flags, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const acknowledged: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line))
    if (acknowledged.length === ROWS_BEFORE_KILL) child.kill('SIGKILL')
  }
  const [, signal] = await closed
  assert.equal(signal, 'SIGKILL')
  return acknowledged
}
