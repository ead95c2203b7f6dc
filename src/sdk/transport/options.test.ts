import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newCertificate, newRoot } from '../../sandbox/certificates.ts'
import { merchantClient } from '../client.ts'
import { type ClientOptions, OPTION_NAMES, resolveOptions } from './options.ts'
import { optionsFromFolder } from './options-from-folder.ts'

const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const own = keyPair()
const { privateKey } = own
const { publicKey } = keyPair()
const { privateKey: elliptic, publicKey: ellipticPublic } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const options: ClientOptions = {
  mchid: '1230000109',
  serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  privateKey,
  apiv3Key: 'a'.repeat(32),
  trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey },
}

test('without a baseUrl the two official hosts are called, with one only that one', () => {
  const hosts = (more: Partial<ClientOptions>) => resolveOptions({ ...options, ...more }).hosts
  assert.deepEqual(hosts({}), ['https://api.mch.weixin.qq.com', 'https://api2.mch.weixin.qq.com'])
  assert.deepEqual(hosts({ baseUrl: 'http://127.0.0.1:8080/' }), ['http://127.0.0.1:8080'])
  assert.deepEqual(hosts({ baseUrl: 'http://one', fallbackUrl: 'http://two' }), ['http://one', 'http://two'])
})

const year = { not_before: Date.now() - 1000, not_after: Date.now() + 365 * 24 * 60 * 60 * 1000 }
const root = await newRoot(year)
const issued = (subject: string, more: { public_key?: string } = {}) =>
  newCertificate(root.private_key, { subject, ...year, ...more })
const ownCertificate = await issued('CN=1230000109, O=微信商户系统', { public_key: own.publicKey })
const otherMerchants = await issued('CN=1230000100, O=微信商户系统')
const platforms = await issued('CN=Tenpay.com sign, O=Tenpay.com')
/** As the list of trust. */
const certificates = (...texts: unknown[]) => ({ trust: { certificates: texts } })
const key = (publicKey: unknown, publicKeyId: unknown = 'PUB_KEY_ID_1') => ({
  trust: { publicKeyId, publicKey },
})

/** What JavaScript lets through, and what TypeScript cannot see. */
const WRONG: readonly (readonly [what: string, more: Record<string, unknown>, says: RegExp])[] = [
  ...['mchid', 'serial_no', 'privateKey', 'apiv3Key', 'trust'].map(
    name =>
      [`no ${name}`, { [name]: undefined }, new RegExp(`^${name} must be .*(undefined|trust)`)] as const,
  ),
  ...['mchid', 'serial_no', 'apiv3Key', 'baseUrl', 'userAgent'].flatMap(name =>
    ['', 1, ['a'], {}, null].map(
      value => [`${name} ${JSON.stringify(value)}`, { [name]: value }, new RegExp(`^${name} `)] as const,
    ),
  ),
  ...['1230000109\n', ' 1230000109', '1230000109\r\n'].map(
    mchid => ['white space around mchid', { mchid }, /^mchid has white space or a line end/] as const,
  ),
  ['letters for mchid', { mchid: 'wx123' }, /^mchid must be a merchant number/],
  ['white space around serial_no', { serial_no: `${options.serial_no}\n` }, /^serial_no has white space/],
  ['a serial_no that is none', { serial_no: 'xyz' }, /^serial_no must be the hexadecimal/],
  ['a serial_no as openssl prints it', { serial_no: 'serial=51:57' }, /^serial_no must be the hexadecimal/],
  [
    'white space in place of the last letter of apiv3Key',
    { apiv3Key: `${'a'.repeat(31)}\n` },
    /^apiv3Key has white/,
  ],
  ['an apiv3Key that is short', { apiv3Key: 'short' }, /^apiv3Key must have 32 characters, and has 5/],
  [
    'an apiv3Key that is no ASCII',
    { apiv3Key: 'é'.repeat(32) },
    /^apiv3Key must have only digits and letters/,
  ],
  ['a path for privateKey', { privateKey: 'apiclient_key.pem' }, /^privateKey is a path/],
  ['a public key for privateKey', { privateKey: publicKey }, /^privateKey is a public key/],
  [
    'a certificate for privateKey',
    { privateKey: ownCertificate.certificate },
    /^privateKey is a certificate/,
  ],
  ['a key of another algorithm', { privateKey: elliptic }, /^privateKey must be an RSA key; with an SM2/],
  ['two private keys', { privateKey: privateKey + keyPair().privateKey }, /^privateKey has several/],
  [
    'a certificate of another number',
    { certificate: otherMerchants.certificate },
    /^serial_no is not that of/,
  ],
  [
    'a certificate of another key',
    { certificate: otherMerchants.certificate, serial_no: otherMerchants.serial_no },
    /^privateKey does not belong to certificate/,
  ],
  [
    'a number that is not that of the certificate',
    { certificate: ownCertificate.certificate, serial_no: ownCertificate.serial_no, mchid: '1230000100' },
    /^mchid is not that of certificate, which is 1230000109/,
  ],
  ['a key for certificate', { certificate: publicKey }, /^certificate is a public key/],
  ['a name for suite', { suite: 'SM2' }, /^suite must be the shangmi/],
  ['nothing for suite', { suite: null }, /^suite must be the shangmi/],
  ['a host without a scheme', { baseUrl: 'api.mch.weixin.qq.com' }, /^baseUrl must be a scheme and a host/],
  ['a path in baseUrl', { baseUrl: 'https://proxy.example.com/wechat' }, /^baseUrl must be/],
  ['another scheme', { baseUrl: 'ftp://example.com' }, /^baseUrl must be/],
  ['an empty fallbackUrl', { fallbackUrl: '' }, /^fallbackUrl is empty/],
  [
    'a list for fallbackUrl',
    { fallbackUrl: ['https://example.com'] },
    /^fallbackUrl must be text, and is a list/,
  ],
  ...[0, '5000', Number.NaN, null, 120_001].map(
    timeoutMs => [`a timeoutMs of ${timeoutMs}`, { timeoutMs }, /^timeoutMs must be a whole number/] as const,
  ),
  ...[1.5, 6, '2'].map(retries => [`${retries} retries`, { retries }, /^retries must be/] as const),
  ['a negative pause', { retryPauseMs: -1 }, /^retryPauseMs must be/],
  ['a userAgent in Chinese', { userAgent: '停车场' }, /^userAgent must have only ASCII/],
  ['a userAgent of two lines', { userAgent: 'car\npark' }, /^userAgent must have only ASCII/],
  ['a language that is none', { acceptLanguage: 'zh' }, /^acceptLanguage must be one of zh-CN, en/],
  ['an address for fetch', { fetch: 'http://proxy' }, /^fetch must be a function/],
  ['nothing for fetch', { fetch: null }, /^fetch must be a function, and is null/],
  ['a logger for onAttempt', { onAttempt: console }, /^onAttempt must be a function/],
  ['a name in camel case', { serialNo: 'AA' }, /^serialNo is no option: write serial_no/],
  ['a name in other letters', { timeoutMS: 1 }, /^timeoutMS is no option: write timeoutMs/],
  ['a name of another SDK', { timeout: 1 }, /^timeout is no option: there are mchid/],

  ['a text for trust', { trust: publicKey }, /^trust must be \{ publicKeyId/],
  ['null for trust', { trust: null }, /^trust must be .*null/],
  ['a list for trust', { trust: [publicKey] }, /^trust must be .*a list/],
  ['an empty trust', { trust: {} }, /^trust must be/],
  [
    'a misspelt trust',
    { trust: { public_key_id: 'PUB_KEY_ID_1', publicKey } },
    /^trust\.public_key_id is no option: write trust\.publicKeyId/,
  ],
  [
    'a public key without its id',
    { trust: { publicKey } },
    /^trust\.publicKeyId must be text, and is undefined/,
  ],
  [
    'an id without its public key',
    { trust: { publicKeyId: 'PUB_KEY_ID_1' } },
    /^trust\.publicKey must be the text/,
  ],
  ['a line end behind the id', key(publicKey, 'PUB_KEY_ID_1\n'), /^trust\.publicKeyId has white space/],
  ['a blank before the id', key(publicKey, ' PUB_KEY_ID_1'), /^trust\.publicKeyId has white space/],
  ['a blank in the id', key(publicKey, 'PUB_KEY_ID_ 1'), /^trust\.publicKeyId must start with/],
  ['an id without its prefix', key(publicKey, '0112300001092024'), /^trust\.publicKeyId must start with/],
  ["the merchant's private key as the platform's", key(privateKey), /^trust\.publicKey is a private key/],
  ['any private key', key(keyPair().privateKey), /^trust\.publicKey is a private key/],
  [
    "the merchant's public key as the platform's",
    key(own.publicKey),
    /^trust\.publicKey is the merchant’s own/,
  ],
  [
    "the merchant's certificate as a public key",
    key(ownCertificate.certificate),
    /^trust\.publicKey is a certificate/,
  ],
  ['two public keys', key(publicKey + keyPair().publicKey), /^trust\.publicKey has several keys/],
  ['a key of another algorithm as public key', key(ellipticPublic), /^trust must have RSA keys only/],
  [
    'a text for a list of certificates',
    { trust: { certificates: platforms.certificate } },
    /^trust\.certificates must be a list/,
  ],
  [
    'no list of certificates',
    { trust: { certificates: undefined } },
    /^trust\.certificates must be a list, and is undefined/,
  ],
  ['undefined in the list', certificates(undefined), /^trust\.certificates\[0\] must be the text/],
  [
    'a path in the list',
    certificates(platforms.certificate, 'cert.pem'),
    /^trust\.certificates\[1\] is a path/,
  ],
  [
    "the merchant's certificate as the platform's",
    certificates(ownCertificate.certificate),
    /^trust\.certificates\[0\] is a merchant’s/,
  ],
  [
    "another merchant's certificate",
    certificates(otherMerchants.certificate),
    /^trust\.certificates\[0\] is a merchant’s/,
  ],
  [
    "the merchant's private key in the list",
    certificates(privateKey),
    /^trust\.certificates\[0\] is a private key/,
  ],
  [
    'a public key in the list',
    certificates(publicKey),
    /^trust\.certificates\[0\] is a public key.*trust\.publicKeyId/,
  ],
  [
    'an authority in the list',
    certificates(root.certificate),
    /^trust\.certificates\[0\] is the certificate of an authority/,
  ],
  [
    "the platform's serial number as the merchant's",
    { ...certificates(platforms.certificate), serial_no: platforms.serial_no },
    /^serial_no is that of a platform certificate/,
  ],
]

for (const [what, more, says] of WRONG) {
  test(`when the client is made, this is a TypeError with the option's name: ${what}`, () => {
    assert.throws(
      () => merchantClient({ ...options, ...more } as ClientOptions),
      (error: Error) => {
        assert.ok(error instanceof TypeError, String(error))
        assert.match(error.message, says)
        return true
      },
    )
  })
}

test('what is no object of options is named', () => {
  for (const none of [undefined, null, 'merchant.json', [options]])
    assert.throws(() => merchantClient(none as never), {
      name: 'TypeError',
      message: /^options must be an object/,
    })
})

test('optional options may be undefined, and then have their defaults', () => {
  const unset = Object.fromEntries(OPTION_NAMES.map(name => [name, undefined]))
  const { timeoutMs, headers, hosts } = resolveOptions({ ...unset, ...options })
  assert.equal(timeoutMs, 5000)
  assert.equal(headers['Accept-Language'], 'zh-CN')
  assert.equal(hosts.length, 2)
})

test('right options are taken: a certificate, a chain, several certificates in one text, both kinds of trust', () => {
  const { certificate, serial_no } = ownCertificate
  merchantClient({ ...options, certificate, serial_no: `00${serial_no.toLowerCase()}` })
  merchantClient({ ...options, certificate, serial_no, privateKey: certificate + privateKey })
  const chain = `${platforms.certificate}\n${root.certificate}`
  merchantClient({ ...options, trust: { certificates: [chain, platforms.certificate] } })
  merchantClient({ ...options, trust: { certificates: [], publicKeyId: 'PUB_KEY_ID_1', publicKey } })
  merchantClient({ ...options, privateKey: Buffer.from(privateKey), userAgent: 'car-park/1.0 (gate 1)' })
})

test('an error about a key does not repeat the key', () => {
  const secret = 'this-is-no-pem-but-a-secret'
  for (const name of ['privateKey', 'apiv3Key', 'certificate'])
    assert.throws(
      () => resolveOptions({ ...options, [name]: secret }),
      (error: Error) => !error.message.includes(secret),
    )
})

test('a folder without a merchant is named, with what to do', () => {
  assert.throws(
    () => optionsFromFolder('/nowhere/merchants/1'),
    /merchant\.json cannot be read\. A sandbox writes it/,
  )
})

/** A folder as a sandbox writes it, with some files of another one. */
function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-merchant-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { serial_no, certificate } = ownCertificate
  const merchant = {
    ...{ mchid: '1230000109', serial_no, apiv3_key: 'a'.repeat(32), public_key_id: 'PUB_KEY_ID_1' },
    base_url: 'http://127.0.0.1:9',
  }
  const all = {
    ...{
      'merchant.json': JSON.stringify(merchant),
      'apiclient_key.pem': privateKey,
      'pub_key.pem': publicKey,
    },
    ...{ 'apiclient_cert.pem': certificate, 'platform_cert.pem': platforms.certificate, ...files },
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text)
  return folder
}

test('a folder whose key, certificate and numbers belong to one another is read', t => {
  const { mchid, baseUrl } = resolveAll(folderWith(t, {}))
  assert.deepEqual([mchid, baseUrl], ['1230000109', 'http://127.0.0.1:9'])
})

const resolveAll = (folder: string) => {
  const read = optionsFromFolder(folder)
  merchantClient(read)
  return read
}

test('a folder with a file of another merchant is named, with what does not fit', t => {
  for (const [files, says] of [
    [
      { 'apiclient_key.pem': keyPair().privateKey },
      /boomgate-merchant-\S+: privateKey does not belong to certificate/,
    ],
    [{ 'apiclient_cert.pem': otherMerchants.certificate }, /: serial_no is not that of certificate/],
    [
      { 'merchant.json': '{ "mchid": "1230000109" }' },
      /merchant\.json is not what a sandbox has written: serial_no must/,
    ],
    [{ 'merchant.json': 'mchid=1230000109' }, /merchant\.json is not what a sandbox has written/],
  ] as const)
    assert.throws(() => optionsFromFolder(folderWith(t, files)), { name: 'TypeError', message: says })
  assert.throws(() => optionsFromFolder(folderWith(t, {}), { trust: 'public_key' as never }), {
    message: /^trust must be one of certificate, public-key, both/,
  })
})
