import type { Job } from '../clock/worker.ts'
import {
  endPlatformCertificate,
  listPlatformCertificates,
  lockPlatformKeys,
  type NewPlatformKey,
  type PlatformCertificateRow,
  storePlatformKey,
} from '../merchants/change-platform-keys.ts'
import type { PlatformKeys } from '../merchants/platform-keys.ts'
import { NEXT_MADE_DAYS } from '../merchants/rotation.ts'
import { ALGORITHMS, type Algorithm } from '../protocol/suite.ts'
import type { SandboxContext } from './context.ts'
import { issueCertificate, platformKeyOf } from './issue-certificate.ts'

export const PLATFORM_SUBJECT = 'CN=Tenpay.com sign, OU=Tenpay.com, O=Tenpay.com, C=CN'

const NEXT_MADE_MS = NEXT_MADE_DAYS * 24 * 60 * 60 * 1000

/** A next certificate that is to be made, or else the files of the merchants that are to name another one. */
interface Due {
  algorithm: Algorithm | 'files'
}

/** The newest certificate of an algorithm. */
type Newest = Pick<PlatformCertificateRow, 'algorithm' | 'expire_time'>
type Issuing = Pick<SandboxContext, 'db' | 'clock' | 'secrets'>

/**
 * The worker's view of the platform's certificates: the next one is made months before the end of the newest. At the end of
 * one that signs, `refreshFiles` makes the merchants' folders name the one that signs from then on.
 */
export function platformCertificates(platform: SandboxContext, refreshFiles: () => Promise<void>): Job<Due> {
  const { clock, keys } = platform
  let named = keys.signing('RSA', clock.now())
  return {
    name: 'platformCertificates',
    concurrency: 1,
    key: ({ algorithm }) => algorithm,
    async claim(now, limit, inHand) {
      const due: Due[] = dueAlgorithms(newestHeld(keys), now).map(algorithm => ({ algorithm }))
      if (keys.signing('RSA', now).id !== named.id) due.push({ algorithm: 'files' })
      return due.filter(({ algorithm }) => !inHand.has(algorithm)).slice(0, limit)
    },
    async handle({ algorithm }) {
      if (algorithm !== 'files') return makeNextCertificate(platform, algorithm)
      const signing = keys.signing('RSA', clock.now())
      await refreshFiles()
      named = signing
      return true
    },
    async nextDueAt() {
      const now = clock.now()
      const signing = keys.signing('RSA', now)
      if (signing.id !== named.id) return now
      const nextMade = newestHeld(keys).map(({ expire_time }) => expire_time - NEXT_MADE_MS)
      return Math.min(...nextMade, signing.expireTime > now ? signing.expireTime : Number.POSITIVE_INFINITY)
    },
  }
}

/** Makes the next certificates that are due already, as after years without a platform; for a start, before keys are read. */
export async function makeDueCertificates(platform: Issuing): Promise<void> {
  const certificates = await listPlatformCertificates(platform.db)
  const newest = ALGORITHMS.flatMap(
    name => certificates.findLast(({ algorithm }) => algorithm === name) ?? [],
  )
  for (const algorithm of dueAlgorithms(newest, platform.clock.now())) {
    await storeNextCertificate(platform, algorithm)
  }
}

/** Makes the first certificate of an algorithm unless there is one. */
export async function requirePlatformCertificate(
  platform: SandboxContext,
  algorithm: Algorithm,
): Promise<void> {
  if (platform.keys.certificates(algorithm).length > 0) return
  await makeNextCertificate(platform, algorithm)
}

/**
 * Lets a platform certificate end at an instant, and makes the next one first when that is due by then. The end is brought
 * forward only; an instant in the past ends it now. Answers why it cannot be, or `undefined`.
 */
export async function endCertificate(
  platform: SandboxContext,
  { id, algorithm }: PlatformCertificateRow,
  instant: number,
): Promise<string | undefined> {
  const { db, clock, keys, secrets } = platform
  const known = await listPlatformCertificates(db, algorithm)
  const isDue = known.at(-1)?.id === id && instant - NEXT_MADE_MS <= clock.now()
  const next = isDue ? await issueNext(platform, algorithm) : undefined
  const refusal = await db.transaction(async tx => {
    await lockPlatformKeys(tx)
    const now = clock.now()
    const certificates = await listPlatformCertificates(tx, algorithm)
    const index = certificates.findIndex(certificate => certificate.id === id)
    const expireTime = certificates[index]?.expire_time ?? 0
    if (instant > expireTime) return 'The end of a certificate can only be brought forward, never back.'
    const end = Math.min(expireTime, Math.max(instant, now))
    if (certificates.slice(0, index).some(before => before.expire_time > end && before.expire_time > now))
      return 'It would end before the one that it follows; bring the end of that one forward first.'
    await endPlatformCertificate(tx, id, end)
    if (next && index === certificates.length - 1) await storePlatformKey(tx, secrets, next)
    return undefined
  })
  await keys.reload()
  platform.wake('platformCertificates')
  return refusal
}

async function makeNextCertificate(platform: SandboxContext, algorithm: Algorithm): Promise<boolean> {
  const made = await storeNextCertificate(platform, algorithm)
  await platform.keys.reload()
  return made
}

/** Answers false when another node has made it in the meantime. */
async function storeNextCertificate(platform: Issuing, algorithm: Algorithm): Promise<boolean> {
  const { db, clock, secrets } = platform
  const next = await issueNext(platform, algorithm)
  return db.transaction(async tx => {
    await lockPlatformKeys(tx)
    const last = (await listPlatformCertificates(tx, algorithm)).at(-1)
    if (last && !isNextDue(last, clock.now())) return false
    return storePlatformKey(tx, secrets, next)
  })
}

/** A certificate that is later than those there are, so that everybody can tell which one is the newest. */
async function issueNext(platform: Issuing, algorithm: Algorithm): Promise<NewPlatformKey> {
  const last = (await listPlatformCertificates(platform.db, algorithm)).at(-1)
  const issued = await issueCertificate(platform, algorithm, {
    subject: PLATFORM_SUBJECT,
    begins_after: last?.effective_time,
  })
  return platformKeyOf('certificate', algorithm, issued)
}

/** What is held in memory, so that looking for due work reads nothing from the store. */
function newestHeld(keys: PlatformKeys): Newest[] {
  return ALGORITHMS.flatMap(algorithm => {
    const newest = keys.certificates(algorithm).at(-1)
    return newest ? [{ algorithm, expire_time: newest.expireTime }] : []
  })
}

/** The algorithms whose newest certificate ends so soon that the next one is due. */
function dueAlgorithms(newest: readonly Newest[], now: number): Algorithm[] {
  return newest.filter(certificate => isNextDue(certificate, now)).map(({ algorithm }) => algorithm)
}

function isNextDue({ expire_time }: Pick<Newest, 'expire_time'>, now: number): boolean {
  return expire_time - NEXT_MADE_MS <= now
}
