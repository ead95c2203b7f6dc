import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { jsonReply, type Page, type PageReply } from '../calls/page.ts'
import { conforms } from '../contract/validate.ts'
import { parseJson } from '../protocol/json.ts'
import type { HttpContext } from './context.ts'

/** The largest body of a POST, in bytes: what a script of ours sends, which has what a merchant's page hands over in it. */
const MAX_PAGE_BODY_BYTES = 64 * 1024

/** What every page has unless it says otherwise: nothing is kept, embedded or guessed. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Puts the pages of the products beside the calls. */
export function mountPages(app: FastifyInstance, platform: HttpContext, log: Logger): void {
  app.register(async pages => {
    let closing = false
    pages.addHook('preClose', async () => {
      closing = true
    })
    pages.setErrorHandler((error: FastifyError, request, reply) => {
      const isTooLarge = error.statusCode === 413
      if (!isTooLarge) log.error({ err: error, op: `page ${request.routeOptions.url}` })
      return send(reply, isTooLarge ? TOO_LARGE : FAILED, closing)
    })
    for (const page of platform.pages) mount(pages, page)

    function mount(pages: FastifyInstance, page: Page): void {
      const { id, method, path } = page
      pages.route({
        ...{ method, url: path, bodyLimit: MAX_PAGE_BODY_BYTES },
        async onRequest(request, reply) {
          if (method === 'POST' && !isFromOwnPage(request, platform.publicUrl))
            return send(reply, FOREIGN, closing)
          // A body is read whatever its type is called.
          request.raw.headers['content-type'] = undefined
        },
        async handler(request, reply) {
          const answer = await answerTo(page, request, platform)
          log.info({ op: id, status: answer.status })
          return send(reply, answer, closing)
        },
      })
    }
  })
}

async function answerTo(page: Page, request: FastifyRequest, platform: HttpContext): Promise<PageReply> {
  const body = Buffer.isBuffer(request.body) && page.body ? parseJson(request.body) : undefined
  const fault = page.body && conforms(page.body, body)
  if (fault !== undefined) return jsonReply({ message: fault }, 400)
  const target = request.raw.url ?? ''
  const { referer = '', 'user-agent': userAgent = '' } = request.headers
  const query = new URLSearchParams(target.split('?').slice(1).join('?'))
  if (page.method === 'POST') platform.noteChange()
  return page.handler({ target, query, referer, userAgent, body }, platform)
}

/** Every browser says where a POST comes from; a page of somebody else could otherwise pay with what it knows of an order. */
function isFromOwnPage({ headers }: FastifyRequest, publicUrl: string): boolean {
  const { origin = '', host, 'sec-fetch-site': site = 'same-origin', 'content-type': type = '' } = headers
  const from = URL.parse(origin)?.host
  const isOwn = from !== undefined && [host, URL.parse(publicUrl)?.host].includes(from)
  return isOwn && site === 'same-origin' && /^application\/json\b/i.test(type)
}

const FOREIGN = jsonReply({ message: 'Only a page of this platform may send this, as JSON.' }, 403)
const TOO_LARGE = jsonReply({ message: `The body has more than ${MAX_PAGE_BODY_BYTES} bytes.` }, 413)
const FAILED = jsonReply({ message: '系统繁忙，请稍后再试' }, 500)

function send(
  reply: FastifyReply,
  { status, type, body, headers }: PageReply,
  isLast: boolean,
): FastifyReply {
  reply.code(status).headers({ ...HEADERS, ...headers })
  if (isLast) reply.header('connection', 'close')
  return reply.type(type).send(body)
}
