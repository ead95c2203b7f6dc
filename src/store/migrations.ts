import type { Migration } from './migrate.ts'

/** Every change of the tables, in the order in which it is applied. A line that was released is never changed again. */
export const migrations: Migration[] = [
  { name: '0001-merchants', url: new URL('../merchants/tables.sql', import.meta.url) },
  { name: '0002-owners', url: new URL('../owners/tables.sql', import.meta.url) },
  { name: '0003-ledger', url: new URL('../ledger/tables.sql', import.meta.url) },
  { name: '0004-notices', url: new URL('../notices/tables.sql', import.meta.url) },
  { name: '0005-parking', url: new URL('../products/parking/tables.sql', import.meta.url) },
  { name: '0006-pending-transfers', url: new URL('../ledger/pending-transfers.sql', import.meta.url) },
  { name: '0007-facilities', url: new URL('../merchants/facilities.sql', import.meta.url) },
  { name: '0008-plates', url: new URL('../owners/plates-for-everybody.sql', import.meta.url) },
  { name: '0009-funding', url: new URL('../funding/tables.sql', import.meta.url) },
  { name: '0010-order-of-notices', url: new URL('../notices/order-of-notices.sql', import.meta.url) },
  { name: '0011-state-changes', url: new URL('../products/parking/state-changes.sql', import.meta.url) },
  { name: '0012-clock', url: new URL('../clock/tables.sql', import.meta.url) },
  { name: '0013-administration', url: new URL('../server/admin/tables.sql', import.meta.url) },
  { name: '0014-administration-filters', url: new URL('../server/admin/filters.sql', import.meta.url) },
  { name: '0015-bank-refunds', url: new URL('../funding/bank-refunds.sql', import.meta.url) },
  { name: '0016-merchant-balances', url: new URL('../merchants/balances.sql', import.meta.url) },
  { name: '0017-refunds', url: new URL('../products/refunds/tables.sql', import.meta.url) },
  { name: '0018-bills', url: new URL('../products/bills/tables.sql', import.meta.url) },
  {
    name: '0019-administration-lists',
    url: new URL('../server/admin/refunds-and-bills.sql', import.meta.url),
  },
  { name: '0020-keys', url: new URL('../merchants/keys.sql', import.meta.url) },
  { name: '0021-refused-signatures', url: new URL('../diagnosis/tables.sql', import.meta.url) },
  { name: '0022-faults', url: new URL('../faults/tables.sql', import.meta.url) },
  { name: '0023-reminders', url: new URL('../server/admin/reminders.sql', import.meta.url) },
  { name: '0024-fair-outbox', url: new URL('../notices/fair-outbox.sql', import.meta.url) },
  { name: '0025-store-checks', url: new URL('health.sql', import.meta.url) },
  { name: '0026-charged-again', url: new URL('../products/parking/charged-again.sql', import.meta.url) },
]
