import type { ProductContext } from '../../../../calls/context.ts'
import { htmlReply, type Page, type Visit } from '../../../../calls/page.ts'
import { isRegistered, listH5Domains } from '../h5-domains.ts'
import { openOrder } from '../open-order.ts'
import { H5_PATH } from '../sessions.ts'
import { type Refusal, refusal } from '../shown-texts.ts'
import { cashierHtml } from './cashier-html.ts'

/** Where a browser pays that follows an `h5_url`. */
export const h5Page: Page = {
  id: 'payments.h5Page',
  method: 'GET',
  path: H5_PATH,
  async handler(visit, platform) {
    const refused = await refusedVisit(visit, platform)
    if (refused) return htmlReply(cashierHtml({ way: 'h5_url', refused }))
    return htmlReply(cashierHtml({ way: 'h5_url', returnTo: returnOf(visit)?.href }))
  },
}

/** Where the merchant wants the browser back; `null` when that is no address of the web. */
function returnOf({ query }: Pick<Visit, 'query'>): URL | null | undefined {
  const given = query.get('redirect_url')
  return given === null || given === '' ? undefined : webAddress(given)
}

function webAddress(text: string): URL | null {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) ? url : null
}

/** Why the page is not shown. It has to be opened from a page of the merchant, outside of WeChat. */
async function refusedVisit(
  visit: Visit,
  { db, clock, publicUrl }: ProductContext,
): Promise<Refusal | undefined> {
  if (/MicroMessenger/i.test(visit.userAgent))
    return refusal('H5_IN_WECHAT', 'The User-Agent has MicroMessenger: a page inside WeChat pays by JSAPI.')
  const from = webAddress(visit.referer)
  if (!from)
    return refusal(
      'REFERER_MISSING',
      'The request has no Referer: follow h5_url by a link or a script of your page. An address that is typed has none, nor has a page with the Referrer-Policy no-referrer.',
    )
  const opened = await openOrder(
    db,
    clock.now(),
    { way: 'h5_url', url: `${publicUrl}${visit.target}` },
    undefined,
  )
  if ('explanation' in opened) return opened
  const returnTo = returnOf(visit)
  if (returnTo === null)
    return refusal(
      'REDIRECT_URL_WRONG',
      'redirect_url is no http or https address, or it is not URL-encoded.',
    )
  const domains = await listH5Domains(db, opened.order.mchid)
  const unregistered = [from, returnTo].find(url => url && !isRegistered(domains, url.hostname))
  return (
    unregistered &&
    refusal(
      'DOMAIN_UNREGISTERED',
      `${unregistered === from ? 'The Referer' : 'redirect_url'} is of ${unregistered.hostname}.`,
      `${opened.order.mchid} has registered ${domains.join(', ')}.`,
    )
  )
}
