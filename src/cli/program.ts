import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { serveCommand } from './serve.ts'

const MANIFEST = join(import.meta.dirname, '..', '..', 'package.json')

/** The command line with all its commands. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }
  return new Command('boomgate')
    .description('The WeChat Pay merchant platform (APIv3) as software anyone can run')
    .version(`boomgate ${version}, Node ${process.versions.node}`, '--version', 'say which version this is')
    .addCommand(serveCommand())
    .addCommand(explainCommand())
    .addCommand(doctorCommand())
}
