import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PRIVATE, readMerchantFile, readMerchantFolder, writeFile } from './files.ts'

const MCHID = '1230000199'

test('a damaged merchant.json is named, and nothing of it is shown', t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const own = join(folder, 'merchants', MCHID)
  writeFile(join(own, 'merchant.json'), '{"apiv3_key": "secretsecret', PRIVATE)
  assert.throws(
    () => readMerchantFile(own),
    (error: Error) =>
      /merchants.1230000199.merchant\.json is damaged/.test(error.message) && !/secret/.test(error.message),
  )
})

test('a folder whose private key was taken away gives no keys, so a merchant that comes back gets new ones', t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFile(join(folder, 'merchants', MCHID, 'merchant.json'), '{}', PRIVATE)
  writeFile(join(folder, 'merchants', MCHID, 'apiclient_cert.pem'), '')
  assert.equal(readMerchantFolder(folder, MCHID), undefined)
})
