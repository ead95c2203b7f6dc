import type { Kind } from './kinds.ts'

// What can be set at start. A room or a product declares a group of options once; the flags of the command line, the
// variables of the environment, the defaults, the types that its code reads and the tables of the documents follow from it.

/** One option. Its flag and its variable follow from its name: `rateLimit` is `--rate-limit` and `BOOMGATE_RATE_LIMIT`. */
export interface OptionDeclaration<Value = unknown> {
  kind: Kind<Value>
  /** The value when nobody says one, written as a user would; without it the option is `undefined` then. */
  default?: string
  /** Another environment variable than the one that follows from the name. */
  variable?: string
  /** From the environment only, because everybody on the machine sees a command line. */
  secret?: true
  en: string
  zh: string
}

/** Options of one room or product, and a section of the help and of the documents. */
export interface OptionGroup<
  Declarations extends Record<string, OptionDeclaration> = Record<string, OptionDeclaration>,
> {
  title: { en: string; zh: string }
  options: Declarations
}

type ValueOf<Declaration> = Declaration extends { kind: Kind<infer Value> }
  ? Declaration extends { default: string }
    ? Value
    : Value | undefined
  : never

/** The values of a group, by the names of its options; of several groups the union of theirs. */
export type ValuesOf<Group> =
  Group extends OptionGroup<infer Declarations>
    ? { readonly [Name in keyof Declarations]: ValueOf<Declarations[Name]> }
    : never

/** Declares a group of options. */
export function optionGroup<const Declarations extends Record<string, OptionDeclaration>>(
  group: OptionGroup<Declarations>,
): OptionGroup<Declarations> {
  return group
}

/** An option as a table of all options has it. */
export interface ListedOption extends OptionDeclaration {
  name: string
  /** Such as `--rate-limit`. */
  flag: string
  /** Such as `BOOMGATE_RATE_LIMIT`. */
  variable: string
  group: OptionGroup
}

/** Every option of these groups, in their order. Throws a sentence where two have one flag or one variable. */
export function listOptions(groups: readonly OptionGroup[]): readonly ListedOption[] {
  const listed = groups.flatMap(group =>
    Object.entries(group.options).map(([name, declaration]) => listedOption(group, name, declaration)),
  )
  requireDistinct(listed, 'flag')
  requireDistinct(listed, 'variable')
  return listed
}

function listedOption(group: OptionGroup, name: string, declaration: OptionDeclaration): ListedOption {
  const words = name.replaceAll(/[A-Z]/g, letter => `_${letter}`)
  return {
    variable: `BOOMGATE_${words.toUpperCase()}`,
    ...declaration,
    name,
    flag: `--${words.toLowerCase().replaceAll('_', '-')}`,
    group,
  }
}

function requireDistinct(listed: readonly ListedOption[], what: 'flag' | 'variable'): void {
  const seen = new Map<string, ListedOption>()
  for (const option of listed) {
    const other = seen.get(option[what])
    if (other)
      throw new Error(
        `The options ${other.name} of "${other.group.title.en}" and ${option.name} of "${option.group.title.en}" ` +
          `both have the ${what} ${option[what]}: rename one.`,
      )
    seen.set(option[what], option)
  }
}

/** What the options of a node are set to. Each room reads those of its own group. */
export class Options {
  readonly #values = new Map<OptionGroup, Record<string, unknown>>()

  /** `given` has values by the names of the options; the others get their defaults. Throws for a name that no group declares. */
  constructor(groups: readonly OptionGroup[], given: Readonly<Record<string, unknown>>) {
    const listed = listOptions(groups)
    for (const group of groups) this.#values.set(group, {})
    for (const option of listed) {
      const values = this.#values.get(option.group) ?? {}
      values[option.name] = given[option.name] ?? defaultOf(option)
    }
    const names = new Set(listed.map(({ name }) => name))
    const unknown = Object.keys(given).find(name => !names.has(name))
    if (unknown !== undefined)
      throw new Error(`There is no option ${unknown}; there are ${[...names].join(', ')}`)
  }

  /** The values of a group. Throws when the node was not composed with it. */
  of<Group extends OptionGroup>(group: Group): ValuesOf<Group> {
    const values = this.#values.get(group)
    if (!values) throw new Error(`No room and no product of this node has the options "${group.title.en}"`)
    return values as ValuesOf<Group>
  }
}

/** Such as `--port <number>`, or only the flag of a switch. */
export function flagsOf({ flag, kind }: ListedOption): string {
  return kind.word === '' ? flag : `${flag} <${kind.word}>`
}

/** What an option is when nobody sets it. */
export function defaultOf({ kind, default: written }: OptionDeclaration): unknown {
  return written === undefined ? undefined : kind.read(written)
}
