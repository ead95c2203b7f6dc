import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { calledAs, isLoopback, urlAt } from '../http/address.ts'
import { PRIVATE, writeFile } from '../sandbox/files.ts'
import { buildAdminApp } from './app.ts'
import type { AdminContext } from './operation.ts'

/** Nobody else can reach it, unless somebody says otherwise: the API is for people and programs of this machine. */
const LOOPBACK = '127.0.0.1'
const TOKEN_BYTES = 32
const TOKEN_FORM = /^[0-9A-Za-z_-]{43}$/

/** What `admin.json` in the data folder says. */
export interface AdminAddress {
  /** Such as `http://127.0.0.1:8090`. */
  url: string
  token: string
}

/** The administration API while it listens. */
export interface RunningAdmin extends AdminAddress {
  app: FastifyInstance
}

/**
 * Lets the administration API listen, on the loopback unless said; port 0 picks one. Where programs of this machine reach it
 * and its token are written into `admin.json`, readable only by its owner. A restart keeps the token; without the file there is a new one.
 */
export async function listenForAdmin(
  context: AdminContext,
  port: number,
  host = LOOPBACK,
): Promise<RunningAdmin> {
  const path = join(context.sandbox.folder, 'admin.json')
  const token = knownToken(path) ?? Buffer.from(context.platform.random(TOKEN_BYTES)).toString('base64url')
  const app = buildAdminApp(context, token, { isPublished: !isLoopback(host) })
  try {
    await app.listen({ host, port })
    const url = urlAt(calledAs(host, 'here'), (app.server.address() as AddressInfo).port)
    writeFile(path, `${JSON.stringify({ url, token } satisfies AdminAddress, null, 2)}\n`, PRIVATE)
    return { app, url, token }
  } catch (error) {
    await app.close()
    throw error
  }
}

function knownToken(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  try {
    const { token } = JSON.parse(readFileSync(path, 'utf8')) as Partial<AdminAddress>
    return token !== undefined && TOKEN_FORM.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
