import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { PRIVATE, writeFile } from '../../sandbox/files.ts'
import { buildAdminApp } from './app.ts'
import type { AdminContext } from './operation.ts'

/** Nobody else can reach it: the API is for people and programs of this machine. */
const HOST = '127.0.0.1'
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
 * Lets the administration API listen on the loopback; port 0 picks one. Where it listens and its token are written into
 * `admin.json`, readable by its owner alone. A restart keeps the token; without the file there is a new one.
 */
export async function listenForAdmin(context: AdminContext, port: number): Promise<RunningAdmin> {
  const path = join(context.world.folder, 'admin.json')
  const token = knownToken(path) ?? Buffer.from(context.platform.random(TOKEN_BYTES)).toString('base64url')
  const app = buildAdminApp(context, token)
  await app.listen({ host: HOST, port })
  const url = `http://${HOST}:${(app.server.address() as AddressInfo).port}`
  try {
    writeFile(path, `${JSON.stringify({ url, token } satisfies AdminAddress, null, 2)}\n`, PRIVATE)
  } catch (error) {
    await app.close()
    throw error
  }
  return { app, url, token }
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
