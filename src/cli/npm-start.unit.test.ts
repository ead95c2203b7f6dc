import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { lockDataFolder } from '../store/data-folder.ts'

// The platform as a user starts it: npm, its shell, and the server.

const PROJECT = join(import.meta.dirname, '..', '..')

/** `npm start`, in a process group of its own, so that nothing of it outlives the test. */
async function npmStart(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-npm-'))
  const { PATH = '', HOME = '' } = process.env
  const words = ['--data', folder, '--port', '0', '--admin-port', '0', '--log-level', 'error']
  const npm = spawn('npm', ['start', '--', ...words], {
    cwd: PROJECT,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(npm, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  t.after(() => {
    try {
      process.kill(-(npm.pid as number), 'SIGKILL')
    } catch {
      // All of it has ended.
    }
    rmSync(folder, { recursive: true, force: true })
  })
  let printed = ''
  for await (const text of npm.stdout.setEncoding('utf8')) {
    printed += text
    if (/Ctrl\+C/.test(printed)) break
  }
  const port = Number(/listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1])
  return { npm, folder, port, ended }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const opened = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return opened
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} to npm start stops the server: the port and the folder are free once npm has ended with 0`, async t => {
    const { npm, folder, port, ended } = await npmStart(t)
    assert.ok(await isOpen(port))
    npm.kill(signal)
    assert.deepEqual(await ended, [0, null])
    assert.equal(await isOpen(port), false)
    lockDataFolder(folder).release()
  })
}

test('Ctrl+C, which a terminal sends to npm and to the server, stops it in good order too', async t => {
  const { npm, folder, ended } = await npmStart(t)
  process.kill(-(npm.pid as number), 'SIGINT')
  assert.deepEqual(await ended, [0, null])
  lockDataFolder(folder).release()
})

test('every script that runs until it is stopped takes the place of its shell, which passes no signal on', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
  const behindShell = Object.entries<string>(scripts).filter(([, script]) =>
    /^node (?!scripts\/)/.test(script),
  )
  assert.deepEqual(behindShell, [])
})
