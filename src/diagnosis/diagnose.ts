import type { Authorization } from '../protocol/authorization.ts'
import { parseAuthorization } from '../protocol/authorization.ts'
import type { ErrorEntry } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'
import { MAX_SKEW_SECONDS, SHANGMI_SCHEME } from '../protocol/signature.ts'
import type { Statements } from '../store/database.ts'
import type { Cause } from './causes.ts'
import { explainSignature, signerOf } from './explain-signature.ts'
import type { Finding, RefusedRequest } from './finding.ts'
import { findSerial, type SerialOwner } from './known-keys.ts'
import { readHeader } from './read-header.ts'

type Explain = (db: Statements, request: RefusedRequest, fields: Authorization) => Finding | Promise<Finding>

/** Who explains which refusal of a request whose header could be read. */
const EXPLAINERS: ReadonlyMap<ErrorEntry, Explain> = new Map([
  [general.TIMESTAMP_SKEW, explainClock],
  [general.MERCHANT_UNKNOWN, explainMerchant],
  [general.SERIAL_UNKNOWN, explainSerial],
  [general.CERTIFICATE_NEVER_ISSUED, explainSerial],
  [general.CERTIFICATE_REVOKED, explainCertificate('certificate_revoked')],
  [general.CERTIFICATE_REPLACED, explainCertificate('certificate_replaced')],
  [general.CERTIFICATE_EXPIRED, explainCertificate('certificate_expired')],
])

/** Finds the likely cause of a refused signature. Never throws for what a caller has sent. */
export async function diagnose(db: Statements, request: RefusedRequest): Promise<Finding> {
  const { authorization } = request.headers
  const isV2 = /&(?:sign|mch_id)=/.test(`&${request.target.split('?')[1] ?? ''}`)
  const { cause, fault } = readHeader(authorization)
  if (request.error === general.AUTHORIZATION_MALFORMED) {
    if (cause === 'authorization_missing' && isV2)
      return { causes: ['apiv2_style'], detail: 'The query has `sign` or `mch_id`, which are of APIv2.' }
    return { causes: [cause], detail: fault }
  }
  if (request.error === general.AUTHORIZATION_SCHEME) return explainScheme(authorization ?? '')
  const fields = parseAuthorization(authorization)
  // A number in another unit is a time of another age.
  if (cause === 'timestamp_unit' || typeof fields === 'string') return { causes: [cause], detail: fault }
  const explain = EXPLAINERS.get(request.error) ?? explainSignature
  return explain(db, request, fields)
}

/** Certificates that are named in place of one that is no longer valid. */
const MAX_NAMED = 5

/** A certificate that is no longer valid: which ones the merchant has that are. */
function explainCertificate(cause: Cause): Explain {
  return async (db, { businessTime }, { mchid, algorithm }) => {
    const valid = await db.all<{ serial_no: string }>(
      `SELECT serial_no FROM merchant_certificates
        WHERE mchid = $1 AND algorithm = $2 AND revoked = 0 AND not_after > $3
          AND (replaced_from IS NULL OR replaced_from > $3)
        ORDER BY not_before DESC, serial_no LIMIT ${MAX_NAMED}`,
      ...[mchid, algorithm, businessTime],
    )
    const names = valid.map(({ serial_no }) => serial_no).join(', ')
    const detail = names === '' ? 'The merchant has no valid one now.' : `Valid now: ${names}.`
    return { causes: [cause], detail }
  }
}

function explainScheme(header: string): Finding {
  const scheme = header.slice(0, Math.min(header.indexOf(' '), 64))
  // The scheme itself is known, and refused for this merchant only.
  const cause = scheme === SHANGMI_SCHEME ? 'shangmi_not_enabled' : 'scheme_foreign'
  return { causes: [cause], detail: `The header begins with ${scheme}.` }
}

const HALF_HOUR_SECONDS = 1800
/** No two places are half an hour apart by their zones only, and a retry after half an hour is usual. */
const MIN_TIMEZONE_SECONDS = 3600
const MAX_TIMEZONE_SECONDS = 14 * 3600
/** A clock of which only the zone is wrong is as exact as others are. */
const TIMEZONE_SKEW_SECONDS = 60

/** A clock that is off by whole half hours, from an hour on, is right, and its time zone is not. */
function explainClock(_db: Statements, { wallTime }: RefusedRequest, { timestamp }: Authorization): Finding {
  const apart = Math.round(Number(timestamp) - wallTime / 1000)
  const distance = Math.abs(apart)
  const direction = apart > 0 ? 'ahead of' : 'behind'
  const zones = Math.round(distance / HALF_HOUR_SECONDS)
  const isZone =
    distance >= MIN_TIMEZONE_SECONDS - TIMEZONE_SKEW_SECONDS &&
    distance <= MAX_TIMEZONE_SECONDS + TIMEZONE_SKEW_SECONDS &&
    Math.abs(distance - zones * HALF_HOUR_SECONDS) <= TIMEZONE_SKEW_SECONDS
  const detail = `The timestamp is ${distance} s ${direction} the platform's clock; ${MAX_SKEW_SECONDS} s are allowed.`
  if (!isZone) return { causes: ['clock_off'], detail }
  return { causes: ['clock_timezone'], detail: `${detail} That is ${zones / 2} h.` }
}

async function explainMerchant(
  db: Statements,
  _request: RefusedRequest,
  { mchid, serial_no }: Authorization,
): Promise<Finding> {
  const owner = await findSerial(db, serial_no)
  const known = owner.kind === 'merchant' ? ` The serial number is that of merchant ${owner.mchid}.` : ''
  const kind = /^wx[0-9a-f]{16}$/.test(mchid) ? ', which is an app id' : ''
  return { causes: ['merchant_unknown'], detail: `It names "${mchid}"${kind}.${known}` }
}

/** A serial number that is no certificate of the merchant: what it is of instead, and whose key has signed. */
async function explainSerial(
  db: Statements,
  request: RefusedRequest,
  fields: Authorization,
): Promise<Finding> {
  const { mchid, serial_no } = fields
  const merchant = await db.get<{ kind: string }>('SELECT kind FROM merchants WHERE mchid = $1', mchid)
  const owner = await findSerial(db, serial_no)
  const isOfOther = owner.kind === 'merchant' && owner.mchid !== mchid
  const whose = isOfOther ? `The serial number is that of merchant ${owner.mchid}.` : ''
  if (merchant?.kind === 'sub') return { causes: ['sub_merchant_called'], detail: whose }
  const signer = await signerOf(db, fields)
  const detail = [
    ...[whose, owner.kind === 'nobody' ? formOf(serial_no) : ''],
    signer ? `The signature was made by the key of ${signer.name}.` : '',
  ]
  return {
    causes: [causeOf(request, fields, owner)],
    detail: detail.filter(Boolean).join(' '),
    ...(signer && { signedBy: signer.name }),
  }
}

const MAX_SERIAL_SHOWN = 64

/** What a text is that stands for a serial number and is none. */
function formOf(serialNo: string): string {
  const shown = serialNo.slice(0, MAX_SERIAL_SHOWN)
  if (!/^[0-9A-F]+$/.test(serialNo)) return `It names "${shown}", which is no hexadecimal number.`
  return serialNo.length === 40 ? '' : `It names "${shown}", of ${serialNo.length} digits; there are 40.`
}

const SERIAL_CAUSES = {
  platform: 'serial_of_platform',
  public_key: 'public_key_id_as_serial',
  nobody: 'serial_unknown',
} as const satisfies Record<string, Cause>

function causeOf({ error }: RefusedRequest, { mchid, serial_no }: Authorization, owner: SerialOwner): Cause {
  if (owner.kind === 'merchant') {
    if (owner.mchid !== mchid) return 'serial_of_other_merchant'
    return owner.spelling === serial_no ? 'scheme_of_other_key' : 'serial_spelling'
  }
  // Whoever never had a certificate cannot have named a wrong one.
  if (error === general.CERTIFICATE_NEVER_ISSUED && owner.kind === 'nobody') return 'certificate_never_issued'
  return SERIAL_CAUSES[owner.kind]
}
