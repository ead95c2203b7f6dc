import { filePage, htmlReply, type Page } from '../../../../calls/page.ts'
import type { Options } from '../../../../options/options.ts'
import { paymentsOptions } from '../options.ts'
import { offerPayers, payOrder, viewOrder } from './cashier-calls.ts'
import { cashierHtml, PATHS } from './cashier-html.ts'
import { h5Page } from './h5-page.ts'

const JAVASCRIPT = 'text/javascript; charset=utf-8'
const file = (name: string) => new URL(name, import.meta.url)

/** The cashier as a page of any site shows it in a frame. */
const framedCashier: Page = {
  id: 'payments.framedCashier',
  method: 'GET',
  path: PATHS.cashier,
  handler: async () => htmlReply(cashierHtml({ way: 'jsapi' }), 'http: https:'),
}

const PAGES: readonly Page[] = [
  h5Page,
  framedCashier,
  filePage('payments.cashierScript', PATHS.script, { url: file('cashier.js'), type: JAVASCRIPT }),
  filePage('payments.cashierStyle', PATHS.style, {
    url: file('cashier.css'),
    type: 'text/css; charset=utf-8',
  }),
  filePage('payments.bridge', PATHS.bridge, {
    ...{ url: file('jsapi.js'), type: JAVASCRIPT },
    headers: { 'cross-origin-resource-policy': 'cross-origin' },
  }),
  ...[viewOrder, offerPayers, payOrder],
]

/** What browsers get of the basic payments. */
export function cashierPages(options: Options): readonly Page[] {
  return options.of(paymentsOptions).cashier === 'on' ? PAGES : []
}
