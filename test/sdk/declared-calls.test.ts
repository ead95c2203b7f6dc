import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { stripTypeScriptTypes } from 'node:module'
import { after, before, test } from 'node:test'
import { clientParameterRules as rulesOf } from '../../scripts/sdk-client-parameters.ts'
import { familyFile } from '../../scripts/sdk-clients.ts'
import { type Call, endpoint } from '../../src/calls/handler.ts'
import { clientParameters } from '../../src/contract/client-parameters.ts'
import { text } from '../../src/contract/fields.ts'
import { inBothModes, NO_CONTENT, operation } from '../../src/contract/operation.ts'
import * as Type from '../../src/contract/schema.ts'
import { products } from '../../src/products/index.ts'
import { product } from '../../src/products/product.ts'
import { general } from '../../src/protocol/general-errors.ts'
import { clientParameterRules } from '../../src/sdk/generated/client-parameters.ts'
import { operations } from '../../src/sdk/generated/index.ts'
import { merchantClient, partnerClient, type UploadedFile } from '../../src/sdk/index.ts'
import { openTestDatabase } from '../../src/store/testing.ts'
import { startPlatform, type TestPlatform } from '../../src/testing/index.ts'
import { DIRECT, optionsOf, PROVIDER } from './car-park.ts'

// A product that nobody has yet, with every kind of call: what is generated of it works against a platform that has it.

const errors = [general.RATELIMIT_EXCEEDED, general.PARAM_ERROR, general.SYSTEM_ERROR]
const sdk = { description: 'As it says.', ifUnknown: 'Ask.' }
const id = text('相册号', 32)
const name = text('名称', 64)
const subMchid = text('子商户号', 32)
const hash = { field: 'sha256', wrong: general.PARAM_ERROR }
const MAX_BYTES = 1_000_000

const album = Type.Object({ id, name, mode: text('模式', 16) })
const both = { pages: { merchant: '/doc/v3/merchant/1' }, partner: Type.Object({ sub_mchid: subMchid }) }

const replaceAlbum = operation({
  id: 'albums.replaceAlbum',
  method: 'PUT',
  title: { zh: '替换相册', en: 'Replace an album' },
  ...inBothModes({
    ...{ ...both, path: '/v3/albums/{id}', request: Type.Object({ id, name }), reply: album },
  }),
  errors,
  sdk: { ...sdk, echoes: ['id', 'name'], replyType: 'Album' },
})
/** With another path and another name of a field in partner mode. */
const renameAlbum = operation({
  id: 'albums.renameAlbum',
  method: 'PATCH',
  title: { zh: '相册改名', en: 'Rename an album' },
  merchant: { path: '/v3/albums/{id}/name', request: Type.Object({ id, name }), reply: NO_CONTENT },
  partner: {
    path: '/v3/partner/albums/{id}/name',
    request: Type.Object({ id, album_name: name }),
    reply: NO_CONTENT,
  },
  success: 204,
  errors,
  sdk,
})
const deleteAlbum = operation({
  id: 'albums.deleteAlbum',
  method: 'DELETE',
  title: { zh: '删除相册', en: 'Delete an album' },
  merchant: {
    path: '/v3/albums/{id}',
    request: Type.Object({ id, reason: Type.Optional(name) }),
    reply: NO_CONTENT,
  },
  success: 202,
  errors,
  sdk,
})
const uploadPhoto = operation({
  id: 'albums.uploadPhoto',
  method: 'POST',
  title: { zh: '上传照片', en: 'Upload a photo' },
  ...inBothModes({
    path: '/v3/albums/{id}/photos',
    pages: {},
    request: Type.Object({ id, filename: name, sha256: text('摘要', 64) }),
    reply: Type.Object({ filename: name, size: Type.Integer({}), type: name, sha256: name }),
  }),
  upload: { part: 'photo', title: '照片', maxBytes: MAX_BYTES, hash },
  errors,
  sdk: { ...sdk, echoes: ['filename'] },
})

const openParameters = clientParameters({
  id: 'albums.openParameters',
  title: { zh: '打开相册', en: 'Open an album' },
  request: Type.Object({ id }),
  fields: { album: '{mchid}/{id}', kind: 'ALBUM' },
  signed: ['{id}', '{mchid}'],
  signature: 'sign',
  sdk: { description: 'Opens an album.' },
})

/** What the platform was called with, in the order in which it came. */
const seen: unknown[] = []
const note = (request: object, { mode }: Call) => {
  seen.push([mode, { ...request }])
  return mode
}
const albums = product({
  name: 'albums',
  folder: new URL('.', import.meta.url),
  endpoints: [
    endpoint(replaceAlbum, async (request, call) => ({
      id: request.id,
      name: request.name,
      mode: note(request, call),
    })),
    endpoint(renameAlbum, async (request, call) => void note(request, call) as undefined),
    endpoint(deleteAlbum, async (request, call) => void note(request, call) as undefined),
    endpoint(uploadPhoto, async ({ filename, sha256 }, { file }) => {
      const { name, type, bytes } = file ?? assert.fail('It has no file')
      seen.push(name)
      return { filename, sha256, type, size: bytes.length }
    }),
  ],
  clientParameters: [openParameters],
})

const source = familyFile('test', [
  {
    name: 'albums',
    operations: albums.endpoints.map(({ operation }) => operation),
    clientParameters: [openParameters],
  },
])

interface AlbumsClient {
  replaceAlbum(request: object): Promise<object>
  renameAlbum(request: object): Promise<undefined>
  deleteAlbum(request: object): Promise<undefined>
  uploadPhoto(request: { id: string; filename: string; file: UploadedFile }): Promise<object>
  openParameters(request: { id: string }): { album: string; kind: string; sign: string }
}

let platform: TestPlatform
before(async () => {
  const load = (source: string) =>
    import(`data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(source))}`)
  Object.assign(operations, (await load(source)).testRules)
  Object.assign(clientParameterRules, (await load(rulesOf([openParameters]))).clientParameterRules)
  platform = await startPlatform({ open: openTestDatabase }, [...products, albums])
})
after(() => platform?.stop())

function albumsOf(mchid: string): AlbumsClient {
  const client = (mchid === DIRECT ? merchantClient : partnerClient)(optionsOf(platform, mchid))
  return (client as unknown as { albums: AlbumsClient }).albums
}

test('a PUT has its fields in path and body, and its reply is bound to them', async () => {
  const request = { id: 'A1', name: '全家 & 福' }
  const reply = await albumsOf(DIRECT).replaceAlbum(request)
  assert.deepEqual(reply, { ...request, mode: 'merchant' })
  const sub_mchid = '1900000109'
  await albumsOf(PROVIDER).replaceAlbum({ ...request, sub_mchid })
  assert.deepEqual(seen.splice(0), [
    ['merchant', request],
    ['partner', { ...request, sub_mchid }],
  ])
})

test('a PATCH goes to the path of its mode, and a 204 has no value', async () => {
  assert.equal(await albumsOf(DIRECT).renameAlbum({ id: 'A1', name: 'b' }), undefined)
  assert.equal(await albumsOf(PROVIDER).renameAlbum({ id: 'A1', album_name: 'c' }), undefined)
  assert.deepEqual(seen.splice(0), [
    ['merchant', { id: 'A1', name: 'b' }],
    ['partner', { id: 'A1', album_name: 'c' }],
  ])
})

test('a DELETE has its fields in path and query, and a 202 that is its success is not repeated', async () => {
  assert.equal(await albumsOf(DIRECT).deleteAlbum({ id: 'A1', reason: '重复 1' }), undefined)
  assert.deepEqual(seen.splice(0), [['merchant', { id: 'A1', reason: '重复 1' }]])
  assert.equal(albumsOf(PROVIDER).deleteAlbum, undefined)
})

test('a file is sent as it is, with its sum in what is signed', async () => {
  const bytes = Buffer.concat([Buffer.from('\r\n--boomgate-\r\n'), randomBytes(100_000)])
  const file = { name: 'a "b"\r\n照片.jpg', type: 'image/jpeg', bytes: new Uint8Array(bytes) }
  const reply = await albumsOf(DIRECT).uploadPhoto({ id: 'A1', filename: '照片.jpg', file })
  const { sha256, ...others } = reply as { sha256: string }
  assert.match(sha256, /^[0-9a-f]{64}$/)
  assert.deepEqual(others, { filename: '照片.jpg', type: 'image/jpeg', size: bytes.length })
  assert.match(String(seen.splice(0)), /照片\.jpg$/)
})

test("what a merchant's client hands over is made of its request and signed, in both modes, without a call", () => {
  for (const mchid of [DIRECT, PROVIDER]) {
    const { sign, ...fields } = albumsOf(mchid).openParameters({ id: 'A1' })
    assert.deepEqual(fields, { album: `${mchid}/A1`, kind: 'ALBUM' })
    const key = createPublicKey(platform.merchant(mchid).private_key)
    assert.ok(verify('RSA-SHA256', Buffer.from(`A1\n${mchid}\n`), key, Buffer.from(sign, 'base64')))
  }
  assert.deepEqual(seen, [])
})

test('what is no file is refused before anything is sent', async () => {
  const file = { name: 'a.jpg', type: 'image/jpeg', bytes: new Uint8Array(1) }
  for (const wrong of [
    undefined,
    'a.jpg',
    { ...file, name: '' },
    { ...file, type: 'image/jpeg\r\nX: y' },
    { ...file, bytes: 'text' },
  ]) {
    const request = { id: 'A1', filename: 'a.jpg', file: wrong as UploadedFile }
    await assert.rejects(albumsOf(DIRECT).uploadPhoto(request), /^TypeError: file must be/)
  }
  assert.deepEqual(seen, [])
})

test('the types say what each mode sends, that a file has a sum, and who has which call', () => {
  const declared = (pattern: RegExp) => assert.match(source, pattern)
  declared(
    /interface PartnerAlbumsReplaceAlbumRequest extends AlbumsReplaceAlbumRequest \{\s+\/\*\* 子商户号: at most 32 bytes/,
  )
  // Another field in place of one is no more of the same.
  declared(/interface PartnerAlbumsRenameAlbumRequest \{/)
  declared(/照片: at most 1000000 bytes; its SHA-256 is sent as `sha256`[\s*/]+file: UploadedFile/)
  assert.doesNotMatch(source, /sha256: string\nfile:/)
  declared(/Promise<Album>/)
  declared(/openParameters\(request: AlbumsOpenParametersRequest\): AlbumsOpenParameters\n/)
  declared(/kind: 'ALBUM'\n/)
  declared(/export interface MerchantAlbumsClient extends AlbumsClient<'merchant'>/)
  declared(/partner: \{\nreadonly albums: AlbumsClient<'partner'>/)
})

test('a declaration that names what its call has not is refused', () => {
  const generate = (wrong: object) =>
    familyFile('test', [{ name: 'albums', operations: [{ ...replaceAlbum, sdk: { ...sdk, ...wrong } }] }])
  assert.throws(
    () => generate({ echoes: ['colour'] }),
    /albums\.replaceAlbum: its request in merchant mode has no colour/,
  )
  assert.throws(() => generate({ encrypts: ['name'] }), /a call that encrypts must name the key/)
  const twice = [replaceAlbum, { ...uploadPhoto, sdk: { ...uploadPhoto.sdk, replyType: 'Album' } }]
  assert.throws(
    () => familyFile('test', [{ name: 'albums', operations: twice }]),
    /albums\.uploadPhoto: another reply is called Album/,
  )
  const products = ['albums', 'books'].map(name => ({ name, operations: [replaceAlbum] }))
  assert.throws(() => familyFile('test', products), /Two products of test have a type Album: rename one/)
})
