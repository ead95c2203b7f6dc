import assert from 'node:assert/strict'
import { test } from 'node:test'
import { general } from '../protocol/general-errors.ts'
import { integer, text } from './fields.ts'
import { inBothModes, operation } from './operation.ts'
import * as Type from './schema.ts'
import { undefinedFields } from './undefined-fields.ts'

const charge = operation({
  id: 'test.charge',
  method: 'POST',
  title: { zh: '扣费', en: 'Charge' },
  errors: [general.PARAM_ERROR],
  ...inBothModes({
    path: '/v3/test/charges',
    pages: {},
    request: Type.Object({
      name: text('名称', 9),
      amount: Type.Object({ total: integer('总金额', 'In fen', 1) }, { title: '订单金额' }),
      goods: Type.Optional(Type.Array(Type.Object({ id: text('编码', 4) }))),
    }),
    partner: Type.Object({ sub_mchid: text('子商户号', 4) }),
    reply: Type.Object({}),
  }),
  sdk: { description: 'A call of this test.' },
})

const found = (fields: Record<string, unknown>) => undefinedFields(charge, fields, '/body')

test('fields of either mode are defined, whatever they hold', () => {
  assert.deepEqual(found({}), [])
  assert.deepEqual(found({ name: 'n', amount: { total: 1 }, goods: [{ id: 'a' }], sub_mchid: '1' }), [])
  assert.deepEqual(found({ name: { a: 1 }, amount: 7, goods: { id: 'a' } }), [])
})

test('what is not defined is named by its JSON pointer, at every depth and in the order in which it came', () => {
  const fields = {
    notifyurl: 'x',
    amount: { total: 1, curency: 'CNY', deep: { deeper: 1 } },
    goods: [{ id: 'a' }, { id: 'b', 'a/b~c': 1 }],
    profitsharing: null,
  }
  assert.deepEqual(found(fields), [
    '/body/notifyurl',
    '/body/amount/curency',
    '/body/amount/deep',
    '/body/goods/1/a~1b~0c',
    '/body/profitsharing',
  ])
})

test('names that every object has are no more defined than others', () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']
  const fields = JSON.parse(`{${names.map(name => `"${name}":1`).join(',')}}`)
  assert.deepEqual(
    found(fields),
    names.map(name => `/body/${name}`),
  )
})

test('at most thirty-two are named, none in more than 128 characters, at any depth', () => {
  const many = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`n${index}`, 1]))
  assert.equal(found(many).length, 32)
  assert.equal(found({ amount: many }).length, 32)
  assert.equal(found({ goods: Array.from({ length: 60_000 }, () => ({ x: 1 })) }).length, 32)
  assert.deepEqual(found({ ['x'.repeat(1_000_000)]: 1 }), [`/body/${'x'.repeat(122)}`])
})
