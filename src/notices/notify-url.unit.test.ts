import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPrivateAddress, isSentTo, refusedNotifyUrl } from './notify-url.ts'

/** One address at each end of every network that is not the public internet, and some in between. */
const PRIVATE = [
  ['this host', '0.0.0.0', '0.255.255.255'],
  ['private', '10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
  ['carrier', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.0.0.1', '127.255.255.255'],
  ['link-local', '169.254.0.0', '169.254.169.254', '169.254.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.1'],
  ['benchmarks', '198.18.0.0', '198.19.255.255'],
  ['relays of 6to4', '192.88.99.0', '192.88.99.255'],
  ['multicast, reserved, broadcast', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ['loopback and unspecified of IPv6', '::', '::1'],
  ['IPv4 inside IPv6', '::ffff:127.0.0.1', '::ffff:10.1.2.3', '::ffff:7f00:1', '::127.0.0.1'],
  [
    'translated IPv4',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:c0a8:101::1',
    '::ffff:0:0:0',
    '::ffff:0:127.0.0.1',
    '::ffff:0:ffff:ffff',
  ],
  ['Teredo', '2001::1'],
  ['unique local', 'fc00::1', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local and site-local of IPv6', 'fe80::1', 'fe80::1%eth0', 'febf::1', 'fec0::1'],
  ['multicast of IPv6', 'ff02::1'],
  ['discard, dummy', '100::1', '100::ffff:ffff:ffff:ffff', '100:0:0:1::', '100:0:0:1:ffff:ffff:ffff:ffff'],
  ['documentation of IPv6', '2001:db8::1', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
] as const

for (const [kind, ...addresses] of PRIVATE) {
  test(`an address is private: ${kind}`, () => {
    for (const address of addresses) assert.equal(isPrivateAddress(address), true, address)
  })
}

test('public addresses are public, also those beside the private networks', () => {
  for (const address of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.88.98.255',
    '192.88.100.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2400:da00::dbf:0:100',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '::1:0:0:0',
    '100:0:0:2::',
    '3ffe:ffff::',
    '3fff:1000::',
    '5eff::',
    '5f01::',
  ]) {
    assert.equal(isPrivateAddress(address), false, address)
  }
})

test('an IPv4 address is as private by itself as it is inside IPv6', () => {
  const anyAddress = fc.ipV4()
  fc.assert(
    fc.property(anyAddress, address => isPrivateAddress(address) === isPrivateAddress(`::ffff:${address}`)),
  )
})

test('what is no address is not private: a name is looked up when it is sent to', () => {
  for (const text of ['yoursite.com', '', '10.0.0', '1.2.3.4.5']) assert.equal(isPrivateAddress(text), false)
})

test('a sandbox sends to any URL', () => {
  for (const url of [
    'http://127.0.0.1:8000/',
    'http://localhost/',
    'https://192.168.0.1/',
    'https://yoursite.com/',
  ]) {
    assert.equal(refusedNotifyUrl(url, 'sandbox'), undefined)
    assert.equal(isSentTo(url, 'sandbox'), true)
  }
})

test('where https is required, production takes nothing else', () => {
  for (const url of ['http://yoursite.com/', 'HTTP://yoursite.com/', 'ftp://yoursite.com/', 'https://%zz/']) {
    assert.equal(refusedNotifyUrl(url, 'production'), '回调通知url必须为https')
  }
})

test('production refuses every private host, however it is written', () => {
  for (const host of [
    'localhost',
    'LOCALHOST',
    'localhost.',
    'shop.localhost',
    'shop.localhost.',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '0',
    '10.0.0.1',
    '192.168.1.10:8443',
    '169.254.169.254',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:7f00:1]',
    '[fd00::1]',
    '[fe80::1]:8443',
  ]) {
    const issue = refusedNotifyUrl(`https://${host}/wxpay`, 'production')
    assert.equal(issue, '回调通知url必须为外网可访问的地址', host)
    assert.equal(isSentTo(`http://name:secret@${host}/wxpay`, 'production'), false, host)
  }
})

test('production takes https to public names and addresses, on any port', () => {
  for (const host of [
    'yoursite.com',
    'pay.yoursite.com:8443',
    '1.1.1.1',
    '[2606:4700:4700::1111]',
    'mylocalhost.com',
  ]) {
    assert.equal(refusedNotifyUrl(`https://${host}/wxpay`, 'production'), undefined, host)
    assert.equal(isSentTo(`http://name:secret@${host}/wxpay`, 'production'), true, host)
  }
})
