import type { KeyObject } from 'node:crypto'
import { ApiError } from '../protocol/errors.ts'
import { isCleanText } from '../protocol/json.ts'
import { decryptField } from '../protocol/sensitive-field.ts'
import { replySigner } from '../protocol/trust.ts'
import type { Call } from './handler.ts'

/** The key that the call's `Wechatpay-Serial` names for encrypted fields. Throws when there is none that the caller may use. */
export function requireDecryptor({ caller, serial, platform }: Call): KeyObject {
  if (serial === undefined) throw new ApiError('WECHATPAY_SERIAL_MISSING')
  const privateKey = platform.keys.decryptor(serial, caller.public_key_id)
  // Encryption and signature of one call are of the same kind, so a key that this merchant's replies are not signed
  // with is as wrong as an unknown one.
  const isKey = serial === caller.public_key_id
  const answersWithKey = replySigner(caller.trust_state, serial, caller.public_key_id) === 'public_key'
  if (!privateKey || isKey !== answersWithKey) throw new ApiError('WECHATPAY_SERIAL_WRONG')
  return privateKey
}

/** The text of an encrypted field. Throws when it was not encrypted to this key, or is no text. */
export function decryptText(encrypted: string, privateKey: KeyObject): string {
  let text: string
  try {
    text = decryptField(encrypted, privateKey)
  } catch {
    throw new ApiError('DECRYPTION_FAILED')
  }
  if (!isCleanText(text)) throw new ApiError('DECRYPTION_FAILED')
  return text
}
