import assert from 'node:assert/strict'
import { test } from 'node:test'

import { products } from '../products/index.ts'
import { endpointsOf } from '../products/product.ts'
import { general } from '../protocol/general-errors.ts'
import { fieldLocation, modesOf } from './operation.ts'
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

for (const declared of operations) {
  const { id: name, title, errors, sdk } = declared
  const modes = modesOf(declared)
  const requests = modes.map(({ inMode }) => inMode.request)
  const fields = requests.flatMap(schema => fieldsUnder(schema, name))

  test(`${name}: every field that is sent has an official name`, () => {
    for (const { pointer, schema } of fields) assert.match(String(schema.title ?? ''), /\S/, pointer)
  })

  test(`${name}: every string that is sent has a length limit in bytes or a list of values`, () => {
    for (const { pointer, schema } of fields) {
      if (schema.type !== 'string') continue
      const listed = Array.isArray(schema.enum) && schema.enum.length > 0
      assert.ok(listed || Number.isSafeInteger(schema.maxBytes), pointer)
      assert.ok(listed || Number(schema.minBytes) >= 1, `${pointer} may be empty`)
    }
  })

  test(`${name}: every number that is sent is an integer with bounds in the safe range`, () => {
    for (const { pointer, schema } of fields) {
      assert.notEqual(schema.type, 'number', pointer)
      if (schema.type !== 'integer' || Array.isArray(schema.enum)) continue
      assert.ok(Number.isSafeInteger(schema.minimum) && Number.isSafeInteger(schema.maximum), pointer)
    }
  })

  test(`${name}: its paths are absolute and made of words and of its own fields`, () => {
    for (const { inMode } of modes) {
      assert.match(inMode.path, /^\/v3(\/([a-z0-9-]+|\{[a-z_]+\}))+$/)
      for (const [, field = ''] of inMode.path.matchAll(/\{(\w+)\}/g)) {
        assert.ok(field in inMode.request.properties, field)
        assert.equal(fieldLocation(declared, field), 'url')
      }
    }
  })

  test(`${name}: what the SDK is to know of it names fields that are there`, () => {
    assert.match(sdk.description, /^[A-Z].*\.$/s)
    for (const field of sdk.echoes ?? []) {
      for (const { inMode } of modes) {
        assert.ok(field in inMode.request.properties, `${name} is sent with ${field}`)
        assert.ok(field in (inMode.reply as typeof inMode.request).properties, `${field} comes back`)
      }
    }
    for (const field of sdk.encrypts ?? []) {
      assert.ok(sdk.namesPlatformKey, 'What is encrypted needs the name of its key')
      assert.ok(
        requests.some(request => field in request.properties),
        field,
      )
    }
    // Nobody may guess what became of a call that changes something.
    if (declared.method !== 'GET') assert.match(sdk.ifUnknown ?? '', /\.$/)
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
    const known = modes.flatMap(({ inMode }) => inMode.page ?? [])
    assert.ok(known.length > 0)
    for (const page of known)
      assert.match(page, /^\/doc\/v3\/(merchant|partner)\/\d{10}$|^\/docs\/partner\/apis\/[a-z/-]+\.html$/)
  })

  test(`${name}: its checks compile, and a request without fields is refused unless none is required`, () => {
    const check = requestCheck(declared)
    for (const { mode, inMode } of modes) {
      const { required = [] } = inMode.request as { required?: string[] }
      if (required.length === 0) check(mode, {})
      else assert.throws(() => check(mode, {}))
    }
  })
}
