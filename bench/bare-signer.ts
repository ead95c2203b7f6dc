import { createPrivateKey, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseAuthorization } from '../src/protocol/authorization.ts'
import { replyMessage, requestMessage, signMessage, verifyMessage } from '../src/protocol/signature.ts'
import { answerMeasurements, type Start } from './measured-process.ts'

// The floor: a server that verifies the request, signs the reply and does nothing else.

process.once('message', ({ keys }: Start) => {
  const publicKey = createPublicKey(keys.merchantPublicKey)
  const privateKey = createPrivateKey(keys.platformPrivateKey)
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const authorization = parseAuthorization(request.headers.authorization)
      if (typeof authorization === 'string') return response.writeHead(401).end()
      const { timestamp, nonce_str: nonce, signature } = authorization
      const message = requestMessage({
        method: request.method ?? '',
        target: request.url ?? '',
        timestamp,
        nonce,
        body: Buffer.concat(chunks),
      })
      if (!verifyMessage(message, signature, publicKey)) return response.writeHead(401).end()
      const now = String(Math.floor(Date.now() / 1000))
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(keys.reply),
        'Wechatpay-Timestamp': now,
        'Wechatpay-Nonce': nonce,
        'Wechatpay-Signature': signMessage(replyMessage(now, nonce, keys.reply), privateKey),
      })
      return response.end(keys.reply)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    answerMeasurements(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
})
