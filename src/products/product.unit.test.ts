import assert from 'node:assert/strict'
import { test } from 'node:test'
import { products } from './index.ts'
import { permissionsOf } from './product.ts'

test('permissions are those of all products, and what two of them declare says what to do', () => {
  const [product] = products
  assert.ok(product)
  const named = (name: string, ...permissions: string[]) => ({ ...product, name, permissions })
  assert.deepEqual(permissionsOf([named('one', 'a', 'b-2'), named('two'), named('three', 'c')]), [
    'a',
    'b-2',
    'c',
  ])
  assert.throws(
    () => permissionsOf([named('one', 'a'), named('two', 'a')]),
    /^Error: two declares the permission a, which is one's: choose another name$/,
  )
  assert.throws(() => permissionsOf([named('one', 'a b')]), /one declares the permission "a b": use small/)
})
