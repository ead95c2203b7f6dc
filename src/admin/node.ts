import { WRITE_EVERY_MS } from '../calls/recent-calls.ts'
import { LOOK_EVERY_MS } from '../store/cached-value.ts'
import * as contract from './node.contract.ts'
import { adminEndpoint } from './operation.ts'

/** What reading and writing themselves take at most, where the store is well. */
const STORE_MS = 500

export const node = [
  adminEndpoint(contract.getNode, async (_request, { platform: { db } }) => ({
    store: db.engine,
    is_shared: db.shared,
    lag_ms: db.shared ? Math.max(LOOK_EVERY_MS, WRITE_EVERY_MS) + STORE_MS : 0,
  })),
]
