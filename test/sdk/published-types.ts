import type { Static, TSchema } from 'typebox'
import type { Static as Published } from '../../packages/sdk/typebox.d.ts'
import type * as bills from '../../src/products/common/bills/contract.ts'
import type * as certificates from '../../src/products/common/certificates/contract.ts'
import type * as refunds from '../../src/products/common/refunds/contract.ts'
import type * as security from '../../src/products/common/security-echo/contract.ts'
import type * as parking from '../../src/products/industry/parking/contract.ts'

// What the published declarations make of each schema is what TypeBox makes of it. The compiler checks this file.

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** The schemas of calls and notices; what a contract exports beside them has none. */
type SchemasOf<Declared> = Declared extends {
  merchant: { request: infer Request; reply: infer Reply }
  partner: { request: infer Partner }
}
  ? Request | Partner | Reply
  : Declared extends { resource: infer Resource }
    ? Resource
    : never

type Compared<Schema> = Schema extends TSchema & object ? Same<Static<Schema>, Published<Schema>> : never

type Contract<Module> = Compared<SchemasOf<Module[keyof Module]>>

/** `never` when all are the same. */
type Difference<Result> = [Result] extends [never] ? 'nothing was compared' : Exclude<Result, true>

type Differences =
  | Difference<Contract<typeof bills>>
  | Difference<Contract<typeof certificates>>
  | Difference<Contract<typeof parking>>
  | Difference<Contract<typeof refunds>>
  | Difference<Contract<typeof security>>

export const NO_DIFFERENCE: [Differences] extends [never] ? true : Differences = true
