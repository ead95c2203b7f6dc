import type { TObject } from './schema.ts'

/**
 * What a merchant's page or app hands to WeChat without a call to the platform, such as the parameters that open the
 * cashier. The merchant's server makes and signs it; a product declares it once, and the SDK's method, its types and its
 * comment come from this value.
 *
 * Values are templates: each `{name}` in one stands for a field of `request` or for one of {@link GIVEN}, and nothing else in
 * it is special.
 */
export interface ClientParametersDeclaration {
  /** The product and the method's name in the SDK, such as `payments.jsapiParameters`. */
  id: `${string}.${string}`
  title: { zh: string; en: string }
  /** What the merchant's program gives: texts, all of them required. */
  request: TObject
  /** The fields of the result, in their order, each with its value. */
  fields: Readonly<Record<string, string>>
  /** The values that are signed, in their order, each as a line that is ended by LF. */
  signed: readonly string[]
  /** The field of the result with the signature: SHA256withRSA by the API private key of who calls, in Base64. */
  signature: string
  sdk: {
    /** What the parameters are for and what to look out for, as the doc comment of the SDK's method; in English, Markdown. */
    description: string
  }
}

/** What a template can have beside fields of the request. */
export const GIVEN = {
  /** The merchant number that calls: in partner mode the provider's. */
  mchid: true,
  /** Seconds since 1970. */
  timestamp: true,
  /** 32 letters and digits that nobody can guess. */
  nonce: true,
} as const

/** Declares parameters and keeps the names of their fields. */
export function clientParameters<const Declared extends ClientParametersDeclaration>(
  declaration: Declared,
): Declared {
  return declaration
}

/** The names that a template has, in its order. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)
}
