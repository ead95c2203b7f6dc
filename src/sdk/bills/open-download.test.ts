import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { merchantClient } from '../client.ts'

const keyPair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const { privateKey } = keyPair()
const { publicKey } = keyPair()

/** A server of files, and a client that downloads from it. */
async function served(t: TestContext, serve: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { bills } = merchantClient({
    mchid: '1230000109',
    serial_no: 'AA',
    privateKey,
    apiv3Key: 'a'.repeat(32),
    trust: { publicKeyId: 'PUB_KEY_ID_1', publicKey },
    // Calls would go to nobody.
    baseUrl: 'http://127.0.0.1:9',
    timeoutMs: 2_000,
    retries: 0,
  })
  return { bills, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a file is asked for where its URL says, exactly as it says, in a signed request', async t => {
  const seen: IncomingMessage[] = []
  const { bills, url } = await served(t, (request, response) => {
    seen.push(request)
    response.end('file')
  })
  for await (const chunk of await bills.downloadBill(`${url}/v3/billdownload/file?token=a%2Bb&tartype=gzip`))
    assert.equal(Buffer.from(chunk).toString(), 'file')
  const [request] = seen
  assert.equal(request?.url, '/v3/billdownload/file?token=a%2Bb&tartype=gzip')
  assert.match(request?.headers.authorization ?? '', /^WECHATPAY2-SHA256-RSA2048 mchid="1230000109"/)
  assert.equal(request?.headers.accept, '*/*')
  assert.equal(request?.headers['accept-encoding'], 'identity')
})

test('leaving the loop early gives the connection back', async t => {
  const closed = Promise.withResolvers<void>()
  const { bills, url } = await served(t, (_request, response) => {
    response.once('close', closed.resolve)
    const writeMore = () => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
    }
    response.on('drain', writeMore)
    writeMore()
  })
  for await (const chunk of await bills.downloadBill(`${url}/file`)) if (chunk.length > 0) break
  await closed.promise
})

test('a file may take longer than the time limit as long as it comes', async t => {
  const { bills, url } = await served(t, async (_request, response) => {
    // Time is what this is about, so some must pass.
    for (let piece = 0; piece < 5; piece += 1) {
      response.write('x')
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    response.end()
  })
  let length = 0
  for await (const chunk of await bills.downloadBill(`${url}/file`)) length += chunk.length
  assert.equal(length, 5)
})

test('a file that stops coming is given up after the time limit', async t => {
  const { bills, url } = await served(t, (_request, response) => void response.write('x'))
  const download = await bills.downloadBill(`${url}/file`)
  await assert.rejects(
    async () => {
      for await (const _ of download);
    },
    { name: 'BillCorrupted', message: /its file has stopped coming, .*timeout/ },
  )
})

test('a download that nobody answers is a NetworkError', async t => {
  const { bills, url } = await served(t, () => {})
  await assert.rejects(bills.downloadBill(`${url}/file`), { name: 'NetworkError', op: 'bills.downloadBill' })
})
