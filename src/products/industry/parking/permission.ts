import type { Merchant } from '../../../merchants/merchants.ts'
import { hasPermission } from '../../../merchants/permissions.ts'

/** What a merchant is given that has enrolled in score parking (微信支付分停车服务). */
export const PERMISSION = 'parking'

/** True when caller and payee both have the permission. */
export function isEnrolled(caller: Merchant, payee: Merchant): boolean {
  return hasPermission(caller, PERMISSION) && hasPermission(payee, PERMISSION)
}
