import type { Static, TObject } from './schema.ts'

/**
 * A notice that a product sends, declared once. The outbox, the rules of faults, the documents and the SDK's types and
 * reading all come from this value.
 */
export interface NoticeDeclaration<Resource extends TObject = TObject> {
  /** The product and a name within it, such as `refunds.refundResult`; see {@link productOf}. */
  id: `${string}.${string}`
  /** `resource.original_type` of the envelope. */
  originalType: string
  /** Each event type with its `summary`. Other products may send the same event types, another notice of this one may not. */
  events: Record<string, string>
  /**
   * Required fields of the plaintext by which it is distinguished from the notices of other products with the same event type and
   * original type: with the text that the field has, or `true` where any will do. None of the others has all of them.
   */
  marks?: Readonly<Record<string, string | true>>
  title: { zh: string; en: string }
  pages: { merchant?: string; partner?: string }
  /** The plaintext that gets sealed. */
  resource: Resource
  sdk: NoticeInSdk
}

/** How the SDK gives a notice to a merchant's program. */
export interface NoticeInSdk {
  /** The names of its TypeScript types. */
  types: { notice: string; resource: string }
  /** What these types are, in full sentences. */
  descriptions: { notice: string; resource: string }
  /** Text fields without which nobody could tell what the notice is about: without one of them it is refused. */
  needs: readonly string[]
  /** What real notices may be written like, and how the SDK reads it. */
  spellings?: NoticeSpellings
}

export interface NoticeSpellings {
  /** Other names of fields with the name that the SDK gives them; `[]` behind a list, such as `goods[].name`. */
  names?: Readonly<Record<string, string>>
  /** By field: other values with the value that the SDK gives. */
  values?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Declares a notice and keeps its types. */
export function notice<const Resource extends TObject, const Declared extends NoticeDeclaration<Resource>>(
  declaration: Declared & { resource: Resource },
): Declared {
  return declaration
}

export type ResourceOf<N extends NoticeDeclaration> = Static<N['resource']>

/** The product that sends a notice. */
export function productOf({ id }: Pick<NoticeDeclaration, 'id'>): string {
  return id.slice(0, id.indexOf('.'))
}
