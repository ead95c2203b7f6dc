import type { Static } from '../contract/schema.ts'
import { certificateStatus } from '../merchants/certificate-status.ts'
import { lockMerchant, readMerchant } from '../merchants/change-merchant.ts'
import {
  type CertificateRow,
  changeCertificate,
  findCertificate,
  listCertificatesOf,
  MAX_VALID_CERTIFICATES,
  storeCertificate,
} from '../merchants/merchant-certificates.ts'
import { formatTimeMs, parseTime } from '../protocol/time.ts'
import {
  folderOfCertificate,
  refusedUse,
  useCertificate,
  writeCertificate,
} from '../sandbox/certificate-files.ts'
import type { IssuedCertificate } from '../sandbox/certificates.ts'
import { issueCertificate, keyOfRequest } from '../sandbox/issue-certificate.ts'
import { certificateRow, merchantSubject } from '../sandbox/issue-merchant.ts'
import { refreshSandboxFiles } from '../sandbox/refresh-sandbox-files.ts'
import type { Statements, Transaction } from '../store/database.ts'
import * as contract from './merchant-certificates.contract.ts'
import { type AdminContext, adminEndpoint } from './operation.ts'
import { conflict, invalidFields, notFound } from './problems.ts'
import { shown } from './show.ts'

type Put = Static<(typeof contract.putMerchantCertificate)['request']>

export const merchantCertificates = [adminEndpoint(contract.putMerchantCertificate, put)]

/** How a merchant shows one of its certificates. */
export function shownCertificate(row: CertificateRow, now: number) {
  const { certificate_id, algorithm, serial_no, not_before, not_after, replaced_from } = row
  const revoked = row.revoked === 1
  return {
    ...shown({ certificate_id, algorithm, serial_no, not_before, not_after, revoked }, [
      'not_before',
      'not_after',
    ]),
    ...(replaced_from !== null && { replaced_from: formatTimeMs(replaced_from) }),
    status: certificateStatus(row, now),
  }
}

async function put(request: Put, context: AdminContext) {
  const { mchid, certificate_id } = request
  const { platform, sandbox } = context
  const { db, clock } = platform
  const merchant = await readMerchant(db, mchid)
  if (!merchant) throw notFound('merchant number', mchid)
  if (merchant.kind === 'sub') throw conflict(`${mchid} never calls, so it has no certificates.`)
  const publicKey = await requestedKey(request)
  const known = await findCertificate(db, mchid, certificate_id)
  if (!known) await refuseFourth(db, request, clock.now())
  // Keys take their time, so they are made before the transaction.
  const issued = known ? undefined : await issue(request, publicKey, context)
  const row = await db.transaction(async tx => {
    if (!(await lockMerchant(tx, mchid))) throw notFound('merchant number', mchid)
    const found = await findCertificate(tx, mchid, certificate_id)
    if (found) refuseOther(request, publicKey, found)
    else await store(tx, request, issued, context)
    const changed = await change(tx, request, clock.now())
    const refusal = request.use_in_folder ? refusedUse(sandbox.folder, mchid, changed) : undefined
    if (refusal) throw conflict(refusal)
    return changed
  })
  if (request.use_in_folder) useCertificate(sandbox.folder, mchid, row, await listCertificatesOf(db, mchid))
  await refreshSandboxFiles(platform, sandbox)
  const folder = folderOfCertificate(sandbox.folder, mchid, row)
  return {
    mchid,
    ...shownCertificate(row, clock.now()),
    certificate: row.certificate,
    ...(folder !== undefined && { folder }),
  }
}

/** The key of the certificate request, if there is one. */
async function requestedKey({ csr, algorithm = 'RSA' }: Put): Promise<string | undefined> {
  if (csr === undefined) return undefined
  try {
    return await keyOfRequest(algorithm, csr)
  } catch (error) {
    if (error instanceof Error && error.name === 'CsrFault')
      throw invalidFields({ field: 'csr', issue: error.message })
    throw error
  }
}

function issue(
  { mchid, algorithm = 'RSA', expire_time }: Put,
  public_key: string | undefined,
  { platform }: AdminContext,
): Promise<IssuedCertificate> {
  const not_after = expire_time === undefined ? undefined : secondOf(expire_time)
  if (not_after !== undefined && not_after <= platform.clock.now())
    throw invalidFields({ field: 'expire_time', issue: 'must be later than business time' })
  return issueCertificate(platform, algorithm, { subject: merchantSubject(mchid), public_key, not_after })
}

/** Certificates have whole seconds. */
function secondOf(time: string): number {
  return Math.floor((parseTime(time) ?? 0) / 1000) * 1000
}

function refuseOther(
  { certificate_id, algorithm, expire_time }: Put,
  publicKey: string | undefined,
  found: CertificateRow,
): void {
  const isOther =
    (algorithm !== undefined && algorithm !== found.algorithm) ||
    (expire_time !== undefined && secondOf(expire_time) !== found.not_after) ||
    (publicKey !== undefined && publicKey !== found.public_key)
  if (isOther) throw conflict(`${certificate_id} was issued with other fields; issue one of another name.`)
}

/** Its files are written before the commit. */
async function store(
  tx: Transaction,
  { mchid, certificate_id, algorithm = 'RSA' }: Put,
  issued: IssuedCertificate | undefined,
  { platform, sandbox }: AdminContext,
): Promise<void> {
  if (!issued) throw conflict('The sandbox was changed meanwhile; repeat the call.')
  await refuseFourth(tx, { mchid, algorithm }, platform.clock.now())
  await storeCertificate(tx, certificateRow(mchid, issued, { certificate_id, algorithm }))
  if (issued.private_key !== '') writeCertificate(sandbox.folder, mchid, certificate_id, issued)
}

async function refuseFourth(
  db: Statements,
  { mchid, algorithm = 'RSA' }: Pick<Put, 'mchid' | 'algorithm'>,
  now: number,
): Promise<void> {
  const certificates = await listCertificatesOf(db, mchid)
  const valid = certificates.filter(
    certificate => certificate.algorithm === algorithm && certificateStatus(certificate, now) === 'VALID',
  )
  if (valid.length >= MAX_VALID_CERTIFICATES)
    throw conflict(`${mchid} has ${valid.length} valid ${algorithm} certificates; revoke one first.`)
}

/** Revokes and replaces; neither is taken back. */
async function change(
  tx: Transaction,
  { mchid, certificate_id, revoked, replaced_from }: Put,
  now: number,
): Promise<CertificateRow> {
  const row = await findCertificate(tx, mchid, certificate_id)
  if (!row) throw conflict('The sandbox was changed meanwhile; repeat the call.')
  const from = replaced_from === undefined ? row.replaced_from : (parseTime(replaced_from) ?? 0)
  if (revoked === false && row.revoked === 1)
    throw conflict('A revoked certificate never becomes valid again.')
  if (row.replaced_from !== null && row.replaced_from <= now && from !== row.replaced_from)
    throw conflict('The certificate was replaced already, and that is not taken back.')
  const changed = { ...row, revoked: revoked ? 1 : row.revoked, replaced_from: from }
  await changeCertificate(tx, row.serial_no, changed)
  return changed
}
