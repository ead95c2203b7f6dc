import { ReplyForged } from '../transport/errors.ts'
import type { Machine } from '../transport/machine.ts'
import type { ReplyTo } from '../transport/operations.ts'
import type { ResolvedOptions } from '../transport/options.ts'
import type { Sender } from '../transport/sender.ts'
import { isSameSerial, type PlatformCertificate, parseCertificate } from './platform-certificate.ts'
import { type BelievedKeys, verifySigned } from './verify-signed.ts'

const WRONG_KEY =
  'Check apiv3Key: it is set on the merchant platform (API 安全), takes effect at once, and must belong to mchid.'

/**
 * Downloads the platform certificates. Official page: /doc/v3/merchant/4012551764.
 *
 * A client that has none yet cannot verify the reply that brings them. The order is turned round: what is in the reply is
 * opened with the APIv3 key, which only the platform and the merchant have, and then the reply's signature is verified
 * with what came out. A refusal cannot be verified in this way and is shown as it is.
 */
export async function downloadCertificates(
  sender: Sender,
  options: Pick<ResolvedOptions, 'apiv3Key' | 'suite'>,
  { wallNow }: Machine,
): Promise<PlatformCertificate[]> {
  let opened: PlatformCertificate[] = []
  await sender.send(
    'certificates.listCertificates',
    // Certificates of the other algorithm could not be used.
    { algorithm_type: options.suite.algorithm },
    {
      wechatpaySerial: undefined,
      verify: async reply => {
        if (reply.status !== 200) return 'unchecked'
        opened = openCertificates(reply.body, options)
        const named = (serial: string) => opened.find(each => isSameSerial(each.serial, serial))?.publicKey
        const keys: BelievedKeys = {
          suite: options.suite,
          find: async serial => named(serial) ?? notInList(serial),
          known: () => opened,
        }
        return verifySigned(reply, keys, wallNow())
      },
    },
  )
  return opened
}

function notInList(serial: string): { unknown: string } {
  return { unknown: `It is signed with ${serial}, which is not among the certificates that it brings.` }
}

function openCertificates(
  body: Uint8Array,
  { apiv3Key, suite }: Pick<ResolvedOptions, 'apiv3Key' | 'suite'>,
): PlatformCertificate[] {
  try {
    const { data } = JSON.parse(
      Buffer.from(body).toString('utf8'),
    ) as ReplyTo<'certificates.listCertificates'>
    return data.map(({ encrypt_certificate }) => parseCertificate(suite.open(encrypt_certificate, apiv3Key)))
  } catch (cause) {
    throw new ReplyForged({
      op: 'certificates.listCertificates',
      message: 'The platform certificates cannot be opened: the APIv3 key is wrong, or the reply was changed',
      whatToDo: WRONG_KEY,
      cause,
    })
  }
}
