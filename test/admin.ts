import assert from 'node:assert/strict'
import type { TestPlatform } from '../src/testing/index.ts'
import { adminCalls } from './admin-calls.ts'

/** The administration API for tests that are about something else: each call is expected to succeed, and answers its body. */
export interface AdminClient {
  get<T = Record<string, unknown>>(path: string): Promise<T>
  put<T = Record<string, unknown>>(path: string, body?: object): Promise<T>
  delete<T = Record<string, unknown>>(path: string): Promise<T>
  /** What is posted on an account of the ledger, in fen. */
  balance(account: string): Promise<number>
}

/** `path` is what follows `/admin/v1`. */
export function adminClient(running: Pick<TestPlatform, 'admin'>): AdminClient {
  const { call } = adminCalls(running)
  const succeed = async (method: string, path: string, body?: object) => {
    const reply = await call(method, path, body)
    assert.equal(reply.status, 200, `${method} ${path}: ${JSON.stringify(reply.body)}`)
    return reply.body
  }
  return {
    get: path => succeed('GET', path),
    put: (path, body = {}) => succeed('PUT', path, body),
    delete: path => succeed('DELETE', path),
    async balance(account) {
      return (await succeed('GET', `/ledger/accounts/${encodeURIComponent(account)}`)).balance
    },
  }
}
