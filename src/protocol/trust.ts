/**
 * How far a merchant is in changing from platform certificates to the WeChat Pay public key.
 *
 * `CERTIFICATE`: certificates only, or a key was fetched but switching is not enabled. `SWITCHING`: both are in use.
 * `PUBLIC_KEY`: switched, or a merchant that never had a certificate.
 */
export const TRUST_STATES = ['CERTIFICATE', 'SWITCHING', 'PUBLIC_KEY'] as const
export type TrustState = (typeof TRUST_STATES)[number]

/** Which kind of key the platform signs with. */
export type SignerKind = 'certificate' | 'public_key'

/** The share of notices that the public key signs on each day of the switch, in percent; after the last one it is all of them. */
const SWITCHING_SHARES = [0.1, 1, 5, 10, 20, 50, 100] as const
const DAY_MS = 24 * 60 * 60 * 1000

/** The share of notices that the public key signs by now, in percent, when the switch was begun at `since`. Days have 24 hours. */
export function switchingShare(since: number, now: number): number {
  const day = Math.max(0, Math.floor((now - since) / DAY_MS))
  return SWITCHING_SHARES[Math.min(day, SWITCHING_SHARES.length - 1)] ?? 100
}

/**
 * The signer of a reply. While switching it follows the request's `Wechatpay-Serial`; in the other states the request
 * has no say: a merchant who names the key too early still gets the certificate.
 */
export function replySigner(
  trust: TrustState,
  requestSerial: string | undefined,
  publicKeyId: string,
): SignerKind {
  if (trust === 'SWITCHING') return requestSerial === publicKeyId ? 'public_key' : 'certificate'
  return trust === 'PUBLIC_KEY' ? 'public_key' : 'certificate'
}

/** The signer of a notice. While switching it is drawn: `keyShare` is 0 to 100 (percent), `draw` is 0 to below 1. */
export function noticeSigner(trust: TrustState, keyShare: number, draw: number): SignerKind {
  if (trust === 'SWITCHING') return draw * 100 < keyShare ? 'public_key' : 'certificate'
  return trust === 'PUBLIC_KEY' ? 'public_key' : 'certificate'
}
