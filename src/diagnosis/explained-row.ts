import { parseAuthorization } from '../protocol/authorization.ts'
import type { Statements } from '../store/database.ts'
import { CAUSES } from './causes.ts'
import { diagnose } from './diagnose.ts'
import { expectedMessage } from './explain-signature.ts'
import type { RefusedRequest } from './finding.ts'
import { readHeader } from './read-header.ts'
import type { RefusedSignature } from './refused-signatures.ts'

/** Bytes of a body that are kept. */
const MAX_BODY_BYTES = 64 * 1024
/** The same of a message: beside the body there is a target, which has at most 16 KiB. */
const MAX_MESSAGE_BYTES = MAX_BODY_BYTES + 16 * 1024

/** Explains a refused request, and puts everything that is kept of it into a row. */
export async function explainedRow(
  db: Statements,
  request: RefusedRequest,
): Promise<{ [Column in keyof RefusedSignature]: RefusedSignature[Column] }> {
  const { requestId, op, error, method, target, body, wallTime, businessTime } = request
  const {
    mchid = '',
    serial_no = '',
    timestamp = '',
    nonce_str = '',
  } = readHeader(request.headers.authorization).fields
  const { causes, detail, signedMessage, signedDigest, signedBy } = await diagnose(db, request)
  const fields = parseAuthorization(request.headers.authorization)
  const expected = typeof fields === 'string' ? undefined : expectedMessage(request, fields)
  const difference = signedMessage && expected && firstDifference(signedMessage, expected)
  return {
    request_id: requestId,
    wall_time: wallTime,
    business_time: businessTime,
    op,
    error: error.name,
    method,
    target,
    authorization_header: request.headers.authorization ?? '',
    mchid,
    serial_no,
    timestamp,
    nonce_str,
    body: body ? body.subarray(0, MAX_BODY_BYTES).toString('base64') : null,
    body_length: body?.length ?? null,
    cause: causes[0],
    causes: JSON.stringify(causes),
    explanation: [...causes.map(cause => CAUSES[cause].says), detail].filter(Boolean).join(' '),
    signed_message: signedMessage?.subarray(0, MAX_MESSAGE_BYTES).toString('base64') ?? null,
    first_difference: difference ?? null,
    signed_digest: signedDigest ?? null,
    signed_by: signedBy ?? null,
  }
}

/** The offset of the first byte in which two messages differ; `undefined` for equal ones. */
function firstDifference(one: Uint8Array, other: Uint8Array): number | undefined {
  const shorter = Math.min(one.length, other.length)
  for (let index = 0; index < shorter; index += 1) if (one[index] !== other[index]) return index
  return one.length === other.length ? undefined : shorter
}
