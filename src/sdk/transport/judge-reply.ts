import { operations } from '../generated/index.ts'
import { isSigned, type SignatureFault } from '../keys/verify-signed.ts'
import type { MismatchCause } from '../notices/explain-mismatch.ts'
import { type ErrorFacts, ReplyForged, type WechatPayError } from './errors.ts'
import { type CallRules, ifUnknown, type OperationName, unknownUntilFixed } from './operations.ts'
import { errorOf, type RefusalFacts } from './refusal.ts'
import type { RawReply } from './send-once.ts'

/** Checks the signature of a reply: `undefined` when it is right, `unchecked` when there is nothing to check it with. */
export type VerifyReply = (reply: RawReply) => Promise<SignatureFault | 'unchecked' | undefined>

/** What to fix where the same call would end in the same way for ever. */
const FIX: Partial<Record<SignatureFault['reason'] | MismatchCause, string>> = {
  unknown_serial:
    'set trust to what the platform signs with now, { publicKeyId, publicKey } of the merchant platform or ' +
    '{ certificates: [] }, or to both in one object while the merchant switches.',
  wrong_key:
    'set trust to the public key, or the certificates, as the merchant platform shows them now, each with its id. If other ' +
    'calls succeed, trust is right and the reply was forged.',
  foreign_scheme:
    'give suite: shangmi of boomgate/sdk/shangmi for a merchant of 国密, and no suite for any other.',
  clock: 'set this machine’s clock. If it is right, somebody has sent a recorded reply.',
}

/** What a reply is worth. */
export type Judgement = { value: unknown } | { error: WechatPayError }

/** How much of a text that is no API error gets into a message. */
const MAX_FOREIGN_TEXT = 120

/**
 * Decides whether a reply is a success, a refusal, or nothing that can be believed. `value` is given only for a success:
 * one that the platform signed and that answers this request. A success without a body names no request: only the time
 * in its signature says that it is no old one.
 *
 * Every 2xx is signed, so one without a signature is forged. The others need not be: what is refused before the request's
 * own signature was found right never is. Where there is a signature it must be right, and where there is none the error
 * says so by `verified`; either way such a reply is only ever a reason not to go on.
 */
export async function judgeReply(
  op: OperationName,
  request: object,
  reply: RawReply,
  verify: VerifyReply,
): Promise<Judgement> {
  const isSuccess = reply.status >= 200 && reply.status < 300
  const requestId = reply.header('Request-ID')
  const facts = { op, status: reply.status, requestId, request }
  let verified = false
  if (isSuccess || isSigned(reply.header)) {
    const fault = await verify(reply)
    verified = fault === undefined
    if (fault && fault !== 'unchecked') {
      const message = `The reply to ${op} cannot be believed. ${fault.explanation}`
      return { error: forged(facts, message, fault) }
    }
  }
  const body = parseObject(reply.body)
  const { success } = operations[op]
  if (!isSuccess || (reply.status === 202 && success !== 202))
    return { error: refusal(facts, verified, reply.body, body) }
  if (success !== undefined) {
    if (reply.status === success && reply.body.length === 0) return { value: undefined }
    return { error: forged(facts, `The reply to ${op} is signed but is no ${success} without a body.`) }
  }
  // Every call has a reply of its own, so an empty one is the reply to something else, be it signed or not.
  if (!body) return { error: forged(facts, `The reply to ${op} is signed but is no JSON object.`) }
  const foreign = foreignField(operations[op], request, body)
  if (foreign === undefined) return { value: body }
  return {
    error: forged(facts, `The reply to ${op} is signed but answers another request: its ${foreign} differs.`),
  }
}

function refusal(
  facts: Pick<RefusalFacts, 'op' | 'status' | 'requestId' | 'request'>,
  verified: boolean,
  bytes: Uint8Array,
  body: Record<string, unknown> | undefined,
): WechatPayError {
  const code = typeof body?.code === 'string' ? body.code : undefined
  const foreignText = Buffer.from(bytes).toString('utf8').replaceAll(/\s+/g, ' ').slice(0, MAX_FOREIGN_TEXT)
  const text = typeof body?.message === 'string' ? body.message : foreignText
  const detail = body?.detail && typeof body.detail === 'object' ? body.detail : undefined
  return errorOf({ ...facts, code, text, detail, verified })
}

/** A signature covers a reply and no request, so a recorded reply to another call would pass without this. */
function foreignField(
  { echoes = [] }: CallRules,
  request: object,
  body: Record<string, unknown>,
): string | undefined {
  const sent = request as Record<string, unknown>
  return echoes.find(field => sent[field] !== undefined && sent[field] !== body[field])
}

function forged(
  facts: Pick<ErrorFacts, 'op' | 'status' | 'requestId'>,
  message: string,
  fault?: SignatureFault,
): ReplyForged {
  const { op } = facts
  const fix = fault && (FIX[fault.reason] ?? (fault.likelyCause && FIX[fault.likelyCause]))
  const whatToDo = fix ? unknownUntilFixed(op, fix) : ifUnknown(op)
  return new ReplyForged({ ...facts, message, likelyCause: fault?.likelyCause, whatToDo })
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
