import { PROBE_PREFIX } from '../protocol/signature.ts'
import type { Injections } from './faults.ts'

/** The signature as the faults that are injected into a reply or a notice leave it. */
export function corruptedSignature(
  { REPLY_PROBE, NOTICE_PROBE, REPLY_WRONG_SIGNATURE, NOTICE_WRONG_SIGNATURE }: Injections,
  signature: string,
): string {
  // As real probes are: behind the prefix, what follows is no Base64 any more.
  if (REPLY_PROBE || NOTICE_PROBE) return PROBE_PREFIX + signature
  if (REPLY_WRONG_SIGNATURE || NOTICE_WRONG_SIGNATURE) return wrongSignature(signature)
  return signature
}

/** As well formed as the right one, and as long; its last byte is another. */
function wrongSignature(signature: string): string {
  const bytes = Buffer.from(signature, 'base64')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff
  return bytes.toString('base64')
}
