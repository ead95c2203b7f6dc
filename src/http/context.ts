import type { ProductContext } from '../calls/context.ts'
import type { Endpoint } from '../calls/handler.ts'
import type { RefusedSignatures } from '../diagnosis/refused-signatures.ts'

/** What the life of a request takes from its node: what products take, and where refused signatures are explained. */
export interface HttpContext extends ProductContext {
  /** Every call that the platform answers. */
  readonly endpoints: readonly Endpoint[]
  /** Why signatures were refused; for people, never for their callers. */
  readonly refusals: RefusedSignatures
}
