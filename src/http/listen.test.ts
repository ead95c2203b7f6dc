import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openTestDatabase } from '../store/testing.ts'
import { startPlatform } from '../testing/index.ts'

test('a stop waits for no connection on which nothing was ever sent, whichever port it came in by', async () => {
  const running = await startPlatform({ open: openTestDatabase, backup: true, tls: true })
  const closed = []
  for (const url of [running.baseUrl, running.backupUrl, running.tls?.url]) {
    const socket = connect(Number(new URL(url ?? '').port), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    closed.push(once(socket, 'close'))
  }
  // The platform knows of all of them once it has answered whoever came later.
  assert.equal((await fetch(`${running.baseUrl}/healthz`)).status, 200)
  const stopped = running.stop().then(() => true)
  const waited = new Promise<false>(resolve => setTimeout(resolve, 15_000, false).unref())
  assert.ok(await Promise.race([stopped, waited]))
  await Promise.all(closed)
})
