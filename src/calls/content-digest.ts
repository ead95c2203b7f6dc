import { hash } from 'node:crypto'

/**
 * A fingerprint of what a request asks for: two requests under one number are the same request when it is equal.
 * The caller lists the values in a fixed order, with times as instants and defaults filled in.
 */
export function contentDigest(values: readonly (string | number | undefined)[]): string {
  return hash('sha256', JSON.stringify(values.map(value => value ?? null)))
}
