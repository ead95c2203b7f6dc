import type { ProductContext } from '../../../calls/context.ts'
import { announceEntranceState } from './announce-entrance-state.ts'
import type { PlateContext } from './plates.ts'

/** Changes of plates on a platform: merchants get notices of the stays that they concern. */
export function plateContext(platform: ProductContext): PlateContext {
  return {
    clock: platform.clock,
    plateChanged: (tx, change) => announceEntranceState(tx, platform, change),
  }
}
