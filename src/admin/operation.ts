import type { Logger } from 'pino'
import type { Scheduler } from '../clock/scheduler.ts'
import type { Static, TObject, TSchema } from '../contract/schema.ts'
import type { Sandbox } from '../sandbox/ensure-sandbox.ts'
import type { GatedDatabase } from '../store/gated-database.ts'
import type { AdminPlatform } from './context.ts'
import type { List } from './lists.ts'
import type { ProblemName } from './problems.ts'

/**
 * One call of the administration API, declared once: validation, types, OpenAPI and the documents' table come from it.
 *
 * Every call can be repeated: a resource has the name that the caller gives it, so there is nothing that adds by itself.
 */
export interface AdminOperation<Request extends TObject = TObject, Reply extends TSchema = TSchema> {
  /** In camel case; also the `op` of a log line. */
  name: string
  method: 'GET' | 'PUT' | 'DELETE'
  /** With `{name}` for each part that is a field of the request. */
  path: string
  /** What it does, in a few words. */
  title: string
  /** What its caller must know besides. */
  description?: string
  /** All fields, flat: those named in `path` travel there, the others in the query of a GET or the body of a PUT. */
  request: Request
  reply: Reply
  /** What it can be refused for, besides what every call can. */
  problems: readonly ProblemName[]
}

/** Declares a call and keeps the types of its schemas. */
export function adminOperation<const Request extends TObject, const Reply extends TSchema>(
  declaration: AdminOperation<Request, Reply>,
): AdminOperation<Request, Reply> {
  return declaration
}

/** What the handlers work on. */
export interface AdminContext {
  /** All calls of the administration API. */
  endpoints: readonly AdminEndpoint[]
  platform: AdminPlatform
  /** Keeps writers out of the store for a moment. */
  gate: Pick<GatedDatabase, 'exclusively'>
  scheduler: Scheduler
  /** The files that belong to the sandbox in the store. */
  sandbox: Sandbox
  log: Logger
}

/** Answers a call with its reply, or throws a `Problem`; anything else that it throws is a fault of ours. */
export type AdminHandler<O extends AdminOperation> = (
  request: Static<O['request']>,
  context: AdminContext,
) => Promise<Static<O['reply']>>

/** A call with the function that answers it. */
export interface AdminEndpoint {
  operation: AdminOperation
  handler: (request: Record<string, unknown>, context: AdminContext) => Promise<unknown>
  /** What it lists, when it answers pages. */
  list?: List
}

/** Pairs a call with its handler, so that the compiler checks one against the other. */
export function adminEndpoint<O extends AdminOperation>(
  operation: O,
  handler: AdminHandler<O>,
): AdminEndpoint {
  return { operation, handler } as unknown as AdminEndpoint
}
