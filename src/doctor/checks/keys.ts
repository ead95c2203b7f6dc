import type { AdminReply, AdminRequest } from '../../admin-client/admin-client.ts'
import { formatTime } from '../../protocol/time.ts'
import type { AdminChange } from '../administration.ts'
import { requireAcknowledged } from '../check-run.ts'
import { Finding, NotApplicable } from '../findings.ts'
import type { GateRun } from '../gate-run.ts'

// The days on which the platform signs with another key than the day before.

type MerchantKeys = AdminReply<'getMerchant'>
type PlatformCertificate = AdminReply<'listPlatformCertificates'>['data'][number]
type KeyChanges = Omit<AdminRequest<'putMerchant'>, 'mchid'>

const DAY_MS = 24 * 60 * 60 * 1000
/** All signatures, in hundredths of a percent. */
const WHOLE = 10_000

export async function rotationIsSurvived(run: GateRun): Promise<void> {
  const keys = await keysThatCanChange(run)
  if (keys.trust_state === 'SWITCHING') await putKeys(run, { trust_state: 'CERTIFICATE' })
  const signing = await certificateBeforeRotation(run, keys)
  await run.undoneBy(keysPut(run, { rotation: 'NONE' }))
  await putKeys(run, { rotation: 'MANUAL', rotation_share: WHOLE })
  const { notice } = await run.paid().catch(error => {
    throw findingWhile('all replies and notices are signed with the next platform certificate', error)
  })
  if (notice.sent[0]?.request_headers['Wechatpay-Serial'] === signing.serial_no)
    throw new NotApplicable('The platform signs with the old certificate still.')
}

export async function switchIsSurvived(run: GateRun): Promise<void> {
  await keysThatCanChange(run)
  await putKeys(run, { trust_state: 'SWITCHING', notice_key_share: 100 })
  const { notice } = await run.paid().catch(error => {
    throw findingWhile('the switch to the public key is under way and signs all notices', error)
  })
  await putKeys(run, { notice_key_share: 0 })
  requireAcknowledged('A notice that the certificate has signed during the switch', await run.replay(notice))
  await putKeys(run, { trust_state: 'PUBLIC_KEY' })
  await run.paid().catch(error => {
    throw findingWhile('the switch has ended and the public key signs everything', error)
  })
}

/** How the merchant's keys stand, if they can be changed and put back. */
async function keysThatCanChange(run: GateRun): Promise<MerchantKeys> {
  const keys = await run.admin.call('getMerchant', { mchid: run.mchid })
  const { trust_state, notice_key_share, switching_since, rotation } = keys
  if (trust_state === 'PUBLIC_KEY')
    throw new NotApplicable(
      `${run.mchid} has switched to the public key, so no platform certificate signs for it.`,
    )
  if (switching_since !== undefined)
    throw new NotApplicable(`${run.mchid} is in the days of its switch, which could not be put back.`)
  if (rotation !== 'NONE')
    throw new NotApplicable(`${run.mchid} is in a rotation of certificates, which could not be put back.`)
  await run.undoneBy(keysPut(run, { trust_state, ...(trust_state === 'SWITCHING' && { notice_key_share }) }))
  return keys
}

/**
 * The certificate that signs now, with a next one behind it. Where there is none yet, the end of the one that signs is
 * brought forward to where the next is shown; that stays, because an end is never put back.
 */
async function certificateBeforeRotation(run: GateRun, keys: MerchantKeys): Promise<PlatformCertificate> {
  const now = Date.parse((await run.admin.call('getClock', {})).business_time)
  const algorithm = keys.shangmi ? 'SM2' : 'RSA'
  const { data } = await run.admin.call('listPlatformCertificates', {})
  const [signing, next] = data
    .filter(certificate => certificate.algorithm === algorithm && Date.parse(certificate.expire_time) > now)
    .sort((one, other) => Date.parse(one.expire_time) - Date.parse(other.expire_time))
  if (!signing) throw new NotApplicable('The platform has no certificate.')
  const shownFrom = Date.parse(signing.expire_time) - keys.next_certificate_days * DAY_MS
  if (next && shownFrom <= now) return signing
  const expire_time = formatTime(now + keys.next_certificate_days * DAY_MS)
  await run.admin.call('putPlatformCertificate', { serial_no: signing.serial_no, expire_time })
  await run.admin.untilAllNodesKnow()
  run.leaves(`the platform certificate ${signing.serial_no}, which ends on ${expire_time.slice(0, 10)} now`)
  return signing
}

function putKeys(run: GateRun, keys: KeyChanges): Promise<void> {
  return run.admin.change(keysPut(run, keys))
}

function keysPut({ mchid }: GateRun, keys: KeyChanges): AdminChange<'putMerchant'> {
  return { call: 'putMerchant', request: { mchid, ...keys } }
}

/** The same finding, with what was going on. */
function findingWhile(what: string, error: unknown): unknown {
  return error instanceof Finding ? new Finding(`While ${what}: ${error.message}`) : error
}
