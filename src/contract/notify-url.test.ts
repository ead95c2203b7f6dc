import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notifyUrl } from './fields.ts'
import * as Type from './schema.ts'
import { conforms } from './validate.ts'

const schema = Type.Object({ notify_url: notifyUrl('回调通知url') })
const fits = (url: string) => conforms(schema, { notify_url: url }) === undefined

test('a notify_url is a whole http or https URL, with or without port and path', () => {
  for (const url of [
    'https://merchant.example/notify',
    'https://merchant.example/',
    'https://merchant.example',
    'https://merchant.example:8443/a/b.php',
    'http://127.0.0.1:3000/notify',
    'http://localhost/notify',
    'https://[2001:db8::1]/notify',
    'HTTPS://MERCHANT.EXAMPLE/Notify',
    'https://merchant.example/%E5%81%9C%E8%BD%A6',
    'https://merchant.example/停车',
    'https://商户.example/notify',
  ]) {
    assert.ok(fits(url), url)
  }
})

test('a URL with a query, a fragment or credentials is refused', () => {
  for (const url of [
    'https://merchant.example/notify?shop=1',
    'https://merchant.example/notify?',
    'https://merchant.example/notify#top',
    'https://merchant.example/notify#',
    'https://user:secret@merchant.example/notify',
    'https://user@merchant.example/notify',
    'https://:secret@merchant.example/notify',
  ]) {
    assert.ok(!fits(url), url)
  }
})

test('a URL that is relative, of another scheme or no URL at all is refused', () => {
  for (const url of [
    '',
    '/notify',
    'notify',
    '//merchant.example/notify',
    'merchant.example/notify',
    'merchant.example:443/notify',
    'https:/merchant.example/notify',
    'https:merchant.example/notify',
    'https://',
    'https:///',
    'https://:443/',
    'https://merchant.example:99999/',
    'https://merchant example/',
    'https://%zz/',
    'https://[::1/notify',
    'javascript:alert(1)',
    'javascript://merchant.example/%0aalert(1)',
    'data:text/html,hello',
    'file:///etc/passwd',
    'ftp://merchant.example/',
    'ws://merchant.example/',
  ]) {
    assert.ok(!fits(url), url)
  }
})

test('white space and line breaks are refused wherever they stand', () => {
  for (const url of [
    ' https://merchant.example/notify',
    'https://merchant.example/notify ',
    'https://merchant.example/no tify',
    'https://merchant.example/notify\r\nX-Injected: 1',
    'https://merchant.example/\tnotify',
    'ht\ntps://merchant.example/',
    'https://merchant.example/\u3000notify',
  ]) {
    assert.ok(!fits(url), JSON.stringify(url))
  }
})

test('a URL has at most 256 bytes', () => {
  const start = 'https://merchant.example/'
  assert.ok(fits(start + 'a'.repeat(256 - start.length)))
  assert.ok(!fits(start + 'a'.repeat(257 - start.length)))
  assert.ok(!fits(start + '停'.repeat(78)))
})
