import { products } from '../src/products/index.ts'
import type { ErrorEntry } from '../src/protocol/errors.ts'
import { general } from '../src/protocol/general-errors.ts'

/** The errors that the calls of each product declare, by the product's name. */
export const DECLARED_ERRORS: ReadonlyMap<string, readonly ErrorEntry[]> = new Map(
  products.map(({ name, endpoints }) => [
    name,
    endpoints.flatMap(({ operation }) => [...operation.errors, operation.signatureMismatch ?? []].flat()),
  ]),
)

/** Every error that the platform answers with, once. */
export const ALL_ERRORS: readonly ErrorEntry[] = [
  ...new Set([...Object.values(general), ...[...DECLARED_ERRORS.values()].flat()]),
]
