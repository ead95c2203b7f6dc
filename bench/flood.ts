import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Dispatcher, Pool } from 'undici'
import { readCredentials } from '../src/testing/start-platform.ts'
import { startMeasured } from './measured-process.ts'

// Floods the platform on the loopback with what no merchant would send, and prints how long /healthz took meanwhile and how
// much memory the server had. README.md of this folder says what each figure means.

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '50' },
    kilobytes: { type: 'string', default: '200' },
    unsigned: { type: 'string', default: '160000' },
    part: { type: 'string' },
  },
})

/** The shortest request that reaches the checks of an operation, and one with the headers of a client. */
const SHORT = 'GET /v3/certificates HTTP/1.1\r\nHost: a\r\n\r\n'
const USUAL = `GET /v3/certificates HTTP/1.1\r\nHost: a\r\nUser-Agent: flood\r\nAccept: application/json\r\nAuthorization: ${'x'.repeat(600)}\r\n\r\n`
const AGENT = { accept: 'application/json', 'user-agent': 'flood' }
const LOOK_EVERY_MS = 50
/** Until the memory counts as that of afterwards. */
const REST_MS = 10_000
const CONCURRENCY = 64

let merchant = { mchid: '', serial_no: '' }
const folder = mkdtempSync(join(tmpdir(), 'boomgate-flood-'))
try {
  for (const [part, measure] of Object.entries({
    short: pipelines(SHORT),
    usual: pipelines(USUAL),
    unsigned,
  }))
    if (values.part === undefined || values.part === part) await measured(part, measure)
} finally {
  rmSync(folder, { recursive: true })
}

async function measured(part: string, measure: (baseUrl: string) => Promise<string>): Promise<void> {
  const server = await startMeasured('./platform.ts', {
    keys: { merchantPublicKey: '', platformPrivateKey: '', reply: '' },
    data: folder,
    deductionLadder: [0],
  })
  const before = await server.measure()
  merchant = readCredentials(folder, '1230000109')
  const watch = watchHealth(server.baseUrl)
  const report = await measure(server.baseUrl)
  const worst = await watch()
  const peak = await server.measure()
  await wait(REST_MS)
  const { rss, memory } = await server.measure()
  console.log(
    `${part}: ${report}; worst /healthz ${worst.toFixed(0)} ms; memory ${megabytes(before.rss)} MB before, ` +
      `${megabytes(peak.peakRss)} at most, ${megabytes(rss)} after ${REST_MS / 1000} s, of which ` +
      `${megabytes(memory.heapTotal)} heap and ${megabytes(memory.external)} external`,
  )
  await server.stop()
}

/** Connections that send the same request again and again in one go, and read nothing. */
function pipelines(request: string): (baseUrl: string) => Promise<string> {
  return async baseUrl => {
    const { hostname, port } = new URL(baseUrl)
    const bytes = Buffer.from(request.repeat(Math.ceil((Number(values.kilobytes) * 1024) / request.length)))
    const startedAt = performance.now()
    const sockets = await Promise.all(
      Array.from({ length: Number(values.connections) }, async () => {
        const socket: Socket = connect(Number(port), hostname)
        socket.on('error', () => undefined)
        socket.pause()
        await once(socket, 'connect')
        socket.write(bytes)
        return socket
      }),
    )
    await quiet(baseUrl)
    const took = performance.now() - startedAt
    for (const socket of sockets) socket.destroy()
    return `${sockets.length} connections with ${bytes.length} bytes each, ${took.toFixed(0)} ms until it was quiet`
  }
}

/** Waits until the server answers at once, ten times one after the other, or for a minute at most. */
async function quiet(baseUrl: string): Promise<void> {
  const end = performance.now() + 60_000
  for (let quick = 0; quick < 10 && performance.now() < end; await wait(100)) {
    const startedAt = performance.now()
    await (await fetch(`${baseUrl}/healthz`)).text()
    quick = performance.now() - startedAt < 20 ? quick + 1 : 0
  }
}

/** Requests over kept connections that are refused for their signature in four ways; their replies are read. */
async function unsigned(baseUrl: string): Promise<string> {
  const pool = new Pool(baseUrl, { connections: CONCURRENCY, pipelining: 1 })
  const total = Number(values.unsigned)
  const startedAt = performance.now()
  let sent = 0
  const sender = async () => {
    while (sent++ < total) await (await pool.request(wrongRequest(sent))).body.dump()
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, sender))
  await pool.close()
  return `${total} requests in ${(performance.now() - startedAt).toFixed(0)} ms`
}

/** Without headers; without a signature and with a body; of merchants that nobody knows; signed by nobody, with a body. */
function wrongRequest(index: number): Dispatcher.RequestOptions {
  const get = { method: 'GET', path: '/v3/certificates' } as const
  const post = { method: 'POST', path: '/v3/vehicle/transactions/parking', body: 'x'.repeat(10_000) } as const
  const time = Math.floor(Date.now() / 1000)
  const signedBy = (mchid: string, serial: string) =>
    `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="n",signature="${'A'.repeat(344)}",timestamp="${time}",serial_no="${serial}"`
  switch (index % 4) {
    case 0:
      return get
    case 1:
      return { ...post, headers: AGENT }
    case 2:
      return { ...get, headers: { ...AGENT, authorization: signedBy(`${index}`, 'F'.repeat(3_000)) } }
    default:
      return { ...post, headers: { ...AGENT, authorization: signedBy(merchant.mchid, merchant.serial_no) } }
  }
}

/** Calls /healthz over connections of their own from now on; what is given back ends it and answers the worst time. */
function watchHealth(baseUrl: string): () => Promise<number> {
  let worst = 0
  let over = false
  const watching = (async () => {
    for (; !over; await wait(LOOK_EVERY_MS)) {
      const startedAt = performance.now()
      await (await fetch(`${baseUrl}/healthz`, { headers: { connection: 'close' } })).text()
      worst = Math.max(worst, performance.now() - startedAt)
    }
  })()
  return async () => {
    over = true
    await watching
    return worst
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
