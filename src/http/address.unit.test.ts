import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calledAs, isLoopback, urlAt } from './address.ts'

const of = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
  ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as never

const INTERFACES = {
  lo: [of('127.0.0.1', 'IPv4', true), of('::1', 'IPv6', true)],
  eth0: [of('fe80::1', 'IPv6'), of('192.168.7.5', 'IPv4')],
  docker0: [of('172.17.0.1', 'IPv4')],
}

test('a wildcard is called by the address of the machine in its network, and by the loopback from itself', () => {
  for (const wildcard of ['0.0.0.0', '::']) {
    assert.equal(calledAs(wildcard, 'anywhere', INTERFACES), '192.168.7.5')
    assert.equal(calledAs(wildcard, 'anywhere', { lo: INTERFACES.lo }), '127.0.0.1')
    assert.equal(calledAs(wildcard, 'here', INTERFACES), '127.0.0.1')
  }
})

test('any other address is called as it is', () => {
  for (const host of ['127.0.0.1', '192.168.7.9', 'sandbox.example', '::1'])
    for (const from of ['anywhere', 'here'] as const) assert.equal(calledAs(host, from, INTERFACES), host)
  assert.equal(urlAt('::1', 80), 'http://[::1]:80')
  assert.equal(urlAt('sandbox.example', 8443, 'https'), 'https://sandbox.example:8443')
})

test('the loopback is known by its names', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) assert.ok(isLoopback(host), host)
  for (const host of ['0.0.0.0', '::', '192.168.7.5', '12.7.0.0']) assert.ok(!isLoopback(host), host)
})
