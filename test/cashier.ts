import type { LightMyRequestResponse } from 'fastify'
import type { PlatformUnderTest } from './platform.ts'
import type { Fields } from './sandbox.ts'

// What tests of the cashier have in common: pages as a browser asks for them, and the calls of their scripts.

/** A page of a merchant. */
export const SHOP = 'https://shop.example.com/cart?id=1'

/** Opens a page of the platform, unless said as a desktop browser that follows a link of a merchant's page. */
export function openPage(
  { app }: Pick<PlatformUnderTest, 'app'>,
  url: string,
  headers: object = { referer: SHOP },
): Promise<LightMyRequestResponse> {
  const { pathname, search } = new URL(url, 'http://localhost')
  return app.inject({
    method: 'GET',
    url: pathname + search,
    headers: { 'user-agent': 'Desktop', ...headers },
  })
}

/** Sends what the script of a page sends; other headers go before the usual ones. */
export function scriptCall(
  { app }: Pick<PlatformUnderTest, 'app'>,
  path: string,
  fields: Fields | string,
  headers: object = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `/sandbox/cashier/${path}`,
    headers: {
      ...{ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' },
      'content-type': 'application/json',
      ...headers,
    },
    payload: typeof fields === 'string' ? fields : JSON.stringify(fields),
  })
}
