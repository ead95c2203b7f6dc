import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modesOf, nameOf, type Operation } from '../../contract/operation.ts'
import * as bills from '../../products/common/bills/contract.ts'
import * as certificates from '../../products/common/certificates/contract.ts'
import * as refunds from '../../products/common/refunds/contract.ts'
import * as security from '../../products/common/security-echo/contract.ts'
import * as parking from '../../products/industry/parking/contract.ts'
import { type CallRules, operations } from './operations.ts'

const exported: unknown[] = [parking, refunds, bills, certificates, security].flatMap(module =>
  Object.values(module),
)
const declared = exported.filter(isOperation)

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'method' in value && 'errors' in value
}

test('every call of the contract is in the table, with its method and its path', () => {
  const inContract = declared.flatMap(operation =>
    modesOf(operation)
      .slice(0, 1)
      .map(({ inMode }) => [nameOf(operation), operation.method, inMode.path]),
  )
  const inTable = Object.entries(operations).map(([name, { method, path }]) => [name, method, path])
  assert.deepEqual(inTable.sort(), inContract.sort())
})

test('every field that a reply must give back is in its request and its reply', () => {
  for (const operation of declared) {
    const name = nameOf(operation)
    const [{ inMode } = assert.fail(name)] = modesOf(operation)
    const { request } = inMode
    const reply = inMode.reply as typeof request
    for (const field of operations[name as keyof typeof operations].echoes) {
      assert.ok(field in request.properties, `${name} is sent with ${field}`)
      assert.ok(field in reply.properties, `${name} is answered with ${field}`)
    }
  }
})

test('every field that is sent encrypted is in its request, and its call names the key', () => {
  const calls: [string, CallRules][] = Object.entries(operations)
  const encrypting = calls.filter(([, { encrypts }]) => encrypts)
  assert.deepEqual(
    encrypting.map(([name, { encrypts }]) => [name, encrypts]),
    [['createAbnormalRefund', ['bank_account', 'real_name']]],
  )
  for (const [name, { encrypts = [], namesPlatformKey }] of encrypting) {
    const properties =
      declared.find(operation => nameOf(operation) === name)?.merchant?.request.properties ?? {}
    assert.ok(namesPlatformKey && encrypts.every(field => field in properties))
  }
})

test('only charges and refunds move money', () => {
  const moving = Object.entries(operations).filter(([, { movesMoney }]) => movesMoney)
  assert.deepEqual(
    moving.map(([name]) => name),
    ['createTransaction', 'createRefund', 'createAbnormalRefund'],
  )
})
