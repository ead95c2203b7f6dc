import type { FastifyInstance } from 'fastify'
import type { RunningAdmin } from '../admin/listen.ts'
import type { AdminContext } from '../admin/operation.ts'
import { calledAs, urlAt } from '../http/address.ts'
import type { TlsCredentials } from '../http/http-server.ts'
import { listen } from '../http/listen.ts'
import type { Options, ValuesOf } from '../options/options.ts'
import type { Product } from '../products/product.ts'
import type { Sandbox } from '../sandbox/ensure-sandbox.ts'
import { dataOptions, listenOptions } from './options.ts'
import type { Platform } from './platform.ts'

/** Under which addresses a node is reached: those of its options, in which a port can be 0 until it listens. */
export function sandboxOf(options: Options): Sandbox {
  const { port, backupPort } = options.of(listenOptions)
  const { data, trust } = options.of(dataOptions)
  return { folder: data, trust, ...urlsOf(options.of(listenOptions), port, backupPort) }
}

/** Listens for calls, and puts the addresses that this has given into `sandbox`. Answers where it listens with TLS, if it does. */
export async function listenForCalls(
  app: FastifyInstance,
  { clock, random, options }: Platform,
  sandbox: Sandbox,
): Promise<string | undefined> {
  const listening = options.of(listenOptions)
  const { host, port, backupPort, tlsPort } = listening
  const tls = tlsPort === undefined ? undefined : { port: tlsPort, credentials: await credentials() }
  const ports = await listen(app, { host, port, backupPort, tls })
  Object.assign(sandbox, urlsOf(listening, ports.port, ports.backupPort))
  return ports.tlsPort === undefined ? undefined : urlAt(nameOf(listening), ports.tlsPort, 'https')

  async function credentials(): Promise<TlsCredentials> {
    // Loaded here, because with it comes what makes certificates.
    const { tlsCredentials } = await import('../sandbox/tls.ts')
    return tlsCredentials(sandbox.folder, { random, host: nameOf(listening), wallNow: clock.wallNow() })
  }
}

/** Listens for the administration of a node with these products. */
export async function listenForAdministration(
  products: readonly Product[],
  context: Omit<AdminContext, 'endpoints'>,
): Promise<RunningAdmin> {
  // Loaded here, so that nobody waits for it who calls the platform.
  const [{ listenForAdmin }, { adminEndpointsOf }] = await Promise.all([
    import('../admin/listen.ts'),
    import('./admin-endpoints.ts'),
  ])
  const { adminPort, adminHost } = context.platform.options.of(listenOptions)
  return listenForAdmin({ ...context, endpoints: await adminEndpointsOf(products) }, adminPort, adminHost)
}

type Listening = ValuesOf<typeof listenOptions>

function nameOf({ advertise, host }: Listening): string {
  return advertise ?? calledAs(host, 'anywhere')
}

function urlsOf(
  listening: Listening,
  port: number,
  backupPort: number | undefined,
): Pick<Sandbox, 'baseUrl' | 'backupUrl'> {
  const name = nameOf(listening)
  return {
    baseUrl: urlAt(name, port),
    backupUrl: backupPort === undefined ? undefined : urlAt(name, backupPort),
  }
}
