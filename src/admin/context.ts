import type { HttpContext } from '../http/context.ts'
import type { SandboxContext } from '../sandbox/context.ts'

/** What the administration takes from its node. */
export interface AdminPlatform extends HttpContext, SandboxContext {
  /** What products let merchants be given. */
  permissions: readonly string[]
}
