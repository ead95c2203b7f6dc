import type { Handler } from '../../../calls/handler.ts'
import { sealFor } from '../../../merchants/seal-for.ts'
import { ApiError } from '../../../protocol/errors.ts'
import { ALGORITHMS } from '../../../protocol/suite.ts'
import { formatTime } from '../../../protocol/time.ts'
import type * as contract from './contract.ts'
import { errors } from './errors.ts'

/** Lists the platform certificates. A merchant that has switched to the public key has none, unless it has some of SM2. */
export const listCertificates: Handler<typeof contract.listCertificates> = async (
  { algorithm_type: asked = 'RSA' },
  { caller, platform },
) => {
  if (caller.apiv3_key === '') throw new ApiError(errors.APIV3_KEY_MISSING)
  const algorithms = asked === 'ALL' ? ALGORITHMS : [asked]
  const now = platform.clock.now()
  const keys = algorithms.flatMap(algorithm => platform.keys.listed(caller, now, algorithm))
  if (keys.length === 0 && caller.trust_state === 'PUBLIC_KEY')
    throw new ApiError(errors.NO_PLATFORM_CERTIFICATE)
  return {
    data: keys.map(key => ({
      serial_no: key.id,
      effective_time: formatTime(key.effectiveTime),
      expire_time: formatTime(key.expireTime),
      encrypt_certificate: {
        ...sealFor(platform, key.suite, caller, key.certificate, 'certificate'),
        associated_data: 'certificate',
      },
    })),
  }
}
