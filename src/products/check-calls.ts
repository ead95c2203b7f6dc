import { nameOf, routesOf } from '../contract/operation.ts'
import type { Product } from './product.ts'

/**
 * Throws an `Error` that says what to do when two of these products have one name, a call is not its product's, or two calls
 * would answer one method and path.
 */
export function checkCalls(products: readonly Pick<Product, 'name' | 'endpoints'>[]): void {
  const names = new Set<string>()
  const routes = new Map<string, string>()
  for (const { name, endpoints } of products) {
    if (names.has(name)) throw new Error(`Two products are called ${name}: give one of them another name`)
    names.add(name)
    for (const { operation } of endpoints) {
      const { id, method } = operation
      if (id !== `${name}.${nameOf(operation)}`)
        throw new Error(
          `${name} lists the call ${id}: begin its id with ${name}., or list it in the product that answers it`,
        )
      for (const { path } of routesOf(operation)) {
        // Two names for a part of the path make no other path.
        const route = `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`
        const other = routes.get(route)
        if (other !== undefined)
          throw new Error(`${id} and ${other} are both ${method} ${path}: declare it as one call`)
        routes.set(route, id)
      }
    }
  }
}
