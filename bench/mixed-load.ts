import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { type MerchantCredentials, readCredentials, signedRequest } from '../src/testing/index.ts'
import { startMeasured } from './measured-process.ts'

// Mixed load for some minutes: plates are looked up, cars drive in, are charged, settled and notified, orders are read, and
// some requests are refused. Prints the memory of the server every half minute.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '16' },
  },
})
const REPORT_EVERY_MS = 30_000
const APPID = 'wxcbda96de0b165486'
/** Plates of the sandbox whose payers have money of their own. */
const FLEET = 200

const folder = mkdtempSync(join(tmpdir(), 'boomgate-mixed-'))
try {
  await main()
} finally {
  rmSync(folder, { recursive: true })
}

async function main(): Promise<void> {
  const keys = { merchantPublicKey: '', platformPrivateKey: '', reply: '' }
  const server = await startMeasured('./platform.ts', { keys, data: folder, deductionLadder: [0] })
  const sink = await startMeasured('./sink.ts', { keys, data: folder, deductionLadder: [0] })
  const pool = new Pool(server.baseUrl, { connections: Number(values.clients), pipelining: 1 })
  const end = performance.now() + Number(values.minutes) * 60_000
  const statuses: Record<number, number> = {}
  const client = clientOf(readCredentials(folder, '1230000109'), sink.baseUrl)
  const clients = Array.from({ length: Number(values.clients) }, async () => {
    while (performance.now() < end)
      await client(async ({ method, target, headers, body }) => {
        const reply = await pool.request({
          method,
          path: target,
          headers,
          body: body.length > 0 ? body : null,
        })
        statuses[reply.statusCode] = (statuses[reply.statusCode] ?? 0) + 1
        return { status: reply.statusCode, json: (await reply.body.json()) as Record<string, unknown> }
      })
  })
  const reports = setInterval(async () => console.log(describe(await server.measure())), REPORT_EVERY_MS)
  await Promise.all(clients)
  clearInterval(reports)
  console.log(`${describe(await server.measure())}; replies by status: ${JSON.stringify(statuses)}`)
  await pool.close()
  await server.stop()
  await sink.stop()
}

interface Answer {
  status: number
  json: Record<string, unknown>
}

/** One round of everything that a merchant does, and of what it does wrong. */
function clientOf(merchant: MerchantCredentials, notifyUrl: string) {
  let lastNumber = 0
  return async (send: (request: ReturnType<typeof signedRequest>) => Promise<Answer>): Promise<void> => {
    lastNumber += 1
    const number = `mixed${lastNumber}`
    const plate = { plate_number: `粤B${20_000 + (lastNumber % FLEET)}`, plate_color: 'BLUE' }
    const get = (target: string) => signedRequest(merchant, { method: 'GET', target })
    const post = (target: string, body: object) => signedRequest(merchant, { method: 'POST', target, body })
    const find = new URLSearchParams({ appid: APPID, ...plate, openid: 'oUpF8uMuAJOM2pxb1Q' })
    await send(get(`/v3/vehicle/parking/services/find?${find}`))
    const stay = {
      ...plate,
      start_time: timeBefore(60 * 60_000),
      parking_name: '欢乐海岸停车场',
    }
    const parking = {
      ...stay,
      out_parking_no: number,
      notify_url: `${notifyUrl}/notify`,
      free_duration: 3600,
    }
    const { json } = await send(post('/v3/vehicle/parking/parkings', parking))
    const charge = {
      appid: APPID,
      description: '停车场扣费',
      out_trade_no: number,
      trade_scene: 'PARKING',
      notify_url: `${notifyUrl}/notify`,
      amount: { total: 1, currency: 'CNY' },
      parking_info: {
        ...stay,
        parking_id: json.id,
        end_time: timeBefore(1_000),
        charging_duration: 3600,
        device_id: '12313',
      },
    }
    await send(post('/v3/vehicle/transactions/parking', charge))
    await send(get(`/v3/vehicle/transactions/out-trade-no/${number}`))
    await send(get(`/v3/vehicle/transactions/out-trade-no/none${number}`))
    const wrong = post('/v3/vehicle/transactions/parking', charge)
    await send({ ...wrong, body: Buffer.from(`${wrong.body} `) })
    await send({ ...wrong, headers: {} })
  }
}

function timeBefore(ms: number): string {
  return new Date(Date.now() - ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

function describe({
  memory,
  peakRss,
  cpuSeconds,
}: {
  memory: NodeJS.MemoryUsage
  peakRss: number
  cpuSeconds: number
}): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)
  return (
    `${megabytes(memory.rss)} MB resident, ${megabytes(peakRss)} at most; heap ${megabytes(memory.heapUsed)} of ` +
    `${megabytes(memory.heapTotal)}, external ${megabytes(memory.external)}; CPU ${cpuSeconds.toFixed(0)} s`
  )
}
