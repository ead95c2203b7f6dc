import { bills } from './bills.ts'
import { calls } from './calls.ts'
import { cards } from './cards.ts'
import { clock } from './clock.ts'
import { coupons } from './coupons.ts'
import { faults } from './faults.ts'
import { ledger } from './ledger.ts'
import { merchantCertificates } from './merchant-certificates.ts'
import { merchantMoney } from './merchant-money.ts'
import { merchants } from './merchants.ts'
import { notices } from './notices.ts'
import type { AdminEndpoint } from './operation.ts'
import { owners } from './owners.ts'
import { parkings } from './parkings.ts'
import { plates } from './plates.ts'
import { platformCertificates } from './platform-certificates.ts'
import { refunds } from './refunds.ts'
import { refusedSignatures } from './refused-signatures.ts'
import { reminders } from './reminders.ts'
import { transactions } from './transactions.ts'
import { world } from './world.ts'

/** Every call of the administration API. */
export const adminEndpoints: readonly AdminEndpoint[] = [
  ...merchants,
  ...merchantCertificates,
  ...platformCertificates,
  ...merchantMoney,
  ...owners,
  ...cards,
  ...plates,
  ...coupons,
  ...parkings,
  ...transactions,
  ...refunds,
  ...bills,
  ...notices,
  ...faults,
  ...calls,
  ...refusedSignatures,
  ...clock,
  ...ledger,
  ...reminders,
  ...world,
]
