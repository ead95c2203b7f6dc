import type { FundingListeners } from '../funding/context.ts'
import type { Product } from '../products/product.ts'
import type { Platform } from './platform.ts'

/** Reports to every product that listens, one after the other, in the transaction of the cause. */
export function listenersOf(products: readonly Product[], platform: () => Platform): FundingListeners {
  const report = <Name extends keyof FundingListeners>(name: Name): FundingListeners[Name] =>
    (async (...cause: Parameters<FundingListeners[Name]>) => {
      for (const { listeners } of products) {
        const listener = listeners?.(platform())[name] as ((...cause: unknown[]) => Promise<void>) | undefined
        await listener?.(...cause)
      }
    }) as FundingListeners[Name]
  return { standingChanged: report('standingChanged'), advanceRepaid: report('advanceRepaid') }
}
