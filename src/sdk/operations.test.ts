import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../contract/operation.ts'
import * as certificates from '../products/certificates/contract.ts'
import * as parking from '../products/parking/contract.ts'
import * as security from '../products/security-echo/contract.ts'
import { operations } from './operations.ts'

const exported: unknown[] = [parking, certificates, security].flatMap(module => Object.values(module))
const declared = exported.filter(isOperation)

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value
}

test('every call of the contract is in the table, with its method and its path', () => {
  const inContract = declared.map(({ name, method, path }) => [name, method, path])
  const inTable = Object.entries(operations).map(([name, { method, path }]) => [name, method, path])
  assert.deepEqual(inTable.sort(), inContract.sort())
})

test('every field that a reply must give back is in its request and its reply', () => {
  for (const { name, request, reply } of declared) {
    for (const field of operations[name as keyof typeof operations].echoes) {
      assert.ok(field in request.properties, `${name} is sent with ${field}`)
      assert.ok(field in (reply as Operation['request']).properties, `${name} is answered with ${field}`)
    }
  }
})

test('only the charge moves money', () => {
  const moving = Object.entries(operations).filter(([, { movesMoney }]) => movesMoney)
  assert.deepEqual(
    moving.map(([name]) => name),
    ['createTransaction'],
  )
})
