import type { TradeType } from './order-fields.ts'

/** By which prepay call an order was made, and so how its payer comes to it. */
export const KINDS = ['JSAPI', 'MINI_PROGRAM', 'APP', 'H5', 'NATIVE'] as const
export type Kind = (typeof KINDS)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface KindRules {
  tradeType: TradeType
  /** What the merchant must have been given. */
  permission: string
  /** For how long a session can be used, in milliseconds. */
  sessionLife: number
  /** Whether a new session ends the earlier ones of its order. */
  replaces: boolean
}

/** JSAPI is the permission of mini programs too, as the product centre has it. */
export const KIND_RULES: Record<Kind, KindRules> = {
  JSAPI: { tradeType: 'JSAPI', permission: 'jsapi-payments', sessionLife: 2 * HOUR_MS, replaces: false },
  MINI_PROGRAM: {
    tradeType: 'JSAPI',
    permission: 'jsapi-payments',
    sessionLife: 2 * HOUR_MS,
    replaces: false,
  },
  APP: { tradeType: 'APP', permission: 'app-payments', sessionLife: 2 * HOUR_MS, replaces: false },
  H5: { tradeType: 'MWEB', permission: 'h5-payments', sessionLife: 5 * MINUTE_MS, replaces: false },
  NATIVE: { tradeType: 'NATIVE', permission: 'native-payments', sessionLife: 2 * HOUR_MS, replaces: true },
}

export const PERMISSIONS = [...new Set(KINDS.map(kind => KIND_RULES[kind].permission))].sort()
