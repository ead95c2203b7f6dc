import { newNonce } from '../../protocol/ids.ts'
import { checkText } from '../transport/check-options.ts'
import type { Machine } from '../transport/machine.ts'
import type { ResolvedOptions } from '../transport/options.ts'

/**
 * How parameters that a page or an app hands to WeChat are made. In a template each `{name}` stands for a field that is asked
 * for, or for `mchid`, `timestamp` or `nonce`.
 */
export interface ClientParametersRule {
  /** The fields of the request. */
  asks: readonly string[]
  /** The fields of the result, by templates. */
  fields: Readonly<Record<string, string>>
  /** Templates of the lines that are signed. */
  signed: readonly string[]
  /** The field of the result with the signature. */
  signature: string
}

/**
 * Makes and signs parameters, by SHA256withRSA with the key of who calls. Throws a `TypeError` for a field that is no text of
 * visible ASCII characters, since a line feed in one would change what is signed, and with a key of another algorithm.
 */
export function signClientParameters(
  name: string,
  { asks, fields, signed, signature }: ClientParametersRule,
  request: object,
  { mchid, privateKey, suite }: Pick<ResolvedOptions, 'mchid' | 'privateKey' | 'suite'>,
  { wallNow, random }: Pick<Machine, 'wallNow' | 'random'>,
): Record<string, string> {
  if (suite.algorithm !== 'RSA')
    throw new TypeError(
      `${name} signs by RSA only, and this client has an ${suite.algorithm} key: make it with a client of the merchant's RSA certificate`,
    )
  const given: Record<string, unknown> = Object(request)
  const values = new Map([
    ['mchid', mchid],
    ['timestamp', String(Math.floor(wallNow() / 1000))],
    ['nonce', newNonce(random)],
    ...asks.map((field): [string, string] => [field, checkValue(field, given[field])]),
  ])
  // That each name has a value is checked where the rules come from.
  const fill = (template: string) =>
    template.replaceAll(/\{(\w+)\}/g, (_, value: string) => values.get(value) as string)
  const message = signed.map(template => `${fill(template)}\n`).join('')
  return {
    ...Object.fromEntries(Object.entries(fields).map(([field, template]) => [field, fill(template)])),
    [signature]: suite.sign(Buffer.from(message), privateKey),
  }
}

function checkValue(name: string, given: unknown): string {
  const value = checkText(name, given)
  if (!/^[\x21-\x7e]+$/.test(value)) throw new TypeError(`${name} must have only visible ASCII characters`)
  if (value.startsWith(`${name}=`))
    throw new TypeError(`${name} begins with "${name}=": give what follows it`)
  return value
}
