import type { Works } from '../clock/agenda.ts'
import { arrears } from '../funding/advance.ts'
import { stocks } from '../funding/end-of-stocks.ts'
import { releases } from '../funding/profit-sharing.ts'
import { repayments } from '../funding/repay.ts'
import { settledDays } from '../merchants/settled-days.ts'
import { noticeDelivery, type OnAttempt } from '../notices/deliver.ts'
import type { SendNotice } from '../notices/send.ts'
import type { Platform } from '../platform.ts'
import { settlement } from '../products/parking/settle-transaction.ts'
import { refundPayouts } from '../products/refunds/pay-out-refund.ts'
import { platformCertificates } from '../sandbox/platform-certificates.ts'

/**
 * Everything that falls due on a platform, by the names under which a commit wakes it. `refreshFiles` makes the merchants'
 * folders say what the store says.
 */
export function worksOf(
  platform: Platform,
  send: SendNotice,
  onAttempt: OnAttempt,
  refreshFiles: () => Promise<void>,
): Works {
  return {
    settlement: settlement(platform),
    refunds: refundPayouts(platform),
    repayments: repayments(platform),
    arrears: arrears(platform),
    releases: releases(platform),
    stocks: stocks(platform),
    settledDays: settledDays(platform),
    platformCertificates: platformCertificates(platform, refreshFiles),
    notices: noticeDelivery(platform, send, onAttempt),
  }
}
