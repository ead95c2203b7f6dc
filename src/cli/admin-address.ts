import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AdminAddress } from '../server/admin/listen.ts'

/** Where the platform that runs on a data folder has its administration. Throws with what to do when none has run there. */
export function adminAddress(data: string): AdminAddress {
  const path = join(data, 'admin.json')
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AdminAddress
  } catch (cause) {
    throw new Error(
      `${path} cannot be read. Start the platform with \`boomgate serve\`, and name its data folder with --data.`,
      { cause },
    )
  }
}
