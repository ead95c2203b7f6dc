import assert from 'node:assert/strict'
import { test } from 'node:test'

import { products } from '../products/index.ts'
import { endpointsOf } from '../products/product.ts'
import { general } from '../protocol/general-errors.ts'
import { locationOf } from './operation.ts'
import type { TSchema } from './schema.ts'
import { requestCheck } from './validate.ts'

const endpoints = endpointsOf(products)

const operations = endpoints.map(({ operation }) => operation)

interface Field {
  pointer: string
  schema: TSchema & { [keyword: string]: unknown }
}

function fieldsUnder(schema: TSchema, pointer: string): Field[] {
  const properties = ('properties' in schema ? schema.properties : {}) as Record<string, TSchema>
  return Object.entries(properties).flatMap(([name, child]) => [
    { pointer: `${pointer}/${name}`, schema: child as Field['schema'] },
    ...fieldsUnder(child, `${pointer}/${name}`),
    ...('items' in child ? fieldsUnder(child.items as TSchema, `${pointer}/${name}/0`) : []),
  ])
}

test('no two calls have the same name or the same method and path', () => {
  assert.ok(operations.length >= 6)
  assert.equal(new Set(operations.map(({ name }) => name)).size, operations.length)
  assert.equal(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size, operations.length)
})

for (const { name, method, path, title, pages, request, partner, errors, ...declared } of operations) {
  const fields = [request, partner].flatMap(schema => fieldsUnder(schema, name))

  test(`${name}: every field that is sent has an official name`, () => {
    for (const { pointer, schema } of fields) assert.match(String(schema.title ?? ''), /\S/, pointer)
  })

  test(`${name}: every string that is sent has a length limit in bytes or a list of values`, () => {
    for (const { pointer, schema } of fields) {
      if (schema.type !== 'string') continue
      const listed = Array.isArray(schema.enum) && schema.enum.length > 0
      assert.ok(listed || Number.isSafeInteger(schema.maxBytes), pointer)
      assert.ok(listed || schema.minBytes === 1, `${pointer} may be empty`)
    }
  })

  test(`${name}: every number that is sent is an integer with bounds in the safe range`, () => {
    for (const { pointer, schema } of fields) {
      assert.notEqual(schema.type, 'number', pointer)
      if (schema.type !== 'integer') continue
      assert.ok(Number.isSafeInteger(schema.minimum) && Number.isSafeInteger(schema.maximum), pointer)
    }
  })

  test(`${name}: its path is absolute and made of words and of its own fields`, () => {
    assert.match(path, /^\/v3(\/([a-z0-9-]+|\{[a-z_]+\}))+$/)
    for (const [, field = ''] of path.matchAll(/\{(\w+)\}/g)) {
      assert.ok(field in request.properties, field)
      assert.equal(locationOf({ method, path }, field), 'url')
    }
  })

  test(`${name}: its errors are declared once, with those of every call among them`, () => {
    assert.equal(new Set(errors).size, errors.length)
    assert.equal(errors[0], declared.limits?.exceeded ?? general.RATELIMIT_EXCEEDED)
    assert.equal(errors.at(-1), general.SYSTEM_ERROR)
    assert.ok(errors.includes(general.PARAM_ERROR))
    assert.ok(errors.includes(declared.invalidParameter?.error ?? general.PARAM_ERROR))
  })

  test(`${name}: its titles and at least one page of the official documents are given`, () => {
    assert.match(title.zh, /[一-鿿]/)
    assert.match(title.en, /^[A-Z]/)
    const known = Object.values(pages)
    assert.ok(known.length > 0)
    for (const page of known)
      assert.match(page, /^\/doc\/v3\/(merchant|partner)\/\d{10}$|^\/docs\/partner\/apis\/[a-z/-]+\.html$/)
  })

  test(`${name}: its checks compile, and a request without fields is refused unless none is required`, () => {
    const check = requestCheck({ name, method, path, title, pages, request, partner, errors, ...declared })
    const required = (request as { required?: string[] }).required ?? []
    if (required.length === 0) check('merchant', {})
    else assert.throws(() => check('merchant', {}))
  })
}
