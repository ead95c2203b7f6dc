import { createReadStream } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

// A bare `gzip -6`: a file is compressed to nowhere, in a process of its own. Reports to its parent how many seconds that took.

const [path = ''] = process.argv.slice(2)
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
const startedAt = performance.now()
await pipeline(createReadStream(path), createGzip({ level: 6 }), nowhere)
process.send?.((performance.now() - startedAt) / 1_000)
process.disconnect()
