/** What an option can be set to. */
export interface Kind<Value> {
  /** What stands for the value in the help, such as `duration`; empty for a switch, which takes none. */
  readonly word: string
  /** Every value, where they can be listed. */
  readonly choices?: readonly (Value & string)[]
  /** Reads what was written. Throws a sentence that says what to write instead. */
  read(text: string): Value
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const UNITS: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** Business time plus this is still a date that can be written. */
const LONGEST_MS = 36_500 * DAY

/** `500ms`, `15s`, `10m`, `6h`, `30d`, at most a hundred years; in milliseconds. */
export function duration(): Kind<number> {
  return { word: 'duration', read: readDuration }
}

/** Durations between commas; each in milliseconds. */
export function durations(): Kind<readonly number[]> {
  return { word: 'durations', read: text => text.split(',').map(readDuration) }
}

/** A whole number of what `word` says, both limits included. */
export function integer(word: string, minimum: number, maximum: number): Kind<number> {
  return {
    word,
    read(text) {
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value
      throw new Error(`It must be a whole number from ${minimum} to ${maximum}.`)
    },
  }
}

/** An amount of money, at least 1 fen. */
export function amount(): Kind<number> {
  return integer('fen', 1, Number.MAX_SAFE_INTEGER)
}

/** A port; 0 picks a free one. */
export function port(): Kind<number> {
  return integer('number', 0, 65_535)
}

/** A number of that kind, or `off` for no limit, which is `Infinity`. */
export function orOff({ word, read }: Kind<number>): Kind<number> {
  return { word, read: text => (text === 'off' ? Infinity : read(text)) }
}

/** One of these values. */
export function choice<const Value extends string>(word: string, choices: readonly Value[]): Kind<Value> {
  return {
    word,
    choices,
    read(text) {
      const value = choices.find(choice => choice === text)
      if (value === undefined) throw new Error(`Allowed choices are ${choices.join(', ')}.`)
      return value
    },
  }
}

/** Any text. */
export function text(word: string): Kind<string> {
  return { word, read: written => written }
}

/** Something that is done when it is asked for. */
export function switchedOn(): Kind<true> {
  return { word: '', read: () => true }
}

/** A name or an address, without a scheme and a port. */
export function host(): Kind<string> {
  return {
    word: 'host',
    read(text) {
      const url = URL.parse(`http://${text.includes(':') ? `[${text}]` : text}`)
      if (!url || url.href !== `${url.origin}/` || url.port !== '')
        throw new Error(`"${text}" is no host: write a name or an address, such as sandbox.example`)
      return text
    },
  }
}

/** A scheme and a host, such as `https://pay.example.com`. */
export function origin(): Kind<string> {
  return {
    word: 'url',
    read(text) {
      const url = URL.parse(text)
      if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
        throw new Error(`"${text}" is no scheme and host: write one such as https://pay.example.com`)
      return url.origin
    },
  }
}

function readDuration(text: string): number {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  if (!count || !unit)
    throw new Error(`"${text}" is no duration: write a number with ms, s, m, h or d, such as 10m`)
  const duration = Number(count) * (UNITS[unit] ?? 1)
  if (duration > LONGEST_MS) throw new Error(`"${text}" is longer than a hundred years`)
  return duration
}
