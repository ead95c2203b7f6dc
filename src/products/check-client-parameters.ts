import { type ClientParametersDeclaration, GIVEN, namesIn } from '../contract/client-parameters.ts'
import type { Product } from './product.ts'

/**
 * Throws an `Error` that says what to do when parameters of these products are not their product's, have the name of others
 * or of a call, or cannot be made of what they declare.
 */
export function checkClientParameters(
  products: readonly Pick<Product, 'name' | 'endpoints' | 'clientParameters'>[],
): void {
  const names = new Set(products.flatMap(({ endpoints }) => endpoints.map(({ operation }) => operation.id)))
  for (const { name, clientParameters = [] } of products)
    for (const declared of clientParameters) {
      const { id } = declared
      if (!id.startsWith(`${name}.`))
        throw new Error(
          `${name} lists the client's parameters ${id}: begin their id with ${name}., or list them in the product that they are of`,
        )
      if (names.has(id))
        throw new Error(`${id} is the name of a call or of client's parameters already: choose another one`)
      names.add(id)
      checkOne(declared)
    }
}

function checkOne({ id, request, fields, signed, signature }: ClientParametersDeclaration): void {
  const given = Object.keys(GIVEN)
  const asked = Object.keys(request.properties)
  const hidden = asked.find(name => given.includes(name))
  if (hidden !== undefined)
    throw new Error(`${id} asks for ${hidden}, which the SDK gives by itself: take it out of the request`)
  const wrong = asked.find(
    name =>
      !request.required.includes(name) || (request.properties[name] as { type?: string }).type !== 'string',
  )
  if (wrong !== undefined)
    throw new Error(`${id} asks for ${wrong}: declare it as a required text, which a template can have`)
  if (signed.length === 0) throw new Error(`${id} signs nothing: say in signed which values, in their order`)
  if (signature in fields)
    throw new Error(
      `${id} has its signature in ${signature}, which is one of its fields: take it out of them`,
    )
  const used = [...Object.values(fields), ...signed].flatMap(namesIn)
  const unknown = used.find(name => ![...given, ...asked].includes(name))
  if (unknown !== undefined)
    throw new Error(`${id} names {${unknown}}: declare it in the request, or use ${given.join(', ')}`)
  const unused = asked.find(name => !used.includes(name))
  if (unused !== undefined) throw new Error(`${id} asks for ${unused} and uses it nowhere: take it out`)
}
