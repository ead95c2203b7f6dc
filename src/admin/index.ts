import { calls } from './calls.ts'
import { cards } from './cards.ts'
import { clock } from './clock.ts'
import { coupons } from './coupons.ts'
import { faults } from './faults.ts'
import { ledger } from './ledger.ts'
import { merchantCertificates } from './merchant-certificates.ts'
import { merchantMoney } from './merchant-money.ts'
import { merchants } from './merchants.ts'
import { node } from './node.ts'
import { notices } from './notices.ts'
import type { AdminEndpoint } from './operation.ts'
import { orders } from './orders.ts'
import { payers } from './payers.ts'
import { platformCertificates } from './platform-certificates.ts'
import { refusedSignatures } from './refused-signatures.ts'
import { reminders } from './reminders.ts'
import { sandbox } from './sandbox.ts'

/** The calls of the administration API that belong to no product. */
export const coreEndpoints: readonly AdminEndpoint[] = [
  ...merchants,
  ...merchantCertificates,
  ...platformCertificates,
  ...merchantMoney,
  ...payers,
  ...cards,
  ...coupons,
  ...orders,
  ...notices,
  ...faults,
  ...calls,
  ...refusedSignatures,
  ...clock,
  ...node,
  ...ledger,
  ...reminders,
  ...sandbox,
]
