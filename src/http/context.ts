import type { ProductContext } from '../calls/context.ts'
import type { Endpoint } from '../calls/handler.ts'
import type { Page } from '../calls/page.ts'
import type { RecentCalls } from '../calls/recent-calls.ts'
import type { RefusedSignatures } from '../diagnosis/refused-signatures.ts'

/** What the life of a request takes from its node: what products take, and where refused signatures are explained. */
export interface HttpContext extends ProductContext {
  /** Every call that the platform answers. */
  readonly endpoints: readonly Endpoint[]
  /** What browsers get. */
  readonly pages: readonly Page[]
  /** Why signatures were refused; for people, never for their callers. */
  readonly refusals: RefusedSignatures
  /** Where calls are kept for people to look at. */
  readonly recentCalls: RecentCalls
  /** Counts a call that may have made work for the scheduler. */
  noteChange(): void
}
