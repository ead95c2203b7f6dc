import type { LightMyRequestResponse } from 'fastify'
import { products as allProducts } from '../src/products/index.ts'
import type { Product } from '../src/products/product.ts'
import { openTestDatabase } from '../src/store/testing.ts'
import {
  type StartOptions,
  signedRequest,
  startPlatform,
  type TestPlatform,
  type UnsignedRequest,
} from '../src/testing/index.ts'

/** A platform on the engine of this run that stops when the test ends, with a caller of its operations. */
export interface PlatformUnderTest extends TestPlatform {
  /** Sends a signed request as a merchant through the whole app; `1230000109` unless said. */
  call(request: UnsignedRequest, mchid?: string): Promise<LightMyRequestResponse>
}

/** What ends things: the context of a test, or the hooks of a whole file. */
export interface Scope {
  after(end: () => Promise<void>): void
}

/** Starts a platform for one test or, given the hooks of a file, for all of its tests. */
export async function platformUnderTest(
  t: Scope,
  options: StartOptions = {},
  products: readonly Product[] = allProducts,
): Promise<PlatformUnderTest> {
  const running = await startPlatform({ open: openTestDatabase, ...options }, products)
  t.after(() => running.stop())
  const call = (request: UnsignedRequest, mchid = '1230000109') => {
    const { method, target, headers, body } = signedRequest(running.merchant(mchid), request)
    return running.app.inject({ method, url: target, headers, payload: body })
  }
  return { ...running, call }
}

/** A target with its query percent-encoded. */
export function withQuery(path: string, query: Record<string, string>): string {
  return `${path}?${new URLSearchParams(query)}`
}
