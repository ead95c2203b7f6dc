import type { FundingContext } from '../funding/context.ts'
import type { NoticesContext } from '../notices/context.ts'

/** What products take from their node. */
export interface ProductContext extends FundingContext, NoticesContext {
  /** Scheme and host under which callers reach the platform, such as `http://127.0.0.1:8080`: what download URLs begin with. */
  publicUrl: string
}
