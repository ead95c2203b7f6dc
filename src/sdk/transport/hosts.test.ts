import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hosts } from './hosts.ts'

const PRIMARY = 'https://primary'
const SECONDARY = 'https://secondary'

test('the first host is called until it is silent, and again after a minute', () => {
  let now = 0
  const hosts = new Hosts([PRIMARY, SECONDARY], () => now)
  assert.equal(hosts.current(), PRIMARY)
  assert.equal(hosts.avoid(PRIMARY), true)
  assert.equal(hosts.current(), SECONDARY)
  now = 60_001
  assert.equal(hosts.current(), PRIMARY)
})

test('when all hosts are silent the one that has been so for longest is called, after a pause', () => {
  let now = 0
  const hosts = new Hosts([PRIMARY, SECONDARY], () => now)
  hosts.avoid(PRIMARY)
  now = 10
  assert.equal(hosts.avoid(SECONDARY), false)
  assert.equal(hosts.current(), PRIMARY)
  now = 20
  assert.equal(hosts.avoid(PRIMARY), false)
  assert.equal(hosts.current(), SECONDARY)
})

test('the only host is called again, silent or not', () => {
  const hosts = new Hosts([PRIMARY], () => 0)
  assert.equal(hosts.avoid(PRIMARY), false)
  assert.equal(hosts.current(), PRIMARY)
})
