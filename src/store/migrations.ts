import type { Migration } from './migrate.ts'

/** Every change of the tables, in the order in which it is applied. A line that was released is never changed again. */
export const migrations: Migration[] = [
  { name: '0001-merchants', url: new URL('../merchants/tables.sql', import.meta.url) },
  { name: '0002-owners', url: new URL('../owners/tables.sql', import.meta.url) },
  { name: '0003-ledger', url: new URL('../ledger/tables.sql', import.meta.url) },
  { name: '0004-notices', url: new URL('../notices/tables.sql', import.meta.url) },
  { name: '0005-parking', url: new URL('../products/parking/tables.sql', import.meta.url) },
]
