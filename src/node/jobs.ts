import type { Jobs } from '../clock/scheduler.ts'
import { arrears } from '../funding/advance.ts'
import { stocks } from '../funding/end-of-stocks.ts'
import { releases } from '../funding/profit-sharing.ts'
import { repayments } from '../funding/repay.ts'
import { settledDays } from '../merchants/settled-days.ts'
import { noticeDelivery, type OnAttempt } from '../notices/deliver.ts'
import type { SendNotice } from '../notices/send.ts'
import type { Product } from '../products/product.ts'
import { platformCertificates } from '../sandbox/platform-certificates.ts'
import type { Platform } from './platform.ts'

/**
 * Everything that falls due on a platform: what pays comes before what reports it. `refreshFiles` makes the merchants'
 * folders say what the store says.
 */
export function jobsOf(
  products: readonly Product[],
  platform: Platform,
  send: SendNotice,
  onAttempt: OnAttempt,
  refreshFiles: () => Promise<void>,
): Jobs {
  return [
    ...products.flatMap(({ jobs }) => jobs?.(platform) ?? []),
    repayments(platform),
    arrears(platform),
    releases(platform),
    stocks(platform),
    settledDays(platform),
    platformCertificates(platform, refreshFiles),
    noticeDelivery(platform, send, onAttempt),
  ]
}
