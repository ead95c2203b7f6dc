import { type Command, InvalidArgumentError, Option } from 'commander'
import { defaultOf, flagsOf, type ListedOption } from '../options/options.ts'

/** Gives a command these options, by the sections of their groups. */
export function addOptions(command: Command, options: readonly ListedOption[]): Command {
  for (const option of options) if (!option.secret) command.addOption(commandOption(option))
  return command.addHelpText('after', secretsHelp(options.filter(({ secret }) => secret)))
}

/**
 * The values of options that come from the environment only. Throws with the name of the variable and what to write
 * instead, and never repeats what was given.
 */
export function readSecrets(
  options: readonly ListedOption[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, unknown> {
  const given = options.filter(({ secret, variable }) => secret && environment[variable] !== undefined)
  return Object.fromEntries(
    given.map(({ name, kind, variable }) => {
      try {
        return [name, kind.read(environment[variable] ?? '')]
      } catch (error) {
        throw new Error(`${variable} is invalid. ${messageOf(error)}`)
      }
    }),
  )
}

/** How a variable says that its switch is off. */
const SAYS_NO = /^(?:0|false|no|off)$/i

function commandOption(listed: ListedOption): Option {
  const { variable, kind, en, group } = listed
  const option = new Option(flagsOf(listed), en).helpGroup(`${group.title.en}:`)
  // The library takes a switch for on as soon as its variable is there, whatever it says.
  if (kind.word !== '' || !SAYS_NO.test(process.env[variable] ?? '')) option.env(variable)
  if (listed.default !== undefined) option.default(defaultOf(listed), listed.default)
  if (kind.choices) return option.choices([...kind.choices])
  return kind.word === '' ? option : option.argParser(refusing(kind.read))
}

function secretsHelp(secrets: readonly ListedOption[]): string {
  const width = Math.max(...secrets.map(({ variable }) => variable.length))
  const lines = secrets.map(({ variable, en }) => `  ${variable.padEnd(width)}  ${en}`)
  return ['\nEnvironment only, because everybody on the machine sees a command line:', ...lines].join('\n')
}

function refusing<T>(read: (text: string) => T): (text: string) => T {
  return text => {
    try {
      return read(text)
    } catch (error) {
      throw new InvalidArgumentError(messageOf(error))
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
