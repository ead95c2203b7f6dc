import assert from 'node:assert/strict'
import type { TestPlatform } from '../src/testing/index.ts'

/** The administration API as somebody with the token calls it, over HTTP. */
export interface AdminClient {
  get<T = Record<string, unknown>>(path: string): Promise<T>
  put<T = Record<string, unknown>>(path: string, body?: object): Promise<T>
  delete<T = Record<string, unknown>>(path: string): Promise<T>
  /** What is posted on an account of the ledger, in fen. */
  balance(account: string): Promise<number>
}

/** Calls that are expected to succeed; `path` is what follows `/admin/v1`. */
export function adminClient({ admin }: Pick<TestPlatform, 'admin'>): AdminClient {
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const reply = await fetch(`${admin.url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`)
    return JSON.parse(text)
  }
  return {
    get: path => call('GET', path),
    put: (path, body = {}) => call('PUT', path, body),
    delete: path => call('DELETE', path),
    async balance(account) {
      const path = `/ledger/accounts/${encodeURIComponent(account)}`
      return (await call<{ balance: number }>('GET', path)).balance
    },
  }
}
