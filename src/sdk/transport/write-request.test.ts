import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '../generated/index.ts'
import { writeRequest } from './write-request.ts'

test('a GET carries its fields in the query, percent-encoded, in the order in which they were given', () => {
  const { target, body } = writeRequest(operations['parking.queryPlateService'], 'merchant', {
    appid: 'wx1',
    sub_mchid: undefined,
    plate_number: '粤B10001',
    plate_color: 'BLUE',
    openid: "o'1 &2",
  })
  assert.equal(
    target,
    '/v3/vehicle/parking/services/find?appid=wx1&plate_number=%E7%B2%A4B10001&plate_color=BLUE&openid=o%271%20%262',
  )
  assert.equal(body.length, 0)
})

test('what is signed is what the URL parser of fetch sends, whatever the characters', () => {
  const everyCharacter = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index))
  const { target } = writeRequest(operations['parking.queryPlateService'], 'merchant', {
    openid: `${everyCharacter}粤`,
  })
  const url = new URL(`https://host.invalid${target}`)
  assert.equal(url.pathname + url.search, target)
  assert.equal(url.searchParams.get('openid'), `${everyCharacter}粤`)
})

test('a field of the path travels there and nowhere else', () => {
  const request = { out_trade_no: 'a*-_b', sub_mchid: '1900000109' }
  const { target } = writeRequest(operations['parking.queryTransaction'], 'merchant', request)
  assert.equal(target, '/v3/vehicle/transactions/out-trade-no/a*-_b?sub_mchid=1900000109')
  assert.equal(request.out_trade_no, 'a*-_b')
})

test('a path field that would make another request of it is refused before anything is sent', () => {
  for (const out_trade_no of ['', '.', '..', undefined, 7]) {
    assert.throws(
      () => writeRequest(operations['parking.queryTransaction'], 'merchant', { out_trade_no }),
      /^TypeError: out_trade_no must/,
    )
  }
  const { target } = writeRequest(operations['parking.queryTransaction'], 'merchant', {
    out_trade_no: '../find?a=b',
  })
  assert.equal(target, '/v3/vehicle/transactions/out-trade-no/..%2Ffind%3Fa%3Db')
})

test('a POST carries its fields as JSON without those that have no value', () => {
  const { target, body } = writeRequest(operations['security.securityEcho'], 'merchant', {
    echo_message: '你好',
    notify_url: undefined,
    encrypted_echo_message: null,
  })
  assert.equal(target, '/v3/security/echo')
  assert.equal(body.toString('utf8'), '{"echo_message":"你好"}')
})
