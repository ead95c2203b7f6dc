/** A text in each language: the official one, and our translations. */
export interface Texts {
  zh: string
  hant: string
  en: string
}

/**
 * One error as it goes over the wire. One `code` has several texts and statuses, so each error is a value of its own;
 * clients branch only on status and code.
 */
export interface ErrorEntry extends Readonly<Texts> {
  /** For logs, documents and tests: no two errors have the same. */
  readonly name: string
  readonly status: number
  readonly code: string
  /** True for what the gateway refuses on behalf of a call, without a signature like all its refusals. */
  readonly unsigned?: true
  /** The number behind the last `-` of `Request-ID`, where one is known; otherwise that of a bad parameter. */
  readonly number?: number
}

/** Declares errors: each is a value that knows the name by which it is declared. */
export function errorTable<Name extends string>(
  table: Readonly<Record<Name, Omit<ErrorEntry, 'name'>>>,
): { readonly [N in Name]: ErrorEntry } {
  const named = Object.entries<Omit<ErrorEntry, 'name'>>(table).map(([name, entry]) => [
    name,
    { name, ...entry },
  ])
  return Object.fromEntries(named)
}

/** Languages of error texts. `zh-HK` and `zh-TW` share the traditional text. */
export const LANGUAGES = ['zh-CN', 'en', 'zh-HK', 'zh-TW'] as const
export type Language = (typeof LANGUAGES)[number]

/**
 * Where a refused value stood. The gateway says `location` and `value` and names the field in the message; calls whose own
 * page prints a message for it also have `issue` and `field`: a JSON pointer in a body, the bare name in a query or a path.
 */
export interface ErrorDetail {
  field?: string
  /** The refused value, or its length where that is refused; the pointers of parameters that are not defined. */
  value?: unknown
  issue?: string
  /** `null` with parameters that are not defined, wherever they stood. */
  location?: 'body' | 'query' | 'url' | 'uri_template' | 'header' | 'authorization' | null
  /** Only with a signature mismatch. */
  detail?: { issue: string }
  sign_information?: {
    method: string
    sign_message_length: number
    truncated_sign_message: string
    url: string
  }
}

/** The body of an error reply. */
export interface ErrorBody {
  code: string
  detail?: ErrorDetail
  message: string
}

const BAD_PARAMETER = 268435461

/** An error that a caller is meant to see: thrown anywhere, turned into a reply at the edge. */
export class ApiError extends Error {
  readonly entry: ErrorEntry
  readonly detail: ErrorDetail | undefined
  /** The message, where it is not that of the entry. */
  readonly #texts: Texts | undefined
  /** For the log: what the reply does not say. */
  readonly found: string | undefined

  constructor(entry: ErrorEntry, detail?: ErrorDetail, more: { texts?: Texts; found?: string } = {}) {
    super(more.texts?.zh ?? entry.zh)
    this.name = 'ApiError'
    this.entry = entry
    this.detail = detail
    this.#texts = more.texts
    this.found = more.found
  }

  get status(): number {
    return this.entry.status
  }

  /** The number behind `Request-ID`. */
  get number(): number {
    return this.entry.number ?? BAD_PARAMETER
  }

  /** Compact, with its keys in alphabetical order, as the real gateway writes it. */
  body(language: Language): ErrorBody {
    const { code } = this.entry
    const message = textIn(this.#texts ?? this.entry, language)
    return this.detail ? { code, detail: this.detail, message } : { code, message }
  }
}

function textIn({ zh, en, hant }: Texts, language: Language): string {
  if (language === 'zh-CN') return zh
  return language === 'en' ? en : hant
}

/** The first language of an `Accept-Language` header that the platform has; Simplified Chinese otherwise. */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  for (const part of (acceptLanguage ?? '').slice(0, 200).split(',')) {
    const wanted = part.split(';')[0]?.trim().toLowerCase()
    const found = LANGUAGES.find(language => language.toLowerCase() === wanted)
    if (found) return found
    if (wanted?.startsWith('en-')) return 'en'
    // Another Chinese is nearer to ours than whatever the client would take next.
    if (wanted === 'zh' || wanted?.startsWith('zh-')) return 'zh-CN'
  }
  return 'zh-CN'
}
