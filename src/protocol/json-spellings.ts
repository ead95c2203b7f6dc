/** In what two spellings of one JSON text can differ. */
export type SpellingDifference = 'spacing' | 'key_order' | 'unicode_escapes' | 'slash_escapes' | 'values'

/** Larger texts are not spelled in other ways, because each spelling costs as much as all of the text. */
const MAX_LENGTH = 16 * 1024
const MAX_DEPTH = 32

interface Spacing {
  /** Between the members of one line. */
  comma: string
  colon: string
  /** What one level is indented by; empty for one line. */
  indent: string
}

/** As libraries write JSON: JavaScript and most others, Python, and the usual ways to make it pretty. */
const SPACINGS: readonly Spacing[] = [
  { comma: ',', colon: ':', indent: '' },
  { comma: ', ', colon: ': ', indent: '' },
  { comma: ',', colon: ': ', indent: '  ' },
  { comma: ',', colon: ': ', indent: '    ' },
  { comma: ',', colon: ': ', indent: '\t' },
  { comma: ',', colon: ' : ', indent: '  ' },
]

const unicode = (text: string) =>
  text.replaceAll(/[\u0080-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
const slashes = (text: string) => text.replaceAll('/', '\\/')
const html = (text: string) =>
  text.replaceAll(/[<>&]/g, letter => `\\u00${letter.charCodeAt(0).toString(16)}`)

const upper = (text: string) =>
  text.replaceAll(
    /[\u0080-\uffff]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
const gson = (text: string) =>
  text.replaceAll(/[<>&'=]/g, letter => `\\u00${letter.charCodeAt(0).toString(16)}`)
const dotNet = (text: string) =>
  upper(text)
    .replaceAll(/\\./g, pair => (pair === '\\"' ? '\\u0022' : pair))
    .replaceAll(/[<>&'+`]/g, letter => `\\u00${letter.charCodeAt(0).toString(16).toUpperCase()}`)

/** What libraries escape besides what they must: nothing, Python, PHP, PHP with a flag, Go, Java, Gson, .NET. */
const ESCAPES: readonly ((literal: string) => string)[] = [
  literal => literal,
  unicode,
  literal => slashes(unicode(literal)),
  slashes,
  html,
  upper,
  gson,
  dotNet,
]

/** The same content as libraries write it, without the text itself; nothing for what is no JSON or is large. */
export function* jsonSpellings(text: string): Generator<string> {
  if (text.length > MAX_LENGTH) return
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || depthOf(value) > MAX_DEPTH) return
  const met = new Set<string>()
  for (const isSorted of [false, true]) {
    for (const escaping of ESCAPES) {
      for (const [index, spacing] of SPACINGS.entries()) {
        const spelling = write(value, { ...spacing, isSorted, escape: escaping }, '')
        const isMet = met.has(spelling)
        // Most texts have nothing that is escaped or sorted, and then the other spacings are those that were, too.
        if (isMet && index === 0) break
        met.add(spelling)
        if (!isMet && spelling !== text) yield spelling
      }
    }
  }
}

/** How libraries encode names and values of a form: as forms have it, with %20 for blanks, and not encoded at all. */
const FORM_ENCODINGS: readonly ((text: string) => string)[] = [
  text => new URLSearchParams({ '': text }).toString().slice(1),
  text => encodeURIComponent(text.toWellFormed()),
  text => text,
]

/** An object's own fields as a form, `a=1&b=2`; nothing for what is no JSON object or is large. */
export function* formSpellings(text: string): Generator<string> {
  if (text.length > MAX_LENGTH) return
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depthOf(value) > MAX_DEPTH)
    return
  const met = new Set<string>()
  for (const isSorted of [false, true]) {
    for (const textOf of [jsonUnlessText, asJavaScriptJoins]) {
      for (const encode of FORM_ENCODINGS) {
        const form = entriesOf(value, { isSorted })
          .map(([name, member]) => `${encode(name)}=${encode(textOf(member))}`)
          .join('&')
        if (form !== '' && !met.has(form)) yield form
        met.add(form)
      }
    }
  }
}

function jsonUnlessText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `String` itself would call what an object has under `toString`. */
function asJavaScriptJoins(value: unknown): string {
  return typeof value === 'object' && value !== null ? '[object Object]' : String(value)
}

/** How one spelling differs from another of the same content; `values` when nothing else does. */
export function spellingDifferences(one: string, other: string): SpellingDifference[] {
  const differs = (aspect: (text: string) => string) => aspect(one) !== aspect(other)
  const found: SpellingDifference[] = []
  if (differs(spacingOf)) found.push('spacing')
  if (differs(keysOf)) found.push('key_order')
  if (differs(text => matches(text, /\\u[0-9a-f]{4}/gi))) found.push('unicode_escapes')
  if (differs(text => matches(text, /\\\//g))) found.push('slash_escapes')
  return found.length > 0 ? found : ['values']
}

interface Style extends Spacing {
  isSorted: boolean
  escape(literal: string): string
}

function write(value: unknown, style: Style, margin: string): string {
  if (typeof value === 'string') return style.escape(JSON.stringify(value))
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = margin + style.indent
  const members = Array.isArray(value)
    ? value.map(item => write(item, style, inner))
    : entriesOf(value, style).map(
        ([name, member]) => style.escape(JSON.stringify(name)) + style.colon + write(member, style, inner),
      )
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (style.indent === '' || members.length === 0) return open + members.join(style.comma) + close
  return `${open}\n${inner}${members.join(`,\n${inner}`)}\n${margin}${close}`
}

function entriesOf(value: object, { isSorted }: Pick<Style, 'isSorted'>): [string, unknown][] {
  const entries = Object.entries(value)
  return isSorted ? entries.sort(([one], [other]) => (one < other ? -1 : 1)) : entries
}

function depthOf(value: unknown): number {
  let depth = 0
  let level: unknown[] = [value]
  while (level.length > 0 && depth <= MAX_DEPTH) {
    depth += 1
    level = level.flatMap(item => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  return depth
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const STRING_LITERAL = /"(?:[^"\\]|\\.)*"/g

/** The blanks outside of strings, whatever the order of what they stand between. */
function spacingOf(text: string): string {
  const runs = text.replace(STRING_LITERAL, '""').match(/\s+/g) ?? []
  return runs.sort().join('|')
}

function keysOf(text: string): string {
  const names: string[] = []
  JSON.parse(text, function note(this: unknown, name: string, value: unknown) {
    if (!Array.isArray(this)) names.push(name)
    return value
  })
  return JSON.stringify(names)
}

function matches(text: string, pattern: RegExp): string {
  return (text.match(pattern) ?? []).join('')
}
