import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

const LOOPBACK = '127.0.0.1'
const WILDCARDS: readonly string[] = ['0.0.0.0', '::']

/** Whether nobody but this machine reaches a listener at this address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/**
 * The address under which a listener is called. A wildcard is none: from anywhere it is the first address of the machine in
 * its network, if it has one, and from the machine itself the loopback.
 */
export function calledAs(
  host: string,
  from: 'anywhere' | 'here',
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string {
  if (!WILDCARDS.includes(host)) return host
  if (from === 'here') return LOOPBACK
  const addresses = Object.values(interfaces).flatMap(found => found ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? LOOPBACK
}

export function urlAt(host: string, port: number, scheme = 'http'): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
