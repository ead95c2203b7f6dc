import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerMeasurements } from './measured-process.ts'

// Acknowledges notices at once and answers `/wait-for/N` when N have come.

let received = 0
const waiting: { count: number; answer(): void }[] = []

process.once('message', () => {
  const server = createServer((request, response) => {
    const [, wanted] = /^\/wait-for\/(\d+)$/.exec(request.url ?? '') ?? []
    if (wanted) {
      waiting.push({ count: Number(wanted), answer: () => response.end('drained') })
    } else {
      request.resume()
      received += 1
      response.writeHead(204).end()
    }
    for (const { count, answer } of waiting) if (received >= count) answer()
  })
  server.listen(0, '127.0.0.1', () => {
    answerMeasurements(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
})
