import { schema as admin } from '../admin/tables.ts'
import { schema as calls } from '../calls/tables.ts'
import { schema as clock } from '../clock/tables.ts'
import { schema as diagnosis } from '../diagnosis/tables.ts'
import { schema as faults } from '../faults/tables.ts'
import { schema as funding } from '../funding/tables.ts'
import { schema as ledger } from '../ledger/tables.ts'
import { schema as merchants } from '../merchants/tables.ts'
import { schema as notices } from '../notices/tables.ts'
import { schema as orders } from '../orders/tables.ts'
import { schema as payers } from '../payers/tables.ts'
import type { Product } from '../products/product.ts'
import { inOrder, type Schema } from '../store/schema.ts'
import { schema as store } from '../store/tables.ts'

/** What rooms and these products keep in the store, each behind what its rows refer to. */
export function schemasOf(products: readonly Product[]): readonly Schema[] {
  return inOrder([
    ...[store, clock, merchants, payers, ledger, funding, orders, notices, faults, calls, diagnosis, admin],
    ...products.flatMap(({ tables }) => (tables ? [tables] : [])),
  ])
}
