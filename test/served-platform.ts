import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { readCredentials, signedRequest, type UnsignedRequest } from '../src/testing/index.ts'

// The command line as a user starts it: another process, with nothing of this one's environment but the way to programs.

const MAIN = join(import.meta.dirname, '..', 'src', 'cli', 'main.js')

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A process of the command line. */
export interface CommandProcess {
  child: ChildProcess
  ended: Promise<Ending>
  /** The first match in what it has written to standard output so far, or writes later; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
}

/**
 * Starts `boomgate <words>`; it is killed with the test at the latest. It gets `env` and none of the settings of whoever
 * runs the tests.
 */
export function startCommand(
  t: TestContext,
  words: readonly string[],
  env: Record<string, string> = {},
): CommandProcess {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words], {
    // Several run side by side, and the administration's port is one number.
    env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), BOOMGATE_ADMIN_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
    for (const look of watchers) look()
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    ended,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout)
          if (!match) return
          watchers.delete(look)
          resolve(match)
        }
        watchers.add(look)
        look()
        void ended.then(({ code }) => reject(new Error(`It ended with ${code}: ${stderr || stdout}`)))
      })
    },
  }
}

/** Runs `boomgate <words>` to its end. */
export function runCommand(
  t: TestContext,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ending> {
  return startCommand(t, words, env).ended
}

/** A platform in another process. */
export interface ServedPlatform extends CommandProcess {
  baseUrl: string
  /** Sends a signed request over HTTP; `1230000109` unless said. */
  call(request: UnsignedRequest, mchid?: string): Promise<{ status: number; body: string }>
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ending>
}

/** Starts `boomgate serve` on a data folder and a free port, and waits until it listens. */
export async function servePlatform(
  t: TestContext,
  folder: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<ServedPlatform> {
  const running = startCommand(
    t,
    ['serve', '--data', folder, '--port', '0', '--rate-limit', '1000000', '--log-level', 'error', ...words],
    env,
  )
  const [, baseUrl = ''] = await running.printed(/listens on (http:\S+)/)
  const credentials = new Map<string, ReturnType<typeof readCredentials>>()
  return {
    ...running,
    baseUrl,
    async call(request, mchid = '1230000109') {
      const merchant = credentials.get(mchid) ?? readCredentials(folder, mchid)
      credentials.set(mchid, merchant)
      const { method, target, headers, body } = signedRequest(merchant, request)
      const reply = await fetch(`${baseUrl}${target}`, {
        method,
        headers,
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      })
      return { status: reply.status, body: await reply.text() }
    },
    stop(signal) {
      running.child.kill(signal)
      return running.ended
    },
  }
}
