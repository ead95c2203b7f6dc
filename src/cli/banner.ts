import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isLoopback } from '../http/address.ts'
import type { RunningPlatform } from '../node/start.ts'
import { formatTimeMs } from '../protocol/time.ts'
import { UNSEALED } from '../store/secrets.ts'

/** Where a clone of the project is; an installed package has no examples. */
const PROJECT = join(import.meta.dirname, '..', '..')
const EXAMPLE = 'examples/park-a-car.ts'

type Running = Pick<
  RunningPlatform,
  'baseUrl' | 'backupUrl' | 'tlsUrl' | 'admin' | 'isNew' | 'platform' | 'scheduler'
>

/** What a start says: where it listens, what is where in the data folder, what time it is, and what to do next. */
export function banner(running: Running, { data, adminHost }: { data: string; adminHost: string }): string {
  const { baseUrl, backupUrl, tlsUrl, admin, isNew, platform } = running
  const published = isLoopback(adminHost) ? '' : `   published on ${adminHost}`
  const keys = [
    ...existing(data, ['merchants', '1230000109']).map(path => `  Direct merchant   ${path}`),
    ...existing(data, ['merchants', '1230000100']).map(
      path => `  Service provider  ${path}   sub-merchant 1900000109`,
    ),
  ]
  const lines = [
    `Boomgate listens on ${baseUrl} (${platform.db.engine}, ${isNew ? 'new sandbox' : 'existing sandbox'} in ${data})`,
    '',
    ...keys,
    ...existing(data, ['sandbox.json']).map(path => `  Sandbox           ${path}`),
    ...(keys.length === 0
      ? ['  Merchants         none has keys in this folder; --write-missing-keys issues new ones']
      : []),
    `  Administration    ${admin.url}/admin/v1   token in ${join(data, 'admin.json')}${published}`,
    ...(backupUrl ? [`  Second access     ${backupUrl}`] : []),
    ...(tlsUrl ? [`  TLS               ${tlsUrl}   trust ${join(data, 'tls', 'ca.pem')}`] : []),
    ...(platform.secrets === UNSEALED ? [] : ['  Secrets           sealed in the store']),
    ...businessTime(running).map(text => `  Business time     ${text}`),
    '',
    `Next: point your merchant at ${baseUrl}${keys.length === 0 ? '' : ` with the keys of one of these folders${exampleOf(data)}`}. Ctrl+C stops.`,
  ]
  return `${lines.join('\n')}\n`
}

/** The path below the data folder, if it is there, and a merchant's key in it: a second node has another's sandbox, and a copy may be in part. */
function existing(data: string, parts: readonly string[]): string[] {
  const path = join(data, ...parts)
  return existsSync(parts[0] === 'merchants' ? join(path, 'apiclient_key.pem') : path) ? [path] : []
}

/** Nothing where it is wall time, as everybody expects. */
function businessTime({ platform: { clock }, scheduler }: Running): string[] {
  const now = clock.now()
  const offsetMs = now - clock.wallNow()
  if (scheduler.control.state().frozen_at !== null) return [`frozen at ${formatTimeMs(now)}`]
  const apart = durationOf(Math.abs(offsetMs))
  if (apart === '') return []
  return [`${apart} ${offsetMs > 0 ? 'ahead of' : 'behind'} wall time`]
}

/** Such as `1 d 3 h`; empty for less than a second. */
function durationOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts: [amount: number, unit: string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ')
}

function exampleOf(data: string): string {
  if (!existsSync(join(PROJECT, EXAMPLE))) return ''
  const isUsual = resolve(data) === join(PROJECT, 'data')
  const more = isUsual ? '' : ` -- --data ${JSON.stringify(resolve(data))}`
  return `,\nor park a car with   npm run example${more}    (${EXAMPLE})`
}
