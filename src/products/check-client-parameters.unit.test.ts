import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientParametersDeclaration, clientParameters } from '../contract/client-parameters.ts'
import { text } from '../contract/fields.ts'
import * as Type from '../contract/schema.ts'
import { products } from './index.ts'
import { checkProducts, clientParametersOf, type Product } from './product.ts'

const pass = clientParameters({
  id: 'tickets.passParameters',
  title: { zh: '门票', en: 'A pass' },
  request: Type.Object({ appid: text('应用ID', 32) }),
  fields: { appId: '{appid}', when: '{timestamp}', kind: 'PASS' },
  signed: ['{appid}', '{timestamp}', '{nonce}', '{mchid}'],
  signature: 'sign',
  sdk: { description: 'Opens a pass.' },
})

function withParameters(...clientParameters: ClientParametersDeclaration[]): Product[] {
  const folder = new URL('.', import.meta.url)
  return [...products, { name: 'tickets', folder, endpoints: [], clientParameters }]
}

function refused(sentence: RegExp, ...declared: ClientParametersDeclaration[]): void {
  assert.throws(() => checkProducts(withParameters(...declared)), { name: 'Error', message: sentence })
}

test("a product's parameters are those of the platform, besides those of others", () => {
  const all = withParameters(pass)
  checkProducts(all)
  assert.deepEqual(clientParametersOf(all).slice(-1), [pass])
  assert.equal(clientParametersOf(all).length, clientParametersOf(products).length + 1)
})

test('a name is of the product that lists it, and is there once, also among calls', () => {
  refused(/^tickets.passParameters is the name of a call or of client's parameters already: choose/, pass, {
    ...pass,
  })
  const [other] = clientParametersOf(products)
  assert.ok(other)
  refused(
    /^tickets lists the client's parameters payments\.\w+: begin their id with tickets\., or list/,
    other,
  )
  const [product] = products
  const [endpoint] = product.endpoints
  assert.ok(endpoint)
  const asCall = { ...pass, id: endpoint.operation.id as ClientParametersDeclaration['id'] }
  const named = { ...product, clientParameters: [asCall] }
  assert.throws(() => checkProducts([named]), /is the name of a call or of client's parameters already/)
})

test('parameters that cannot be made of what they declare are refused with what to do', () => {
  const asking = (fields: Record<string, Type.TSchema>) => ({ ...pass, request: Type.Object(fields) })
  const { appid } = pass.request.properties
  refused(/asks for nonce, which the SDK gives by itself/, asking({ appid, nonce: appid }))
  refused(/asks for appid: declare it as a required text/, asking({ appid: Type.Optional(appid) }))
  refused(/asks for appid: declare it as a required text/, asking({ appid: Type.Integer({}) }))
  refused(/asks for colour and uses it nowhere/, asking({ appid, colour: appid }))
  refused(/names \{appid\}: declare it in the request, or use mchid, timestamp, nonce/, asking({}))
  refused(/signs nothing/, { ...pass, signed: [] })
  refused(/has its signature in kind, which is one of its fields/, { ...pass, signature: 'kind' })
})
