import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DataFolderInUse, lockDataFolder } from './data-folder.ts'

test('the folder is created only for its owner, and holds nothing but the lock', t => {
  const folder = temporaryPath(t)
  lockDataFolder(folder).release()
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(folder), ['lock'])
})

test('files that hold secrets become private, whoever left them otherwise; nothing else is touched', t => {
  const folder = temporaryPath(t)
  const secret = [
    'admin.json',
    'merchants/1/apiclient_key.pem',
    'merchants/1/merchant.json',
    'merchants/1/merchant.json.new',
    'merchants/1/certificates/second/apiclient_key.pem',
    'snapshots/noon.jsonl',
    'snapshots/noon.jsonl.unfinished',
    'tls/server_key.pem',
  ]
  const others = ['sandbox.json', 'merchants/1/apiclient_cert.pem', 'platform/ca.pem', 'notes/merchant.json']
  for (const name of [...secret, ...others]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), name)
    chmodSync(join(folder, name), 0o664)
  }
  symlinkSync(join(folder, 'sandbox.json'), join(folder, 'snapshots', 'linked.jsonl'))
  const modeOf = (name: string) => statSync(join(folder, name)).mode & 0o777
  const folderMode = modeOf('.')
  lockDataFolder(folder).release()
  for (const name of secret) assert.equal(modeOf(name), 0o600, name)
  for (const name of others) assert.equal(modeOf(name), 0o664, name)
  assert.equal(modeOf('.'), folderMode)
})

test('a folder that is locked is refused with its name, and can be had after the release', t => {
  const folder = temporaryPath(t)
  const lock = lockDataFolder(folder)
  assert.throws(
    () => lockDataFolder(folder),
    (error: unknown) => error instanceof DataFolderInUse && error.message.includes(folder),
  )
  // The refused attempt must not have taken the lock from its holder.
  assert.throws(() => lockDataFolder(folder), DataFolderInUse)
  lock.release()
  lock.release()
  lockDataFolder(folder).release()
})

test('a folder that another process holds is refused, and free again once that process is killed', async t => {
  const folder = temporaryPath(t)
  const holder = startChild(t, folder)
  await once(holder.stdout as NodeJS.ReadableStream, 'data')
  assert.throws(() => lockDataFolder(folder), DataFolderInUse)

  const ended = once(holder, 'exit')
  holder.kill('SIGKILL')
  await ended
  lockDataFolder(folder).release()
})

test('a second process is refused the folder that this one holds', async t => {
  const folder = temporaryPath(t)
  const lock = lockDataFolder(folder)
  const second = startChild(t, folder)
  let complaint = ''
  second.stderr?.on('data', text => {
    complaint += text
  })
  const [exitCode] = await once(second, 'close')
  assert.equal(exitCode, 1)
  assert.match(complaint, /DataFolderInUse: The data folder .* is in use/)
  lock.release()
})

function temporaryPath(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'boomgate-test-'))
  t.after(() => rmSync(parent, { recursive: true }))
  return join(parent, 'data')
}

function startChild(t: TestContext, folder: string): ChildProcess {
  const program = fileURLToPath(new URL('./testing-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'lock', folder])
  t.after(() => child.kill('SIGKILL'))
  return child
}
