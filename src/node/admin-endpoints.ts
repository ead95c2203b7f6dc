import { coreEndpoints } from '../admin/index.ts'
import type { AdminEndpoint } from '../admin/operation.ts'
import type { Product } from '../products/product.ts'

/** Every call of the administration API of a node with these products. */
export async function adminEndpointsOf(products: readonly Product[]): Promise<readonly AdminEndpoint[]> {
  const ofProducts = await Promise.all(products.map(({ admin }) => admin?.() ?? []))
  return [...coreEndpoints, ...ofProducts.flat()]
}
