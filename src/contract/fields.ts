import * as Type from './schema.ts'

/**
 * The value types that calls share. `title` is the field's official name and appears in the issue of a refused value.
 * Lengths are bytes of UTF-8, as the gateway counts them; `minBytes` and `maxBytes` are keywords of our validator.
 */

/** A string of 1 to `maxBytes` bytes, and of at most `maxLength` characters. */
export function text(
  title: string,
  maxBytes: number,
  more: { description?: string; pattern?: string; maxLength?: number } = {},
) {
  return Type.String({ title, minBytes: 1, maxBytes, ...more })
}

/** One of the listed strings. */
export function oneOf<const Values extends readonly string[]>(
  title: string,
  values: Values,
  description?: string,
) {
  return Type.Unsafe<Values[number]>({
    type: 'string',
    title,
    enum: values,
    ...(description && { description }),
  })
}

/** An integer; `minimum` 0 unless said. Amounts are fen, durations are seconds. */
export function integer(title: string, description: string, minimum = 0) {
  return Type.Integer({ title, description, minimum, maximum: Number.MAX_SAFE_INTEGER })
}

/** RFC 3339 with any offset and fraction, at most 32 bytes. */
export function time(title: string, description?: string) {
  return Type.String({
    title,
    minBytes: 1,
    maxBytes: 32,
    format: 'rfc3339',
    ...(description && { description }),
  })
}

/**
 * Where notices go, where the documents say https: a whole URL without query, at most 256 bytes. Whether http and private
 * hosts are taken too is the platform's policy.
 */
export function notifyUrl(title: string) {
  return Type.String({ title, minBytes: 1, maxBytes: 256, format: 'notify-url' })
}

/** What the gateway prints when it refuses a `notify_url`: http too, a name before an @, a port; no `?`, `#` or blank. */
export const NOTIFY_URL_PATTERN = String.raw`^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$`

/** Where notices go, by the gateway's own rule. An empty text breaks the pattern, and is refused by that. */
export function gatewayNotifyUrl(title: string) {
  return Type.String({
    title,
    description: 'http or https, without ? and #',
    minBytes: 1,
    maxBytes: 256,
    pattern: NOTIFY_URL_PATTERN,
  })
}

export const subMchid = text('子商户号', 32, { description: 'The sub-merchant that the provider acts for' })
