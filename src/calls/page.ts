import { readFile } from 'node:fs/promises'
import type { Static, TSchema } from '../contract/schema.ts'
import type { ProductContext } from './context.ts'

// What browsers get of a product: documents, scripts, and the JSON that scripts ask for. A page is no call of the API: no
// merchant signs it, and its reply is not signed.

/** What a browser asks for. */
export interface Visit<Body = unknown> {
  /** Path and query, as they came. */
  target: string
  query: URLSearchParams
  /** The page that the browser comes from; empty when it does not say. */
  referer: string
  userAgent: string
  /** The JSON of a POST, as the page declares it. */
  body: Body
}

export interface PageReply {
  status: number
  type: string
  body: string | Buffer
  /** In place of those that every page has. */
  headers?: Readonly<Record<string, string>>
}

export interface Page {
  /** Its product and its name, for the log. */
  id: string
  method: 'GET' | 'POST'
  path: string
  /** What a POST carries. */
  body?: TSchema
  handler(visit: Visit, platform: ProductContext): Promise<PageReply>
}

/** What a script asks for by a POST; it carries JSON, and comes from a page of the platform itself. */
export function scriptCall<Body extends TSchema>(
  id: string,
  path: string,
  body: Body,
  handler: (body: Static<Body>, platform: ProductContext) => Promise<PageReply>,
): Page {
  return {
    ...{ id, method: 'POST', path, body },
    handler: (visit, platform) => handler(visit.body as Static<Body>, platform),
  }
}

/** A file as it stands in the folder of its product. */
export function filePage(
  id: string,
  path: string,
  { url, type, headers = {} }: { url: URL; type: string; headers?: Readonly<Record<string, string>> },
): Page {
  return {
    ...{ id, method: 'GET', path },
    handler: async () => ({ status: 200, type, body: await readFile(url), headers }),
  }
}

export function jsonReply(value: object, status = 200): PageReply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) }
}

/** What of an HTML document may run or load: files of the platform. `embeddedBy` are the sites that may show it in a frame. */
export function htmlReply(html: string, embeddedBy = "'none'"): PageReply {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    `base-uri 'none'; form-action 'none'; frame-ancestors ${embeddedBy}`
  return {
    ...{ status: 200, type: 'text/html; charset=utf-8', body: html },
    headers: { 'content-security-policy': policy },
  }
}
