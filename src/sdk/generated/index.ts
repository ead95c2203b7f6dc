// Generated from the contracts: change those, and run `npm run generate`.

import type { CallRules } from '../transport/operations.ts'
import { type BasicCalls, type BasicClients, basicRules } from './basic.ts'
import { type CommonCalls, type CommonClients, commonRules } from './common.ts'
import { type IndustryCalls, type IndustryClients, industryRules } from './industry.ts'

export type * from './basic.ts'
export type * from './common.ts'
export type * from './industry.ts'

/** Every call by its id, with what is sent and answered in each mode that has it. */
export interface Calls extends BasicCalls, CommonCalls, IndustryCalls {}

/** The products' clients. */
export interface Clients {
  merchant: BasicClients['merchant'] & CommonClients['merchant'] & IndustryClients['merchant']
  partner: BasicClients['partner'] & CommonClients['partner'] & IndustryClients['partner']
}

/** How each call goes over the wire, and what a client must know to repeat it and to judge its reply. */
export const operations: Readonly<Record<keyof Calls, CallRules>> = {
  ...basicRules,
  ...commonRules,
  ...industryRules,
}
