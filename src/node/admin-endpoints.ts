import { coreEndpoints } from '../admin/index.ts'
import type { AdminEndpoint } from '../admin/operation.ts'
import { products } from '../products/index.ts'

const ofProducts = await Promise.all(products.map(product => product.admin?.() ?? []))

/** Every call of the administration API. */
export const adminEndpoints: readonly AdminEndpoint[] = [...coreEndpoints, ...ofProducts.flat()]
