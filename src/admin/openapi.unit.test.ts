import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { adminEndpointsOf } from '../node/admin-endpoints.ts'
import { products } from '../products/index.ts'
import { openApiDocument } from './openapi.ts'

const adminEndpoints = await adminEndpointsOf(products)

type Json = Record<string, unknown>

const document = openApiDocument(adminEndpoints) as {
  openapi: string
  paths: Record<string, Record<string, Json>>
  components: Record<string, Json>
}
const METHODS = ['get', 'put', 'delete']

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

/** Everything in a JSON value, from the outside in. */
function* within(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  yield value as Json
  for (const inner of Object.values(value)) yield* within(inner)
}

test('it is OpenAPI 3.1 with every call of the API and no other', () => {
  assert.equal(document.openapi, '3.1.0')
  assert.deepEqual(
    operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort(),
    adminEndpoints.map(({ operation }) => `${operation.method} ${operation.path}`).sort(),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  for (const { method } of operations) assert.ok(METHODS.includes(method))
})

test('every reference leads somewhere', () => {
  let count = 0
  for (const { $ref } of within(document)) {
    if ($ref === undefined) continue
    count += 1
    const parts = String($ref).split('/')
    assert.equal(parts.shift(), '#')
    let place: unknown = document
    for (const part of parts) place = (place as Json)[part]
    assert.ok(place, String($ref))
  }
  assert.ok(count > adminEndpoints.length)
})

test('every part of a path is declared as such, and every field travels in one place', () => {
  for (const { path, operation } of operations) {
    const parameters = (operation.parameters ?? []) as { name: string; in: string; required: boolean }[]
    const inPath = parameters.filter(parameter => parameter.in === 'path')
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    assert.deepEqual(inPath.map(({ name }) => name).sort(), names.sort(), path)
    for (const { required } of inPath) assert.equal(required, true)
    assert.equal(new Set(parameters.map(({ name }) => name)).size, parameters.length)
  }
})

test('every call says how it succeeds, how it is refused, and that it needs the token', () => {
  assert.deepEqual((document as unknown as Json).security, [{ token: [] }])
  for (const { path, operation } of operations) {
    const statuses = Object.keys(operation.responses as Json)
    for (const status of ['200', '400', '401', '421', '500']) assert.ok(statuses.includes(status), path)
    assert.ok(operation.summary)
  }
})

test('every schema is JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false })
  let count = 0
  for (const { schema } of within(document)) {
    if (schema === undefined || '$ref' in (schema as Json)) continue
    ajv.compile(schema as Json)
    count += 1
  }
  assert.ok(count > adminEndpoints.length)
})
