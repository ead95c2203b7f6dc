import { ERRORS, type ErrorEntry, type ErrorName, type Texts } from './error-table.ts'

export { ERRORS, type ErrorName, type Texts } from './error-table.ts'

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
  readonly errorName: ErrorName
  readonly detail: ErrorDetail | undefined
  /** The message, where it is not that of the table. */
  readonly #texts: Texts | undefined
  /** For the log: what the reply does not say. */
  readonly found: string | undefined

  constructor(errorName: ErrorName, detail?: ErrorDetail, more: { texts?: Texts; found?: string } = {}) {
    super(more.texts?.zh ?? ERRORS[errorName].zh)
    this.name = 'ApiError'
    this.errorName = errorName
    this.detail = detail
    this.#texts = more.texts
    this.found = more.found
  }

  get entry(): ErrorEntry {
    return ERRORS[this.errorName]
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
