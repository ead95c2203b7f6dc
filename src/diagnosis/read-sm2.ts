import { verify } from 'node:crypto'
import { DER, writeDer } from '../protocol/der.ts'
import { suiteOf } from '../protocol/suite.ts'
import type { Cause } from './causes.ts'
import type { KnownKey } from './known-keys.ts'

/** An SM2 signature under one key: what is wrong with how it was made, and which messages fit it. */
export interface ReadSm2 {
  by: KnownKey
  causes: readonly Cause[]
  fits(message: Buffer): boolean
}

/** Keys beside the named one that are tried; each costs a verification. */
const MAX_OTHERS = 5
/** Two numbers of 32 bytes. */
const RAW_BYTES = 64

/**
 * Reads an SM2 signature, which gives nothing back of what was signed: whether a key has made it is known only when the
 * message is. So other keys and other ways to sign are tried only with the expected message.
 */
export async function readSm2(
  signature: Buffer,
  keys: readonly KnownKey[],
  expected: Buffer,
): Promise<ReadSm2 | undefined> {
  const able = keys.filter(({ algorithm }) => algorithm === 'SM2')
  const [named] = able
  if (named?.owner !== 'claimed') return undefined
  const suite = await suiteOf('SM2')
  const isRaw = signature.length === RAW_BYTES
  const text = (isRaw ? asn1(signature) : signature).toString('base64')
  const causes: readonly Cause[] = isRaw ? ['sm2_not_asn1'] : []
  const under = (by: KnownKey): ReadSm2 => ({
    by,
    causes,
    fits: message => suite.verify(message, text, by.key),
  })
  const readings = [
    under(named),
    withoutUserId(named, Buffer.from(text, 'base64'), causes),
    ...able.slice(1, 1 + MAX_OTHERS).map(under),
  ]
  return readings.find(({ fits }) => fits(expected)) ?? readings[0]
}

/** OpenSSL leaves the user id empty unless it is given one. */
function withoutUserId(by: KnownKey, signature: Buffer, causes: readonly Cause[]): ReadSm2 {
  return {
    by,
    causes: [...causes, 'sm2_user_id'],
    fits(message) {
      try {
        return verify('sm3', message, by.key, signature)
      } catch {
        return false
      }
    },
  }
}

function asn1(raw: Buffer): Buffer {
  const half = RAW_BYTES / 2
  return writeDer(DER.SEQUENCE, ...[raw.subarray(0, half), raw.subarray(half)].map(integer))
}

/** Without the zeros in front, but for one where the number would be negative. */
function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex(byte => byte !== 0)
  const digits = bytes.subarray(start === -1 ? bytes.length - 1 : start)
  return writeDer(DER.INTEGER, ...((digits[0] ?? 0) & 0x80 ? [Buffer.alloc(1)] : []), digits)
}
