import { ERRORS, type ErrorEntry, type ErrorName } from './error-table.ts'

export { ERRORS, type ErrorName } from './error-table.ts'

/** Languages of error texts. `zh-HK` and `zh-TW` share the traditional text. */
export const LANGUAGES = ['zh-CN', 'en', 'zh-HK', 'zh-TW'] as const
export type Language = (typeof LANGUAGES)[number]

/** Where a refused value stood. `field` is a JSON pointer in a body, the bare name in a query or a path. */
export interface ErrorDetail {
  field?: string
  value?: unknown
  issue?: string
  location?: 'body' | 'query' | 'url' | 'header' | 'authorization'
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

  constructor(errorName: ErrorName, detail?: ErrorDetail) {
    super(ERRORS[errorName].zh)
    this.name = 'ApiError'
    this.errorName = errorName
    this.detail = detail
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
    const message = textIn(this.entry, language)
    return this.detail ? { code, detail: this.detail, message } : { code, message }
  }
}

function textIn(entry: ErrorEntry, language: Language): string {
  if (language === 'zh-CN') return entry.zh
  return language === 'en' ? entry.en : entry.hant
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
