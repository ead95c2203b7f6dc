import { type NoticeDeclaration, productOf } from '../contract/notice.ts'
import type { TSchema } from '../contract/schema.ts'
import type { Product } from './product.ts'

/**
 * Throws an `Error` that says what to do when a notice of these products is not its product's, is declared twice, or could be
 * taken for another one by a receiver.
 */
export function checkNotices(products: readonly Pick<Product, 'name' | 'notices'>[]): void {
  for (const { name, notices = [] } of products) for (const one of notices) checkOne(name, one)
  const all = products.flatMap(({ notices = [] }) => notices)
  for (const [index, one] of all.entries()) for (const other of all.slice(index + 1)) checkPair(one, other)
}

function checkOne(product: string, one: NoticeDeclaration): void {
  const { id, events, marks = {}, resource, sdk } = one
  if (productOf(one) !== product)
    throw new Error(
      `${product} lists the notice ${id}: begin its id with ${product}., or list it in the product that sends it`,
    )
  if (Object.keys(events).length === 0)
    throw new Error(`The notice ${id} declares no events: give each event type with its summary`)
  for (const [name, value] of Object.entries(marks))
    if (!resource.required.includes(name) || !canBe(resource.properties[name] as TSchema, value))
      throw new Error(
        `The notice ${id} is marked by ${name}: declare it in its resource as a required field that can be ${value === true ? 'anything' : value}`,
      )
  const missing = sdk.needs.find(name => !resource.required.includes(name))
  if (missing !== undefined)
    throw new Error(
      `The SDK needs ${missing} of the notice ${id}: declare it in its resource as a required field`,
    )
}

function checkPair(one: NoticeDeclaration, other: NoticeDeclaration): void {
  if (one.id === other.id) throw new Error(`Two notices are called ${one.id}: give one of them another name`)
  for (const [which, name] of [
    ['notice', one.sdk.types.notice === other.sdk.types.notice && one.sdk.types.notice],
    ['resource', one.sdk.types.resource === other.sdk.types.resource && one.sdk.types.resource],
  ] as const)
    if (name)
      throw new Error(
        `${one.id} and ${other.id} name the type of their ${which} ${name}: give one another name`,
      )
  const event = Object.keys(one.events).find(type => type in other.events)
  if (event === undefined) return
  if (productOf(one) === productOf(other))
    throw new Error(
      `${one.id} and ${other.id} both declare ${event}: a product sends an event type by one notice, so declare it in one of them`,
    )
  if (one.originalType !== '' && other.originalType !== '' && one.originalType !== other.originalType) return
  for (const [marked, rival] of [
    [one, other],
    [other, one],
  ] as const)
    if (
      !Object.entries(marked.marks ?? {}).some(
        ([name, value]) => !canBe(rival.resource.properties[name], value),
      )
    )
      throw new Error(
        `${marked.id} sends ${event} of the same original type as ${rival.id}: declare in its marks a required field of its own that ${rival.id} does not have, or has with other values`,
      )
}

/** Whether a field of a resource can have the value of a mark. */
function canBe(schema: TSchema | undefined, value: string | true): boolean {
  if (!schema) return false
  const { enum: values } = schema as { enum?: readonly string[] }
  return value === true || values === undefined || values.includes(value)
}
