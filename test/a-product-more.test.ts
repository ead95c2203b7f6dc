import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import { after, test } from 'node:test'
import { openidFor } from '../src/payers/openids.ts'
import { products } from '../src/products/index.ts'
import { product } from '../src/products/product.ts'
import { replyMessage } from '../src/protocol/signature.ts'
import { rsa } from '../src/protocol/suite.ts'
import { virtualClock } from '../src/testing/index.ts'
import { saleResult } from './kiosk/contract.ts'
import { kiosk } from './kiosk/index.ts'
import { chargeOf, parkingCalls } from './parking.ts'
import { newPayer } from './payers.ts'
import { platformUnderTest, withQuery } from './platform.ts'
import { APPID, type Caller, freshNo, MERCHANT, NOBODY_LISTENS, NOW, PARTNER } from './sandbox.ts'

// A product that is a folder and a line in the list of products has all that the platform does for a product. This one has
// calls that no product of the menu has yet: a path for each mode, PUT, 204 and an upload.

const clock = virtualClock(NOW)
const running = await platformUnderTest({ after }, { clock, rules: { deductionLadder: [0] } }, [
  ...products,
  kiosk,
])
const { call, platform, merchant, runDue } = running
const parking = parkingCalls(call)
const { payer_id } = await newPayer(platform, { wallet: 100_000 })
const openid = await platform.db.transaction(tx => openidFor(tx, payer_id, APPID, platform.random))

const MODES = [
  { mode: 'merchant', caller: MERCHANT, path: '/v3/kiosk/sales', fields: { appid: APPID, openid } },
  {
    ...{ mode: 'partner', caller: PARTNER, path: '/v3/kiosk/partner/sales' },
    fields: { sp_appid: APPID, sp_openid: openid, ...PARTNER.partner },
  },
] as const

async function sell(
  { caller, path, fields }: (typeof MODES)[number],
  out_trade_no = freshNo('K'),
  total = 888,
) {
  const body = { ...fields, out_trade_no, total, notify_url: NOBODY_LISTENS }
  const reply = await call({ method: 'POST', target: path, body }, caller.mchid)
  return { out_trade_no, reply }
}

async function admin(path: string) {
  const headers = { authorization: `Bearer ${running.admin.token}` }
  const reply = await fetch(`${running.admin.url}/admin/v1${path}`, { headers })
  assert.equal(reply.status, 200)
  // biome-ignore lint/suspicious/noExplicitAny: The administration's own tests check what it answers.
  return reply.json() as Promise<any>
}

function assertSigned(reply: Awaited<ReturnType<typeof call>>, caller: Caller): void {
  const { headers, rawPayload } = reply
  const [timestamp, nonce, signature] = ['timestamp', 'nonce', 'signature'].map(name =>
    String(headers[`wechatpay-${name}`]),
  )
  const message = replyMessage(timestamp ?? '', nonce ?? '', rawPayload)
  assert.ok(
    rsa.verify(message, signature ?? '', createPublicKey(merchant(caller.mchid).platform_certificate)),
  )
}

for (const mode of MODES) {
  const { caller } = mode

  test(`${mode.mode}: a call has a path and fields of its own, and its order is paid, noticed, refunded and billed`, async () => {
    const { out_trade_no, reply } = await sell(mode)
    assert.equal(reply.statusCode, 200, reply.body)
    const { transaction_id, sub_mchid } = reply.json()
    assert.equal(sub_mchid, caller.partner.sub_mchid)

    const order = await admin(`/orders/${caller.mchid}/${out_trade_no}`)
    assert.deepEqual(
      [order.product, order.trade_type, order.trade_state, order.scene, order.payer_id],
      ['kiosk', 'KIOSK', 'SUCCESS', { slot: 7 }, payer_id],
    )
    const notice = { product: 'kiosk', event_type: 'TRANSACTION.SUCCESS' }
    assert.partialDeepStrictEqual(order.notices, [notice])
    const { data } = await admin(`/notices?${new URLSearchParams(notice)}&mchid=${caller.mchid}`)
    assert.ok(data.length > 0)

    const refund = { ...caller.partner, transaction_id, out_refund_no: freshNo('R') }
    const body = { ...refund, amount: { refund: 88, total: 888, currency: 'CNY' } }
    const refunded = await call({ method: 'POST', target: '/v3/refund/domestic/refunds', body }, caller.mchid)
    assert.equal(refunded.json().status, 'PROCESSING', refunded.body)
    clock.advance(60 * 60 * 1000)
    await runDue()
    const later = await admin(`/orders/${caller.mchid}/${out_trade_no}`)
    assert.deepEqual([later.trade_state, later.refund_total], ['REFUND', 88])
    assert.equal(later.refunds[0].status, 'SUCCESS')
    assert.deepEqual((await admin('/ledger/audit')).faults, [])
  })

  test(`${mode.mode}: one number space serves all products, and no product answers another's order`, async () => {
    const { out_trade_no } = await sell(mode)
    const queried = await parking.query(out_trade_no, caller)
    assert.deepEqual([queried.statusCode, queried.json().code], [400, 'INVALID_REQUEST'])
    const stay = await parking.park({}, caller)
    const charged = await parking.charge(chargeOf(stay, { out_trade_no }), caller)
    assert.equal(charged.statusCode, 400, charged.body)
    const parked = await parking.accept(stay, {}, caller)
    assert.equal((await sell(mode, parked.out_trade_no)).reply.json().code, 'OUT_TRADE_NO_USED')
  })

  test(`${mode.mode}: a success without content is signed over an empty body`, async () => {
    const { out_trade_no } = await sell(mode)
    const target = `/v3/kiosk/sales/${out_trade_no}/hand-over`
    const reply = await call({ method: 'PUT', target }, caller.mchid)
    assert.deepEqual([reply.statusCode, reply.body], [204, ''])
    assertSigned(reply, caller)
    assert.equal((await call({ method: 'POST', target }, caller.mchid)).statusCode, 405)
    const unknown = await call({ method: 'PUT', target: '/v3/kiosk/sales/none/hand-over' }, caller.mchid)
    assert.equal(unknown.statusCode, 404)
  })
}

test('a trade bill has the orders of all products, each with the way it was paid', async () => {
  clock.moveTo('2017-08-27T10:00:00+08:00')
  const target = withQuery('/v3/bill/tradebill', { bill_date: '2017-08-26' })
  let applied = await call({ method: 'GET', target })
  for (; applied.statusCode !== 200; applied = await call({ method: 'GET', target }))
    assert.match(applied.body, /STATEMENT_CREATING|FREQUENCY_LIMITED/)
  const { pathname, search } = new URL(applied.json<{ download_url: string }>().download_url)
  const bill = (await call({ method: 'GET', target: pathname + search })).body
  assert.match(bill, /,`KIOSK,`SUCCESS,/)
  assert.match(bill, /,`KIOSK,`REFUND,/)
})

test('a caller at the path of the other mode is refused, and nothing is written', async () => {
  const count = () => platform.db.get('SELECT COUNT(*) AS orders FROM orders')
  const before = await count()
  const [own, other] = MODES
  for (const [path, fields, caller, status, body] of [
    [own.path, own.fields, PARTNER, 400, { code: 'PARAM_ERROR', message: '受理机构必须传入sub_mch_id' }],
    [other.path, other.fields, MERCHANT, 403, { code: 'NO_AUTH', message: '暂无权限' }],
  ] as const) {
    const sale = { ...fields, out_trade_no: freshNo('K'), total: 888, notify_url: NOBODY_LISTENS }
    const reply = await call({ method: 'POST', target: path, body: sale }, caller.mchid)
    assert.deepEqual([reply.statusCode, reply.json()], [status, body])
  }
  assert.deepEqual(await count(), before)
})

test('numbers and truth values of a query are read from their texts, and other texts are refused', async () => {
  const find = (query: Record<string, string>) =>
    call({ method: 'GET', target: withQuery('/v3/kiosk/sales', query) })
  const sold = (await Promise.all([sell(MODES[0]), sell(MODES[0])])).map(({ out_trade_no }) => out_trade_no)
  for (const out_trade_no of sold)
    await call({ method: 'PUT', target: `/v3/kiosk/sales/${out_trade_no}/hand-over` })
  const { data } = (await find({ limit: '50', handed_over: 'true' })).json<{ data: object[] }>()
  for (const out_trade_no of sold)
    assert.ok(data.some(sale => 'out_trade_no' in sale && sale.out_trade_no === out_trade_no))
  assert.equal((await find({ limit: '1', handed_over: 'true' })).json().data.length, 1)
  for (const [query, field] of [
    [{ limit: 'ten', handed_over: 'true' }, 'limit'],
    [{ limit: '1.5', handed_over: 'true' }, 'limit'],
    [{ limit: '51', handed_over: 'true' }, 'limit'],
    [{ limit: '1', handed_over: 'yes' }, 'handed_over'],
  ] as const) {
    const reply = await find(query)
    assert.deepEqual([reply.statusCode, reply.json().code], [400, 'PARAM_ERROR'])
    assert.match(reply.json().message, new RegExp(`/query/${field}`))
  }
})

const FILE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0xff, 0x00])

/** An upload as clients write it. */
function form(meta: string, file: Buffer | undefined, { metaHead = '', fileName = 'a.png' } = {}): Buffer {
  const parts = [
    `--b\r\nContent-Disposition: form-data; name="meta"${metaHead}\r\n\r\n${meta}\r\n`,
    ...(file
      ? [
          `--b\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: image/png\r\n\r\n`,
          file,
          '\r\n',
        ]
      : []),
    '--b--\r\n',
  ]
  return Buffer.concat(parts.map(part => Buffer.from(part)))
}

const metaOf = (file: Buffer) =>
  JSON.stringify({ filename: 'a.png', sha256: createHash('sha256').update(file).digest('hex') })

function upload(body: Buffer, signed: string, type = 'multipart/form-data; boundary=b') {
  const headers = { 'Content-Type': type }
  return call({ method: 'POST', target: '/v3/kiosk/receipts', body, signed, headers })
}

test('an upload is signed by its meta, byte for byte, however its form is written', async () => {
  const meta = metaOf(FILE)
  const expected = { media_id: `a.png/a.png/image/png/${FILE.length}` }
  const spaced = ` ${meta.replace(',', ',\n  ')} `
  const latin = '; \r\nContent-Type: application/json; charset=ISO-8859-1'
  for (const [body, signed, type] of [
    [form(meta, FILE), meta, undefined],
    [form(spaced, FILE), spaced, undefined],
    [form(meta, FILE), meta, 'multipart/form-data'],
    [form(meta, FILE, { metaHead: ';' }), meta, undefined],
    [form(meta, FILE, { metaHead: latin }), meta, undefined],
  ] as const) {
    const reply = await upload(body, signed, type)
    assert.deepEqual([reply.statusCode, reply.json()], [200, expected])
    assertSigned(reply, MERCHANT)
  }
})

test('an upload that is not as declared is refused by what is wrong with it', async () => {
  const meta = metaOf(FILE)
  const wrongSignature = await upload(form(meta, FILE), `${meta} `)
  assert.deepEqual([wrongSignature.statusCode, wrongSignature.json().code], [401, 'SIGN_ERROR'])
  // What it has signed is compared with the meta that came, and not with the whole form.
  const requestId = String(wrongSignature.headers['request-id']).split('-')[0]
  const explained = await admin(`/refused-signatures/${requestId}`)
  assert.equal(explained.body, meta)
  const noForm = await upload(Buffer.from(meta), meta, 'application/json')
  assert.equal(noForm.statusCode, 401)
  const large = Buffer.alloc(2_000_001)
  for (const [body, signed, message] of [
    [form(meta, undefined), meta, '输入源“/body/file”映射到字段“图片文件”必填性规则校验失败，此字段为必填项'],
    [form(meta, Buffer.from('another')), meta, '图片sha256值有误'],
    [form(metaOf(large), large), metaOf(large), '图片大小超过限制'],
  ] as const) {
    const reply = await upload(body, signed)
    assert.deepEqual(
      [reply.statusCode, reply.json().code, reply.json().message],
      [400, 'PARAM_ERROR', message],
    )
  }
})

test('what a product declares twice, or as another product does, ends the start with a sentence', async t => {
  const start = (more: Parameters<typeof product>[0]) =>
    platformUnderTest(t, {}, [...products, kiosk, product(more)])
  const { folder } = kiosk
  await assert.rejects(
    start({ name: 'other', folder, endpoints: [], notices: [saleResult] }),
    /other lists the notice kiosk.saleResult: begin its id with other\./,
  )
  await assert.rejects(
    start({
      name: 'other',
      folder,
      endpoints: [],
      ...(kiosk.tables && { tables: { ...kiosk.tables, name: 'other' } }),
    }),
    /both declare the table kiosk_sales: rename one/,
  )
  await assert.rejects(
    start({ name: 'other', folder, endpoints: kiosk.endpoints }),
    /other lists the call kiosk.sell: begin its id with other\./,
  )
  await assert.rejects(start({ ...kiosk, notices: [] }), /two products are called kiosk/i)
  const [endpoint] = kiosk.endpoints
  const sameRoute = endpoint && [{ ...endpoint, operation: { ...endpoint.operation, id: 'other.sell' } }]
  await assert.rejects(
    start({ name: 'other', folder, endpoints: sameRoute ?? [] }),
    /other.sell and kiosk.sell are both POST \/v3\/kiosk\/sales: declare it as one call/,
  )
})
