import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { newRoot } from '../../sandbox/certificates.ts'
import { isSamePair, readKeyText } from './key-text.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki') =>
  key.export({ type, format: 'pem' }) as string
const PKCS8 = pem(privateKey, 'pkcs8')
const PKCS1 = pem(privateKey, 'pkcs1')
const SPKI = pem(publicKey, 'spki')
const { certificate: CERTIFICATE } = await newRoot({ not_before: 0, not_after: 1 })
const bodyOf = (text: string) => text.replaceAll(/-----.*?-----|\s/g, '')
const indented = (text: string, by: string) => text.replaceAll(/^(?=.)/gm, by)

/** How a key file looks by the time it reaches a program. */
const FORMS: readonly [name: string, form: (text: string) => string | Uint8Array][] = [
  ['as it is', text => text],
  ['its bytes', text => Buffer.from(text)],
  ['bytes of UTF-16, as an editor of Windows writes them', text => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16 that was read as UTF-8', text => Buffer.from(`\ufeff${text}`, 'utf16le').toString('utf8')],
  ['DER', text => new Uint8Array(Buffer.from(bodyOf(text), 'base64'))],
  ['with \\n in place of line ends', text => text.replaceAll('\n', '\\n')],
  ['with \\\\n in place of line ends', text => text.replaceAll('\n', '\\\\n')],
  ['with \\r\\n in place of line ends', text => text.replaceAll('\n', '\\r\\n')],
  ['as a JSON text of PHP', text => JSON.stringify(text).replaceAll('/', '\\/')],
  ['in double quotes', text => `"${text}"`],
  ['in single quotes, with escapes', text => `'${text.replaceAll('\n', '\\n')}'`],
  ['on one line, with blanks', text => text.replaceAll('\n', ' ')],
  ['on one line, without any', text => text.replaceAll('\n', '')],
  ['without any white space at all', text => text.replaceAll(/\s/g, '')],
  ['without its BEGIN and END lines', text => text.replaceAll(/-----.*?-----/g, '')],
  ['its Base64 on one line', bodyOf],
  ['with CRLF', text => text.replaceAll('\n', '\r\n')],
  ['with CR', text => text.replaceAll('\n', '\r')],
  ['with empty lines', text => text.replaceAll('\n', '\n\n')],
  ['without a line end', text => text.trim()],
  ['with a byte order mark', text => `\ufeff${text}`],
  ['indented, as in YAML', text => indented(text, '    ')],
  ['with its name in YAML', text => `key: |\n${indented(text, '  ')}`],
  ['indented by tabs', text => indented(text, '\t')],
  ['with blanks that do not break', text => indented(text, '\u00a0')],
  ['its lines continued as in a shell', text => text.replaceAll('\n', '\\\n')],
  ['as Base64 of the whole file', text => Buffer.from(text).toString('base64')],
  ['with a remark in front', text => `Bag Attributes\n  friendlyName: Tenpay\n${text}`],
]

for (const [name, form] of FORMS) {
  test(`a key file is read ${name}`, () => {
    for (const text of [PKCS8, PKCS1]) {
      const [found, ...others] = readKeyText('privateKey', form(text))
      assert.ok(found.kind === 'private key' && found.key.equals(privateKey))
      assert.deepEqual(others, [])
    }
    const [found] = readKeyText('trust.publicKey', form(SPKI))
    assert.ok(found.kind === 'public key' && found.key.equals(publicKey))
    const [other] = readKeyText('certificate', form(CERTIFICATE))
    assert.ok(other.kind === 'certificate' && other.certificate.subject.includes('Tenpay.com Root CA'))
  })
}

test('lines of another kind around a key do not change what it is', () => {
  const wrapped = (label: string, text: string) =>
    `-----BEGIN ${label}-----\n${bodyOf(text)}\n-----END ${label}-----`
  assert.equal(readKeyText('', wrapped('PRIVATE KEY', PKCS1))[0].kind, 'private key')
  assert.equal(readKeyText('', wrapped('RSA PRIVATE KEY', PKCS8))[0].kind, 'private key')
  assert.equal(readKeyText('', wrapped('CERTIFICATE', SPKI))[0].kind, 'public key')
  assert.equal(readKeyText('', wrapped('PUBLIC KEY', PKCS8))[0].kind, 'private key')
})

test('all that one file has is given in its order', () => {
  const kinds = readKeyText('', CERTIFICATE + PKCS8 + SPKI).map(({ kind }) => kind)
  assert.deepEqual(kinds, ['certificate', 'private key', 'public key'])
  const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'SM2' })
  const parameters = '-----BEGIN SM2 PARAMETERS-----\nBggqgRzPVQGCLQ==\n-----END SM2 PARAMETERS-----\n'
  const text = parameters + (elliptic.export({ type: 'sec1', format: 'pem' }) as string)
  const [found, ...others] = readKeyText('', text)
  assert.ok(found.kind === 'private key' && isSamePair(found.key, elliptic))
  assert.deepEqual(others, [])
})

const encrypted = (type: 'pkcs1' | 'pkcs8') =>
  privateKey.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }) as string

/** The start of every apiclient_cert.p12: a sequence whose first member is version 3. */
const P12 = Buffer.concat([Buffer.from([0x30, 0x82, 0x0a, 0x20, 2, 1, 3]), Buffer.alloc(90, 0xa1)])

const MISTAKES: readonly [what: string, given: unknown, says: RegExp][] = [
  ['nothing', undefined, /must be the text of a PEM file, and is of type undefined/],
  ['null', null, /and is null/],
  ['a number', 1, /and is of type number/],
  ['an empty text', '', /is empty/],
  ['blanks', ' \n', /is empty/],
  ['a path', '/etc/wechatpay/apiclient_key.pem', /is a path.*readFileSync/],
  ['a path of Windows', 'C:\\certs\\new\\apiclient_key', /is a path/],
  ["a file's name", 'apiclient_key.pem', /is a path or a file's name/],
  ['an encrypted key', encrypted('pkcs8'), /is encrypted: remove its password \(openssl pkey/],
  ['an encrypted key of the old form', encrypted('pkcs1'), /is encrypted/],
  ['an encrypted key without its lines', bodyOf(encrypted('pkcs8')), /is encrypted/],
  ['a PKCS#12 file', P12, /is a PKCS#12 file \(apiclient_cert\.p12\)/],
  ['a PKCS#12 file as Base64', P12.toString('base64'), /is a PKCS#12 file/],
  ['a PKCS#12 file as a text', P12.toString('utf8'), /is a binary file that was read as a text/],
  ['the first line, as a shell or .env reads it', '-----BEGIN PRIVATE KEY-----', /is cut off/],
  ['a key without its end', PKCS8.slice(0, 900), /is cut off/],
  ['a key without its middle', PKCS8.replace(/(\n.*){5}\n(?=-----END)/, '\n'), /is damaged or cut off/],
  ['Base64 without its end', bodyOf(PKCS8).slice(0, 800), /is damaged or cut off/],
  ['a key with dots in it', PKCS8.replace(/\n.*\n/, '\n...\n'), /has something that is no Base64/],
  [
    'a certificate request',
    CERTIFICATE.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
    /is a CERTIFICATE REQUEST, which is something else/,
  ],
  ['a key of SSH', PKCS8.replaceAll('PRIVATE', 'OPENSSH PRIVATE'), /is a OPENSSH PRIVATE KEY/],
  ['a serial number', '5157F09EFDC096DE15EBE81A47057A7232F1B8E1', /is no PEM/],
  ['an endless text', 'A'.repeat(70_000), /is longer than any key file/],
]

for (const [what, given, says] of MISTAKES) {
  test(`${what} in place of a key is named, and not repeated`, () => {
    assert.throws(
      () => readKeyText('privateKey', given),
      (error: Error) => {
        assert.ok(error instanceof TypeError)
        assert.match(error.message, /^privateKey /)
        assert.match(error.message, says)
        const shown = bodyOf(String(given)).slice(0, 40)
        assert.ok(shown.length < 20 || !error.message.includes(shown))
        return true
      },
    )
  })
}
