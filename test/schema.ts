import { schemasOf } from '../src/node/tables.ts'
import { products } from '../src/products/index.ts'
import { tablesOf } from '../src/store/schema.ts'

/** What makes all tables of a platform. */
export const migrations = schemasOf(products)

/** All tables, each behind those that its rows refer to. */
export const allTables = migrations.flatMap(tablesOf)
