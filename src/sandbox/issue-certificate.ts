import { findRoot, lockPlatformKeys, type Root, storePlatformKey } from '../merchants/change-platform-keys.ts'
import type { Algorithm } from '../protocol/suite.ts'
import type { CertificateOrder, IssuedCertificate, Validity } from './certificates.ts'
import type { SandboxContext } from './context.ts'

/** What makes certificates of one algorithm. It is loaded when one is made, because that is seldom. */
export interface CertificateMaker {
  newRoot(validity: Validity): Promise<IssuedCertificate>
  newCertificate(rootKey: string, order: CertificateOrder): Promise<IssuedCertificate>
  keyOfRequest(csr: string): Promise<string>
}

const MAKERS: Record<Algorithm, () => Promise<CertificateMaker>> = {
  RSA: () => import('./certificates.ts'),
  SM2: () => import('./shangmi-certificates.ts'),
}

/** What is asked for. Times in milliseconds. */
interface Wanted extends Pick<CertificateOrder, 'subject' | 'public_key'> {
  /** It begins a second later than this at the earliest. */
  begins_after?: number | undefined
  /** Its end; five years from now unless said. */
  not_after?: number | undefined
}

/** Makes a certificate under the sandbox's root of the algorithm. Takes a tenth of a second of a thread when it makes a key. */
export async function issueCertificate(
  platform: Pick<SandboxContext, 'db' | 'clock' | 'secrets'>,
  algorithm: Algorithm,
  { subject, public_key, begins_after = 0, not_after }: Wanted,
): Promise<IssuedCertificate> {
  const { validityFrom } = await import('./certificates.ts')
  const usual = validityFrom(platform.clock)
  const maker = await MAKERS[algorithm]()
  const root = await requireRoot(platform, algorithm, maker, usual)
  return maker.newCertificate(root.private_key, {
    subject,
    public_key,
    not_before: Math.max(usual.not_before, begins_after + 1000),
    not_after: not_after ?? usual.not_after,
  })
}

/** The public key of a certificate request, both as PEM. Throws a `CsrFault` that says what is wrong with the request. */
export async function keyOfRequest(algorithm: Algorithm, csr: string): Promise<string> {
  const maker = await MAKERS[algorithm]()
  return maker.keyOfRequest(csr)
}

/** The root of the algorithm; the one for RSA comes with the sandbox, any other is made when it is first needed. */
async function requireRoot(
  { db, secrets }: Pick<SandboxContext, 'db' | 'secrets'>,
  algorithm: Algorithm,
  maker: CertificateMaker,
  validity: Validity,
): Promise<Root> {
  const known = await findRoot(db, secrets, algorithm)
  if (known) return known
  if (algorithm === 'RSA') throw new Error('The sandbox has no root to issue certificates from')
  const made = await maker.newRoot(validity)
  return db.transaction(async tx => {
    await lockPlatformKeys(tx)
    // Another node may have made it in the meantime.
    const root = await findRoot(tx, secrets, algorithm)
    if (root) return root
    await storePlatformKey(tx, secrets, platformKeyOf('root', algorithm, made))
    return { id: made.serial_no, ...made }
  })
}

/** A root or a platform certificate as the table has it. */
export function platformKeyOf(
  kind: 'root' | 'certificate',
  algorithm: Algorithm,
  { serial_no, certificate, public_key, private_key, not_before, not_after }: IssuedCertificate,
) {
  return {
    ...{ id: serial_no, kind, algorithm, certificate, public_key, private_key },
    ...{ effective_time: not_before, expire_time: not_after },
  }
}
