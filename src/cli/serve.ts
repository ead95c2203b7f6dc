import { Command } from 'commander'
import { type dataOptions, type GivenOptions, type listenOptions, optionGroupsOf } from '../node/options.ts'
import { listOptions, type ValuesOf } from '../options/options.ts'
import { addOptions, readSecrets } from './add-options.ts'
import { banner } from './banner.ts'
import { endWith } from './end-with.ts'
import { namingOption } from './listen-failure.ts'

/** What the options say: those with a default have a value. */
type Given = GivenOptions & ValuesOf<typeof listenOptions> & Pick<ValuesOf<typeof dataOptions>, 'data'>

/** `boomgate serve`: runs the platform until it is stopped. `run` gets what the options say. */
export function serveCommand(run: (given: Given) => Promise<void> = serve): Command {
  const options = listOptions(optionGroupsOf())
  return addOptions(new Command('serve').description('run the platform'), options).action(given =>
    run({ ...given, ...readSecrets(options, process.env) }),
  )
}

async function serve(given: Given): Promise<void> {
  // Loaded here, so that the help needs nothing of it.
  const { startPlatform } = await import('../node/start.ts')
  const { port, host, backupPort, tlsPort, adminPort, adminHost } = given
  const running = await startPlatform(given).catch(async error => {
    throw await namingOption(error, [
      ['--port', '--host', port, host],
      ['--backup-port', '--host', backupPort, host],
      ['--tls-port', '--host', tlsPort, host],
      ['--admin-port', '--admin-host', adminPort, adminHost],
    ])
  })
  endWith(running)
  // Said last: whoever reads it may send a signal at once.
  process.stdout.write(banner(running, given))
}
