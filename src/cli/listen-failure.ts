import { once } from 'node:events'
import { createServer } from 'node:net'

/** The options of one listener, with what they say: nothing listens where the port is absent. */
export type Listener = readonly [
  portOption: string,
  hostOption: string,
  port: number | undefined,
  host: string,
]

/** What a port cannot be listened on for, and what an address cannot. */
const PORT_FAILURES = ['EADDRINUSE', 'EACCES']
const HOST_FAILURES = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']

/** Gives an error of listening the options that choose something else: of every port that is taken, not only of the first. */
export async function namingOption(error: unknown, listeners: readonly Listener[]): Promise<unknown> {
  const { code = '', port, address, hostname } = error as NodeJS.ErrnoException & ListenError
  if (!(error instanceof Error)) return error
  if (HOST_FAILURES.includes(code)) {
    const names = listeners.filter(([, , , host]) => host === (address ?? hostname)).map(([, name]) => name)
    return names.length === 0 ? error : renamed(error, `another address with ${listed(names)}`)
  }
  if (!PORT_FAILURES.includes(code) || port === undefined) return error
  const taken = await Promise.all(
    listeners.map(async listener => (await isTaken(listener)) || listener[2] === port),
  )
  const names = listeners.filter((_, index) => taken[index]).map(([name]) => name)
  const what = names.length === 1 ? 'another port' : 'other ports'
  return renamed(error, `${what} with ${listed(names)}; 0 picks a free one`)
}

interface ListenError {
  port?: number
  address?: string
  hostname?: string
}

function renamed(error: Error, choice: string): Error {
  return new Error(`${error.message}. Choose ${choice}.`, { cause: error })
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].join(' and ')
}

async function isTaken([, , port, host]: Listener): Promise<boolean> {
  if (port === undefined || port === 0) return false
  const server = createServer()
  try {
    server.listen({ port, host })
    await once(server, 'listening')
    return false
  } catch {
    return true
  } finally {
    server.close()
  }
}
