import { Command, InvalidArgumentError, Option } from 'commander'
import { checkLines, summaryLines } from '../doctor/report.ts'
import { runDoctor } from '../doctor/run-doctor.ts'
import { pooledRandom } from '../node/random.ts'
import { type AdministrationOptions, addressOf, parseHttpUrl, takesAdministration } from './admin-address.ts'
import { describeFailure } from './describe-failure.ts'

interface DoctorCommandOptions extends AdministrationOptions {
  gate?: string
  shop?: string
  mchid: string
  only?: string[]
  backupHost?: boolean
  timeLimit: number
  json?: boolean
}

/** How `boomgate doctor` ends; what is not whole may lack findings, so it goes before those that there are. */
const SOME_FAILED = 1
const NOT_WHOLE = 2

/** `boomgate doctor`: examines a merchant's program before it goes live. */
export function doctorCommand(): Command {
  return takesAdministration(new Command('doctor'))
    .description("examine a merchant's program before it goes live")
    .addOption(
      new Option(
        '--gate <url>',
        "the gate adapter of the merchant's program, such as http://127.0.0.1:3000/gate",
      )
        .env('BOOMGATE_GATE')
        .argParser(parseHttpUrl('http://127.0.0.1:3000/gate')),
    )
    .addOption(
      new Option(
        '--shop <url>',
        "the shop adapter of the merchant's program, such as http://127.0.0.1:3000/shop; one of the two at least",
      )
        .env('BOOMGATE_SHOP')
        .argParser(parseHttpUrl('http://127.0.0.1:3000/shop')),
    )
    .addOption(
      new Option('--mchid <number>', 'the merchant number that the program calls with')
        .env('BOOMGATE_MCHID')
        .default('1230000109'),
    )
    .addOption(
      new Option('--only <ids>', 'these checks and what they need, with commas between').argParser(text =>
        text.split(','),
      ),
    )
    .addOption(
      new Option('--backup-host', 'the program has a second access point: let the first one be down'),
    )
    .addOption(
      new Option('--time-limit <seconds>', 'how long one check may take').default(30).argParser(wholeSeconds),
    )
    .addOption(new Option('--json', 'the report as JSON, in place of the table'))
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : NOT_WHOLE))
    .action(doctor)
}

async function doctor(options: DoctorCommandOptions): Promise<void> {
  const { gate, shop, mchid, only, backupHost, timeLimit, json } = options
  if (gate === undefined && shop === undefined) {
    process.stderr.write(
      "error: name the adapter of the merchant's program with --gate or --shop; see --help\n",
    )
    process.exitCode = NOT_WHOLE
    return
  }
  const ended = new AbortController()
  // A reader such as `head` may close the pipe before it has everything; the checks go on to their end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  // What was changed is put back before the end.
  process.once('SIGINT', () => ended.abort())
  process.once('SIGTERM', () => ended.abort())
  try {
    const report = await runDoctor({
      ...{ admin: addressOf(options), gate, shop, mchid, only, backupHost, limitMs: timeLimit * 1000 },
      random: pooledRandom(),
      signal: ended.signal,
      onResult: result => !json && process.stdout.write(checkLines(result)),
    })
    process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : summaryLines(report))
    if (report.failed > 0) process.exitCode = SOME_FAILED
    if (report.errors > 0) {
      process.stderr.write('error: some checks could not be made to their end; the report says why\n')
      process.exitCode = NOT_WHOLE
    }
    if (ended.signal.aborted) {
      process.stderr.write('error: interrupted; what is still changed is in the report as left behind\n')
      process.exitCode = NOT_WHOLE
    }
  } catch (error) {
    process.stderr.write(`error: ${describeFailure(error)}\n`)
    process.exitCode = NOT_WHOLE
  }
}

function wholeSeconds(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= 3_600) return value
  throw new InvalidArgumentError('It must be a whole number from 1 to 3600.')
}
