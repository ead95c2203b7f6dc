import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Type from './schema.ts'
import { conforms } from './validate.ts'

test('a property is required unless it is optional, in this object only', () => {
  const name = Type.String({ title: '名称' })
  const one = Type.Object({ name: Type.Optional(name), amount: Type.Integer() })
  const two = Type.Object({ name })
  assert.deepEqual(one.required, ['amount'])
  assert.deepEqual(two.required, ['name'])
  assert.equal(conforms(one, { amount: 1 }), undefined)
  assert.match(conforms(two, {}) ?? '', /required property 'name'/)
})

test('a schema is plain JSON Schema with the keywords that it was given', () => {
  const schema = Type.Object(
    {
      color: Type.Unsafe<'BLUE'>({ type: 'string', enum: ['BLUE'] }),
      tags: Type.Optional(Type.Array(Type.String({ title: '标签' }))),
      total: Type.Integer({ minimum: 1 }),
    },
    { title: '订单' },
  )
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), {
    type: 'object',
    title: '订单',
    required: ['color', 'total'],
    properties: {
      color: { type: 'string', enum: ['BLUE'] },
      tags: { type: 'array', items: { type: 'string', title: '标签' } },
      total: { type: 'integer', minimum: 1 },
    },
  })
})

test('two objects merge into one that asks for what each of them asks for', () => {
  const merged = Type.Merge(
    Type.Object({ a: Type.String(), b: Type.Optional(Type.String()) }),
    Type.Object({ c: Type.String(), d: Type.Optional(Type.String()) }),
  )
  assert.equal(conforms(merged, { a: '', c: '' }), undefined)
  assert.match(conforms(merged, { a: '' }) ?? '', /'c'/)
  assert.match(conforms(merged, { c: '' }) ?? '', /'a'/)
  assert.match(conforms(merged, { a: '', b: 1, c: '' }) ?? '', /string/)
  assert.match(conforms(merged, { a: '', c: '', d: 1 }) ?? '', /string/)
})
