import { isSigned } from '../contract/operation.ts'
import type { TSchema } from '../contract/schema.ts'
import { conforms } from '../contract/validate.ts'
import { CONTENT, type Nameable, type Named } from '../faults/rules.ts'
import { endpointsOf, noticesOf, type Product } from '../products/product.ts'

type Properties = Readonly<Record<string, TSchema>>

/** What faults can be about: every call and every type of notice of these products with what they name. */
export function nameableOf(products: readonly Product[]): Nameable {
  const calls = endpointsOf(products).map(({ operation }) => [
    operation.name,
    { fields: namesIn(operation.request.properties), isSigned: isSigned(operation) },
  ])
  const notices = noticesOf(products).flatMap(({ events, resource }) =>
    Object.keys(events).map(type => [type, { fields: namesIn(resource.properties), isSigned: true }]),
  )
  return { call: Object.fromEntries(calls), notice: Object.fromEntries(notices) }
}

/** The fields that rules can look at, wherever a call or a notice has them, with what a value must conform to. */
function namesIn(properties: Properties): Named['fields'] {
  const found = CONTENT.map(name => [name, schemaOf(properties, name)] as const)
  return Object.fromEntries(
    found
      .filter(([, schema]) => schema)
      .map(([name, schema]) => [name, (value: string) => !conforms(schema as TSchema, value)]),
  )
}

/** The field of a name, also one level down, as the scene of an order is. */
function schemaOf(properties: Properties, name: string): TSchema | undefined {
  const inner = Object.values(properties).map(
    schema => (schema as { properties?: Properties }).properties ?? {},
  )
  return [properties, ...inner].find(fields => name in fields)?.[name]
}
