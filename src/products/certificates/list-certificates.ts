import { sealFor } from '../../merchants/seal-for.ts'
import { ApiError } from '../../protocol/errors.ts'
import { formatTime } from '../../protocol/time.ts'
import type { Handler } from '../handler.ts'
import type * as contract from './contract.ts'

/** Lists the platform certificates. A merchant that has switched to the public key has none. */
export const listCertificates: Handler<typeof contract.listCertificates> = async (
  request,
  { caller, platform },
) => {
  if (caller.apiv3_key === '') throw new ApiError('APIV3_KEY_MISSING')
  if (caller.trust_state === 'PUBLIC_KEY') throw new ApiError('NO_PLATFORM_CERTIFICATE')
  if (request.algorithm_type === 'SM2') return { data: [] }
  return {
    data: platform.keys.listed(caller, platform.clock.now()).map(key => ({
      serial_no: key.id,
      effective_time: formatTime(key.effectiveTime),
      expire_time: formatTime(key.expireTime),
      encrypt_certificate: {
        ...sealFor(platform, key.suite, caller, key.certificate, 'certificate'),
        algorithm: 'AEAD_AES_256_GCM',
        associated_data: 'certificate',
      },
    })),
  }
}
