import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { AdminAddress } from '../../src/admin-client/admin-client.ts'
import { type CheckResult, type DoctorOptions, runDoctor } from '../../src/doctor/run-doctor.ts'
import type { TestPlatform } from '../../src/testing/index.ts'
import type { AdminClient } from '../admin.ts'
import { DIRECT } from '../sdk/car-park.ts'

/** Examines the merchant `1230000109` behind a gate adapter. */
export function examine(
  { admin: { url, token } }: Pick<TestPlatform, 'admin'>,
  gate: string,
  options: Partial<DoctorOptions> = {},
) {
  const given = { admin: { url, token }, gate, mchid: DIRECT, random: randomBytes, backupHost: true }
  return runDoctor({ ...given, ...options })
}

export const resultOf = (checks: readonly CheckResult[], id: string) => checks.find(check => check.id === id)

/** What checks change and put back. */
export async function changeable(admin: AdminClient) {
  const { trust_state, notice_key_share, rotation } = await admin.get(`/merchants/${DIRECT}`)
  return {
    ...{ trust_state, notice_key_share, rotation },
    faults: (await admin.get('/faults')).data,
    plates: (await admin.get('/plates?payer_id=doctor')).data,
    reminders: (await admin.get('/reminders')).data,
  }
}

/** What a request to the administration meets: the platform, nobody, silence, or a refusal with this status and text. */
export type Fate = 'passes' | 'lost' | 'held' | { status: number; text: string }

/** The administration behind a proxy that decides what becomes of each call, by such as `PUT /faults/…`. */
export async function adminProxy(
  t: TestContext,
  { admin }: Pick<TestPlatform, 'admin'>,
  fateOf: (call: string) => Fate,
): Promise<AdminAddress> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    const fate = fateOf(`${method} ${url.slice('/admin/v1'.length)}`)
    if (fate === 'held') return
    if (fate === 'lost') return void request.socket.destroy()
    if (fate !== 'passes') return void response.writeHead(fate.status).end(fate.text)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
    const { authorization = '', 'content-type': type } = headers
    const sent = { authorization, ...(type !== undefined && { 'content-type': type }) }
    const reply = await fetch(admin.url + url, { method, headers: sent, ...body })
    response.writeHead(reply.status).end(await reply.text())
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: admin.token }
}
