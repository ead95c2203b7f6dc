import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { AccessPoint } from '../faults/rules.ts'

/** The names of the real access points: the nearest one and the one far away, each with the name of another domain. */
export const OFFICIAL_NAMES: Readonly<Record<string, AccessPoint>> = {
  'api.mch.weixin.qq.com': 'api',
  'api.wechatpay.cn': 'api',
  'api2.mch.weixin.qq.com': 'api2',
  'api2.wechatpay.cn': 'api2',
}

/** Connections that came in by the port of the backup. */
const ofBackup = new WeakSet<Socket>()

/** Takes note that a connection came in by the port of the backup. */
export function noteBackup(socket: Socket): void {
  ofBackup.add(socket)
}

/** The access point that a request means: by the official name that it calls, or else by the port where it came in. */
export function accessPointOf({ headers, socket }: IncomingMessage): AccessPoint {
  const name = headers.host?.replace(/:\d*$/, '').toLowerCase() ?? ''
  const named = Object.hasOwn(OFFICIAL_NAMES, name) ? OFFICIAL_NAMES[name] : undefined
  return named ?? (ofBackup.has(socket) ? 'api2' : 'api')
}
