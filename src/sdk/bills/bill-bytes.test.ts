import assert from 'node:assert/strict'
import { createCipheriv, createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { collect } from '../../../test/sdk/collect.ts'
import { decryptField, encryptField } from '../../protocol/sensitive-field.ts'
import { NetworkError } from '../transport/errors.ts'
import { errorOf } from '../transport/refusal.ts'
import { type BillFile, billBytes } from './bill-bytes.ts'
import { BillCorrupted } from './bill-corrupted.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const decrypt = (encrypted: string) => decryptField(encrypted, privateKey)
const KEY = 'k'.repeat(32)
const NONCE = 'n'.repeat(12)

/** Does not shrink, so that it comes in several pieces. */
const PLAIN = randomBytes(300_000)
const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

function encrypted(bytes: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', KEY, NONCE)
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

const SEAL = { encrypt_key: encryptField(KEY, publicKey), nonce: NONCE }
const linkExpired = () =>
  errorOf({ op: 'bills.downloadBill', status: 400, code: 'INVALID_REQUEST', text: '' })

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** A bill of these files; a link that is `expired` is refused. Answers also what the platform was called for. */
function billOf(
  files: { sent: Uint8Array; file?: Partial<BillFile> }[],
  expired: string[] = [],
  size = 1000,
) {
  const asked: string[] = []
  let applications = 0
  const source = {
    decrypt,
    async apply() {
      applications += 1
      asked.push('apply')
      return files.map(({ file }, place) => ({
        download_url: `${applications}/${place}`,
        hash_value: sha1(PLAIN),
        ...file,
      }))
    },
    async open(url: string) {
      asked.push(url)
      if (expired.includes(url)) throw linkExpired()
      return pieces(files[Number(url.split('/')[1])]?.sent ?? Buffer.alloc(0), size)
    },
  }
  return { asked, bytes: async () => Buffer.concat(await collect(billBytes(source))) }
}

test('a compressed file is unpacked, and its SHA-1 is that of what was unpacked', async () => {
  const { bytes, asked } = billOf([
    { sent: gzipSync(PLAIN), file: { hash_value: sha1(PLAIN).toUpperCase() } },
  ])
  assert.deepEqual(await bytes(), PLAIN)
  assert.deepEqual(asked, ['apply', '1/0'])
})

test('an encrypted file is decrypted with the key that only this merchant can read, whatever its pieces', async () => {
  for (const size of [7, 1000, 1_000_000]) {
    const { bytes } = billOf([{ sent: encrypted(gzipSync(PLAIN)), file: SEAL }], [], size)
    assert.deepEqual(await bytes(), PLAIN)
  }
})

test('the files of a large bill are read one after another', async () => {
  const second = Buffer.from('the end')
  const { bytes } = billOf([
    { sent: encrypted(gzipSync(PLAIN)), file: SEAL },
    { sent: encrypted(gzipSync(second)), file: { ...SEAL, hash_value: sha1(second) } },
  ])
  assert.deepEqual(await bytes(), Buffer.concat([PLAIN, second]))
})

test('a link that has expired is applied for again, once for each file', async () => {
  const sent = gzipSync(PLAIN)
  const twoFiles = billOf([{ sent }, { sent }], ['1/1'])
  assert.deepEqual(await twoFiles.bytes(), Buffer.concat([PLAIN, PLAIN]))
  assert.deepEqual(twoFiles.asked, ['apply', '1/0', '1/1', 'apply', '2/1'])

  const always = billOf([{ sent }], ['1/0', '2/0'])
  await assert.rejects(always.bytes(), { name: 'InvalidRequest', op: 'bills.downloadBill' })
  assert.deepEqual(always.asked, ['apply', '1/0', 'apply', '2/0'])
})

test('a file that cannot be opened for another reason is not applied for again', async () => {
  const source = {
    decrypt,
    apply: async () => [{ download_url: 'a', hash_value: sha1(PLAIN) }],
    open: async () =>
      Promise.reject(new NetworkError({ op: 'bills.downloadBill', message: '', whatToDo: '' })),
  }
  await assert.rejects(collect(billBytes(source)), { name: 'NetworkError' })
})

const CORRUPTIONS: [name: string, sent: Buffer, file: Partial<BillFile>, message: RegExp][] = [
  ['another content', gzipSync(randomBytes(100)), {}, /its SHA-1 is .* and the platform has promised/],
  ['a file that ends early', gzipSync(PLAIN).subarray(0, -1000), {}, /unexpected end of file/],
  ['an empty file', Buffer.alloc(0), {}, /SHA-1|unexpected end of file/],
  ['a file that is not compressed', PLAIN, {}, /incorrect header check/],
  [
    'an encrypted file with a changed byte',
    changed(encrypted(gzipSync(PLAIN))),
    SEAL,
    /authenticate|data|check/,
  ],
  ['an encrypted file that ends early', encrypted(gzipSync(PLAIN)).subarray(0, -1), SEAL, /authenticate/],
  ['an encrypted file without a tag', Buffer.alloc(9), SEAL, /./],
  [
    'a key for somebody else',
    encrypted(gzipSync(PLAIN)),
    { ...SEAL, encrypt_key: 'AAAA' },
    /certificate of privateKey/,
  ],
]

function changed(bytes: Buffer): Buffer {
  const last = bytes.length - 17
  bytes[last] = (bytes[last] ?? 0) ^ 1
  return bytes
}

for (const [name, sent, file, message] of CORRUPTIONS) {
  test(`${name} is no bill`, async () => {
    await assert.rejects(billOf([{ sent, file }]).bytes(), (error: unknown) => {
      assert.ok(error instanceof BillCorrupted)
      assert.match(error.message, message)
      return true
    })
  })
}

test('a file whose key cannot be read is not asked for: its connection would stay open', async () => {
  for (const seal of [
    { ...SEAL, encrypt_key: 'AAAA' },
    { ...SEAL, nonce: '' },
  ]) {
    const { bytes, asked } = billOf([{ sent: encrypted(gzipSync(PLAIN)), file: seal }])
    await assert.rejects(bytes(), BillCorrupted)
    assert.deepEqual(asked, ['apply'])
  }
})

test('leaving the loop early ends the download', async () => {
  let ended = false
  async function* download(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield* pieces(gzipSync(PLAIN), 1000)
    } finally {
      ended = true
    }
  }
  const source = {
    decrypt,
    apply: async () => [{ download_url: 'a', hash_value: '' }],
    open: async () => download(),
  }
  for await (const chunk of billBytes(source)) if (chunk.length > 0) break
  await new Promise(resolve => setImmediate(resolve))
  assert.ok(ended)
})
