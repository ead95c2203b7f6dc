import { schema as admin } from '../admin/tables.ts'
import { schema as clock } from '../clock/tables.ts'
import { schema as diagnosis } from '../diagnosis/tables.ts'
import { schema as faults } from '../faults/tables.ts'
import { schema as funding } from '../funding/tables.ts'
import { schema as ledger } from '../ledger/tables.ts'
import { schema as merchants } from '../merchants/tables.ts'
import { schema as notices } from '../notices/tables.ts'
import { schema as payers } from '../payers/tables.ts'
import { products } from '../products/index.ts'
import { inOrder, migrationsOf, type Schema, type Table, tablesOf } from '../store/schema.ts'
import { schema as store } from '../store/tables.ts'

const schemas: readonly Schema[] = [
  ...[store, clock, merchants, payers, ledger, funding, notices, faults, diagnosis, admin],
  ...products.flatMap(({ tables }) => (tables ? [tables] : [])),
]

/** What makes the tables of a node. */
export const migrations = migrationsOf(schemas)

/** Every table, each behind those that its rows refer to. */
export const allTables: readonly Table[] = inOrder(schemas).flatMap(tablesOf)
