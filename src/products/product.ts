import type { AdminEndpoint } from '../admin/operation.ts'
import type { ProductContext } from '../calls/context.ts'
import type { Endpoint } from '../calls/handler.ts'
import type { Page } from '../calls/page.ts'
import type { Job } from '../clock/worker.ts'
import type { ClientParametersDeclaration } from '../contract/client-parameters.ts'
import type { NoticeDeclaration } from '../contract/notice.ts'
import type { FundingListeners } from '../funding/context.ts'
import type { OptionGroup, Options as OptionValues } from '../options/options.ts'
import type { Seed } from '../sandbox/context.ts'
import type { Schema } from '../store/schema.ts'
import { checkCalls } from './check-calls.ts'
import { checkClientParameters } from './check-client-parameters.ts'
import { checkNotices } from './check-notices.ts'

export type { Seed } from '../sandbox/context.ts'

/**
 * One product of the menu as one value: everything that the platform knows of it. Nothing outside of a product's folder
 * names the product, its calls, its tables or what it sends; whoever needs all of them asks the list of products.
 */
export interface Product<Options extends OptionGroup = OptionGroup> {
  /** In camel case; what its calls are qualified by, such as `refunds` in `refunds.createRefund`. */
  name: string
  /** Where its files are: each call has one of its name. */
  folder: URL
  endpoints: readonly Endpoint[]
  tables?: Schema
  /** What can be set at start; its handlers read it by `platform.options.of(…)`. */
  options?: Options
  /** What merchants must be given before they can use it; the names are unique among products. */
  permissions?: readonly string[]
  seed?: Seed
  /** Everything that it sends. */
  notices?: readonly NoticeDeclaration[]
  /** What a merchant's page or app hands to WeChat for it; the SDK makes and signs it. */
  clientParameters?: readonly ClientParametersDeclaration[]
  /** What browsers get of it, by what was set at start. */
  pages?(options: OptionValues): readonly Page[]
  /** Its calls of the administration API; loaded when that is, so that nobody waits for them who calls the platform. */
  admin?(): Promise<readonly AdminEndpoint[]>
  /** What falls due, in the order in which it is done when it is due at the same time. */
  jobs?(platform: ProductContext): readonly Job<unknown>[]
  /** What the product does when something that others do concerns it, in the same transaction. */
  listeners?(platform: ProductContext): Partial<FundingListeners>
}

/** Declares a product. */
export function product<Options extends OptionGroup = never>(
  declaration: Product<Options>,
): Product<Options> {
  return declaration
}

/** Throws an `Error` that says what to do when these products do not fit together. */
export function checkProducts(products: readonly Product[]): void {
  checkCalls(products)
  checkClientParameters(products)
  checkNotices(products)
}

/** Every call that a platform with these products answers. */
export function endpointsOf(products: readonly Product[]): readonly Endpoint[] {
  return products.flatMap(({ endpoints }) => endpoints)
}

/** Everything that the clients of merchants hand to WeChat for these products. */
export function clientParametersOf(products: readonly Product[]): readonly ClientParametersDeclaration[] {
  return products.flatMap(({ clientParameters = [] }) => clientParameters)
}

/** Every notice that a platform with these products sends. */
export function noticesOf(products: readonly Product[]): readonly NoticeDeclaration[] {
  return products.flatMap(({ notices = [] }) => notices)
}

/** A permission's name has no spaces, because a merchant's names are read as one text. */
const PERMISSION = /^[a-z][a-z0-9-]{0,63}$/

/** Every permission that merchants of a platform with these products can be given. Throws when two products declare one name. */
export function permissionsOf(products: readonly Product[]): readonly string[] {
  const owners = new Map<string, string>()
  for (const { name, permissions = [] } of products)
    for (const permission of permissions) {
      const owner = owners.get(permission)
      if (owner !== undefined)
        throw new Error(
          `${name} declares the permission ${permission}, which is ${owner}'s: choose another name`,
        )
      if (!PERMISSION.test(permission))
        throw new Error(`${name} declares the permission "${permission}": use small letters, digits and -`)
      owners.set(permission, name)
    }
  return [...owners.keys()]
}
