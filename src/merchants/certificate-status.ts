import type { MerchantCertificate } from './merchants.ts'

/** What a merchant certificate can be; of several faults the first one counts. */
export const CERTIFICATE_STATUSES = ['VALID', 'REVOKED', 'REPLACED', 'EXPIRED'] as const
export type CertificateStatus = (typeof CERTIFICATE_STATUSES)[number]

/** The status of a merchant's certificate at a business time. */
export function certificateStatus(
  { revoked, replaced_from, not_after }: Pick<MerchantCertificate, 'revoked' | 'replaced_from' | 'not_after'>,
  now: number,
): CertificateStatus {
  if (revoked === 1) return 'REVOKED'
  if (replaced_from !== null && replaced_from <= now) return 'REPLACED'
  return not_after <= now ? 'EXPIRED' : 'VALID'
}
