import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { AdminAddress } from '../admin-client/admin-client.ts'
import { CannotRun } from '../doctor/findings.ts'

/** How a command finds where the administration of a platform is. */
export interface AdministrationOptions {
  data: string
  adminUrl?: string
  adminToken?: string
}

/** Gives a command the options of {@link AdministrationOptions}. */
export function takesAdministration(command: Command): Command {
  return command
    .addOption(
      new Option('--data <folder>', "the platform's data folder, which says where its administration listens")
        .env('BOOMGATE_DATA')
        .default('./data'),
    )
    .addOption(
      new Option('--admin-url <url>', 'the administration API, in place of the data folder')
        .env('BOOMGATE_ADMIN_URL')
        .argParser(parseAdminUrl),
    )
    .addOption(new Option('--admin-token <token>', 'its token; with --admin-url').env('BOOMGATE_ADMIN_TOKEN'))
}

/** Where the administration is. Throws with what to do when that cannot be known. */
export function addressOf({ data, adminUrl, adminToken }: AdministrationOptions): AdminAddress {
  if (adminUrl !== undefined && adminToken !== undefined) return { url: adminUrl, token: adminToken }
  if (adminUrl !== undefined || adminToken !== undefined)
    throw new CannotRun('Give both --admin-url and --admin-token, or neither and --data.')
  const path = join(data, 'admin.json')
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as AdminAddress
  } catch (cause) {
    throw new CannotRun(
      `${path} cannot be read. Start the platform with \`boomgate serve\`, and name its data folder with --data, or its administration with --admin-url and --admin-token.`,
      { cause },
    )
  }
}

/** Reads an address with or without the `/admin/v1` of the calls. */
function parseAdminUrl(text: string): string {
  return parseHttpUrl('http://127.0.0.1:8090')(text).replace(/(?:\/admin(?:\/v1)?)?\/*$/, '')
}

/** Reads an address of HTTP, as it is. */
export function parseHttpUrl(example: string): (text: string) => string {
  return text => {
    if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text
    throw new InvalidArgumentError(`It must be a URL, such as ${example}.`)
  }
}
