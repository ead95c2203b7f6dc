import { productOf } from '../contract/notice.ts'
import { isSigned, modesOf } from '../contract/operation.ts'
import type { TSchema } from '../contract/schema.ts'
import { conforms } from '../contract/validate.ts'
import type { Filterable, FilterFields } from '../faults/check-rule.ts'
import { endpointsOf, noticesOf, type Product } from '../products/product.ts'

/** What fault rules can filter by: every call and every type of notice with its fields, from their declarations. */
export function filterFieldsOf(products: readonly Product[]): FilterFields {
  return {
    call: endpointsOf(products).map(({ operation }) => ({
      name: operation.id,
      fields: fieldsOf(...modesOf(operation).map(({ inMode }) => inMode.request)),
      isSigned: isSigned(operation),
    })),
    notice: noticesOf(products).flatMap(declared => {
      const [product, fields] = [productOf(declared), fieldsOf(declared.resource)]
      return Object.keys(declared.events).map(name => ({ name, product, fields, isSigned: true }))
    }),
  }
}

/** All fields, at any depth, by what a value or an element of a list must conform to in one of the declarations of the name. */
function fieldsOf(...schemas: TSchema[]): Filterable['fields'] {
  const found = new Map<string, TSchema[]>()
  for (const schema of schemas) collect(schema, found)
  return new Map(
    [...found].map(([name, declared]) => [
      name,
      value => declared.some(schema => conforms(schema, value) === undefined),
    ]),
  )
}

function collect(schema: TSchema, found: Map<string, TSchema[]>): void {
  const { properties = {} } = schema as { properties?: Record<string, TSchema> }
  for (const [name, property] of Object.entries(properties)) {
    const { items: one = property } = property as { items?: TSchema }
    found.set(name, [...(found.get(name) ?? []), one])
    collect(one, found)
  }
}
