import { Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_RULES, parseDuration, parseHost, parseLadder, parseOrigin } from '../node/config.ts'
import { PLATE_SYNTAXES, type PlateSyntax } from '../products/industry/parking/plate.ts'
import { TRUST_STATES, type TrustState } from '../protocol/trust.ts'
import { banner } from './banner.ts'
import { endWith } from './end-with.ts'
import { namingOption } from './listen-failure.ts'
import { secretsKeys } from './secrets-keys.ts'

interface ServeOptions {
  port: number
  host: string
  backupPort?: number
  tlsPort?: number
  advertise?: string
  adminPort: number
  adminHost: string
  data: string
  writeMissingKeys?: boolean
  database?: string
  trust?: TrustState
  profile: 'sandbox' | 'production'
  deductionLadder: number[]
  advanceGrace: number
  profitSharingHold: number
  plateSyntax: PlateSyntax
  maxChargeAmount: number
  maxDailyAmount: number
  maxDailyCharges: number
  parkingLifetime: number
  chargeAfterExit: number
  chargeSetupCode: 'INVALID_REQUEST' | 'PARAM_ERROR' | 'NO_AUTH'
  walletRefundDelay: number
  cardRefundDelay: number
  refundInterval: number
  publishedLimits: 'on' | 'off'
  rateLimit: number
  undefinedFields: 'refuse' | 'ignore'
  publicUrl?: string
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

const FROM_THE_ENVIRONMENT = `
Environment alone, because everybody on the machine sees a command line:
  BOOMGATE_SECRETS_KEY      32 bytes in Base64 or hexadecimal that seal the secrets of the store
  BOOMGATE_OLD_SECRETS_KEY  the key that was, when it is changed`

/** `boomgate serve`: runs the platform until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the platform')
    .addOption(option('--port <number>', 'port to listen on', 'PORT', integer(0, 65_535), 8080))
    .addOption(option('--host <address>', 'address to listen on', 'HOST', String, '127.0.0.1'))
    .addOption(
      new Option(
        '--backup-port <number>',
        'port of the second access point (api2); there is none when absent',
      )
        .env('BOOMGATE_BACKUP_PORT')
        .argParser(integer(0, 65_535)),
    )
    .addOption(
      new Option(
        '--tls-port <number>',
        'port to listen on with TLS, under the private CA of tls/ca.pem in the data folder; no TLS when absent',
      )
        .env('BOOMGATE_TLS_PORT')
        .argParser(integer(0, 65_535)),
    )
    .addOption(
      option(
        '--admin-port <number>',
        'port of the administration API',
        'ADMIN_PORT',
        integer(0, 65_535),
        8090,
      ),
    )
    .addOption(
      option(
        '--admin-host <address>',
        'address that it listens on; any but the loopback publishes it, with its token as the only protection',
        'ADMIN_HOST',
        String,
        '127.0.0.1',
      ),
    )
    .addOption(
      new Option(
        '--advertise <host>',
        "name or address under which others reach the platform, for merchant.json, download URLs and TLS; --host when absent, and for 0.0.0.0 the machine's address in its network",
      )
        .env('BOOMGATE_ADVERTISE')
        .argParser(refusing(parseHost)),
    )
    .addOption(
      new Option(
        '--public-url <url>',
        'scheme and host that download URLs begin with; where the platform listens when absent',
      )
        .env('BOOMGATE_PUBLIC_URL')
        .argParser(refusing(parseOrigin)),
    )
    .addOption(option('--data <folder>', 'folder for keys, world and store', 'DATA', String, './data'))
    .addOption(
      new Option(
        '--write-missing-keys',
        'write the files of the sandbox that the data folder lacks; merchants get another certificate for it',
      ).env('BOOMGATE_WRITE_MISSING_KEYS'),
    )
    .addOption(
      new Option('--database <url>', 'postgres:// URL; SQLite in the data folder when absent').env(
        'DATABASE_URL',
      ),
    )
    .addOption(
      new Option('--trust <state>', "put all merchants' keys into this state")
        .env('BOOMGATE_TRUST')
        .choices(TRUST_STATES),
    )
    .addOption(
      new Option(
        '--profile <name>',
        'production sends nothing to private addresses; parking calls take only https',
      )
        .env('BOOMGATE_PROFILE')
        .choices(['sandbox', 'production'])
        .default(DEFAULT_RULES.profile),
    )
    .addOption(
      option(
        '--deduction-ladder <durations>',
        'waits before the deduction and after each failing attempt',
        'DEDUCTION_LADDER',
        refusing(parseLadder),
        [...DEFAULT_RULES.deductionLadder],
        '0s,1m,10m,1h,6h,24h',
      ),
    )
    .addOption(
      option(
        '--advance-grace <duration>',
        'how long an advance may stay open before its payer is overdue',
        'ADVANCE_GRACE',
        refusing(parseDuration),
        DEFAULT_RULES.advanceGrace,
        '0s',
      ),
    )
    .addOption(
      option(
        '--profit-sharing-hold <duration>',
        'how long money of charges with profit_sharing is held',
        'PROFIT_SHARING_HOLD',
        refusing(parseDuration),
        DEFAULT_RULES.profitSharingHold,
        '30d',
      ),
    )
    .addOption(
      new Option('--plate-syntax <name>', 'what is a plate: any letters and digits, or what GA 36 knows')
        .env('BOOMGATE_PLATE_SYNTAX')
        .choices(PLATE_SYNTAXES)
        .default(DEFAULT_RULES.plateSyntax),
    )
    .addOption(
      option(
        '--max-charge-amount <fen>',
        'highest amount of one charge',
        'MAX_CHARGE_AMOUNT',
        integer(1, Number.MAX_SAFE_INTEGER),
        DEFAULT_RULES.maxChargeAmount,
      ),
    )
    .addOption(
      option(
        '--max-daily-amount <fen>',
        "highest amount of a payer's charges by one merchant in a day, or off",
        'MAX_DAILY_AMOUNT',
        orOff(integer(1, Number.MAX_SAFE_INTEGER)),
        DEFAULT_RULES.maxDailyAmount,
        'off',
      ),
    )
    .addOption(
      option(
        '--max-daily-charges <number>',
        'charges that a direct merchant makes of a payer in a day, or off',
        'MAX_DAILY_CHARGES',
        orOff(integer(1, 1_000_000)),
        DEFAULT_RULES.maxDailyCharges,
        'off',
      ),
    )
    .addOption(
      option(
        '--parking-lifetime <duration>',
        'how long an entry can be charged, or off',
        'PARKING_LIFETIME',
        orOff(refusing(parseDuration)),
        DEFAULT_RULES.parkingLifetime,
        'off',
      ),
    )
    .addOption(
      option(
        '--charge-after-exit <duration>',
        'how long after the exit a charge is taken, or off',
        'CHARGE_AFTER_EXIT',
        orOff(refusing(parseDuration)),
        DEFAULT_RULES.chargeAfterExit,
        'off',
      ),
    )
    .addOption(
      new Option(
        '--charge-setup-code <code>',
        'code of a charge whose app id is not bound; NO_AUTH also of one without the permission',
      )
        .env('BOOMGATE_CHARGE_SETUP_CODE')
        .choices(['INVALID_REQUEST', 'PARAM_ERROR', 'NO_AUTH'])
        .default(DEFAULT_RULES.chargeSetupCode),
    )
    .addOption(
      option(
        '--wallet-refund-delay <duration>',
        'how long a refund takes into a wallet',
        'WALLET_REFUND_DELAY',
        refusing(parseDuration),
        DEFAULT_RULES.walletRefundDelay,
        '5m',
      ),
    )
    .addOption(
      option(
        '--card-refund-delay <duration>',
        'how long it takes until a bank is asked to put a refund on a card',
        'CARD_REFUND_DELAY',
        refusing(parseDuration),
        DEFAULT_RULES.cardRefundDelay,
        '1d',
      ),
    )
    .addOption(
      option(
        '--refund-interval <duration>',
        'how far apart refunds of one order must be',
        'REFUND_INTERVAL',
        refusing(parseDuration),
        DEFAULT_RULES.refundInterval,
        '1m',
      ),
    )
    .addOption(
      new Option(
        '--published-limits <state>',
        'whether the limits of a second that are published for refunds and bills hold',
      )
        .env('BOOMGATE_PUBLISHED_LIMITS')
        .choices(['on', 'off'])
        .default(DEFAULT_RULES.publishedLimits),
    )
    .addOption(
      option(
        '--rate-limit <calls>',
        'calls of one operation by one merchant in a second',
        'RATE_LIMIT',
        integer(1, 1_000_000_000),
        DEFAULT_RULES.rateLimit,
      ),
    )
    .addOption(
      new Option(
        '--undefined-fields <what>',
        'what becomes of parameters that the documents do not define; bills and certificates ignore them always',
      )
        .env('BOOMGATE_UNDEFINED_FIELDS')
        .choices(['refuse', 'ignore'])
        .default(DEFAULT_RULES.undefinedFields),
    )
    .addOption(
      new Option('--log-level <level>', 'lines on standard error')
        .env('BOOMGATE_LOG_LEVEL')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .addHelpText('after', FROM_THE_ENVIRONMENT)
    .action(serve)
}

async function serve(options: ServeOptions): Promise<void> {
  const { port, host, backupPort, tlsPort, advertise, adminPort, adminHost, ...more } = options
  const { data, writeMissingKeys, database, trust, logLevel, publicUrl, ...rules } = more
  // Loaded here, so that the help needs nothing of it.
  const { startPlatform } = await import('../node/start.ts')
  const running = await startPlatform({
    ...{ port, host, backupPort, tlsPort, advertise, adminPort, adminHost, data, writeMissingKeys },
    ...{ database, trust, logLevel, publicUrl, rules, secretsKeys: secretsKeys(process.env) },
  }).catch(async error => {
    throw await namingOption(error, [
      ['--port', '--host', port, host],
      ['--backup-port', '--host', backupPort, host],
      ['--tls-port', '--host', tlsPort, host],
      ['--admin-port', '--admin-host', adminPort, adminHost],
    ])
  })
  endWith(running)
  // Said last: whoever reads it may send a signal at once.
  process.stdout.write(banner(running, { data, adminHost }))
}

/** An option with its environment variable `BOOMGATE_<name>`. */
function option<T>(
  flags: string,
  description: string,
  name: string,
  parse: (text: string) => T,
  value: T,
  shown?: string,
): Option {
  return new Option(flags, description).env(`BOOMGATE_${name}`).argParser(parse).default(value, shown)
}

function integer(minimum: number, maximum: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
  }
}

/** `off` is no limit. */
function orOff(parse: (text: string) => number): (text: string) => number {
  return text => (text === 'off' ? Infinity : parse(text))
}

function refusing<T>(parse: (text: string) => T): (text: string) => T {
  return text => {
    try {
      return parse(text)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}
