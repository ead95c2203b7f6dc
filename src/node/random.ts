import { randomBytes } from 'node:crypto'
import type { Random } from '../protocol/ids.ts'

/** Bytes that are fetched from the system at once: a call for twenty costs about 6 µs, and each request needs several. */
const POOL_BYTES = 8_192

/** The system's secure random bytes, fetched in blocks. No byte is given out twice. */
export function pooledRandom(): Random {
  let pool = Buffer.alloc(0)
  return size => {
    if (size > POOL_BYTES) return randomBytes(size)
    if (pool.length < size) pool = randomBytes(POOL_BYTES)
    const bytes = pool.subarray(0, size)
    pool = pool.subarray(size)
    return bytes
  }
}
