import type { MerchantSettings } from './change-merchant.ts'
import type { Merchant, Rotation } from './merchants.ts'
import type { PlatformKeys } from './platform-keys.ts'

/** What somebody asks for about the platform's keys for a merchant. What is absent stays. */
export interface KeyRequest
  extends Partial<
    Pick<
      Merchant,
      'trust_state' | 'notice_key_share' | 'rotation' | 'rotation_share' | 'next_certificate_days'
    >
  > {}

type KeyChanges = Partial<
  Pick<
    MerchantSettings,
    | 'trust_state'
    | 'notice_key_share'
    | 'switching_since'
    | 'rotation'
    | 'rotation_since'
    | 'rotation_share'
    | 'next_certificate_days'
  >
>

/** What a request changes of a merchant, or why it cannot be: a switch and a rotation never run at once. */
export function changesOfKeys(
  merchant: Merchant,
  request: KeyRequest,
  keys: PlatformKeys,
  now: number,
): KeyChanges | { refusal: string } {
  const current = keys.rotation(merchant, now)
  const wanted = { ...merchant, ...request, ...wantedRotation(request, current) }
  const refusal = refusedRotation(wanted, merchant, current, keys, now)
  if (refusal) return { refusal }
  const { next_certificate_days } = wanted
  return {
    ...switchOf(merchant, request, now),
    ...rotationOf(merchant, wanted, current, now),
    next_certificate_days,
  }
}

/** Of the next certificate, the share in hundredths of a percent. */
interface Running {
  rotation: Rotation
  share: number
}

/** A rotation by hand begins with the smallest share, and goes on from what was reached. */
function wantedRotation(
  { rotation: asked, rotation_share: share }: KeyRequest,
  current: Running,
): Pick<Merchant, 'rotation' | 'rotation_share'> {
  const rotation = asked ?? current.rotation
  const own = { NONE: 0, AUTO: current.share, MANUAL: Math.max(current.share, 1) }[rotation]
  return { rotation, rotation_share: share ?? own }
}

/** Why a rotation cannot begin, go on or stay away as it is asked for. */
function refusedRotation(
  wanted: Merchant,
  merchant: Merchant,
  current: Running,
  keys: PlatformKeys,
  now: number,
): string | undefined {
  const { rotation, rotation_share } = wanted
  if (rotation === 'NONE')
    return rotation_share > 0
      ? 'No rotation is under way; give rotation MANUAL beside rotation_share.'
      : undefined
  if (wanted.trust_state !== 'CERTIFICATE')
    return 'A rotation of certificates and the switch to the public key exclude each other: it takes trust_state CERTIFICATE to rotate, and rotation NONE to switch.'
  if (current.rotation !== 'NONE' && wanted.next_certificate_days !== merchant.next_certificate_days)
    return 'The next certificate is in use, so next_certificate_days stays what it is until the rotation is over.'
  if (keys.listed(wanted, now).length < 2)
    return 'The merchant is not shown a next platform certificate yet: next_certificate_days before the end of the present one it is.'
  if (rotation === 'AUTO' && rotation_share !== current.share)
    return `The plan of AUTO sets the share; it is ${current.share} hundredths of a percent.`
  if (rotation_share < current.share)
    return `The share only grows; it is ${current.share} hundredths of a percent. NONE ends the rotation.`
  return undefined
}

/** The seven days begin with the switch, unless a share is given: that one is fixed. */
function switchOf(
  merchant: Merchant,
  { trust_state = merchant.trust_state, notice_key_share }: KeyRequest,
  now: number,
): KeyChanges {
  const changes = trust_state !== merchant.trust_state
  return {
    ...(changes && { trust_state, switching_since: trust_state === 'SWITCHING' ? now : null }),
    ...(notice_key_share !== undefined && { notice_key_share, switching_since: null }),
  }
}

function rotationOf(
  merchant: Merchant,
  { rotation, rotation_share }: Pick<Merchant, 'rotation' | 'rotation_share'>,
  current: Running,
  now: number,
): KeyChanges {
  if (rotation === 'NONE') return { rotation, rotation_share: 0, rotation_since: null }
  if (rotation === 'AUTO' && current.rotation === 'AUTO') return {}
  const rotation_since = rotation === 'MANUAL' && current.rotation !== 'NONE' ? merchant.rotation_since : now
  return { rotation, rotation_share, rotation_since }
}
