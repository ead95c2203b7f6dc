import type { PlatformKey } from '../merchants/platform-keys.ts'
import { ApiError } from '../protocol/errors.ts'
import { isCleanText } from '../protocol/json.ts'
import { callErrors } from './errors.ts'
import type { Call } from './handler.ts'

/** The key that the call's `Wechatpay-Serial` names for encrypted fields. Throws when there is none that the caller may use. */
export function requireDecryptor({ caller, serial, suite, platform }: Call): PlatformKey {
  if (serial === undefined) throw new ApiError(callErrors.WECHATPAY_SERIAL_MISSING)
  const key = platform.keys.decryptor(caller, serial, suite.algorithm, platform.clock.now())
  if (!key) throw new ApiError(callErrors.WECHATPAY_SERIAL_WRONG)
  return key
}

/** The text of an encrypted field. Throws when it was not encrypted, or not to this key, or is no text. */
export function decryptText(encrypted: string, { suite, privateKey }: PlatformKey): string {
  if (!suite.isCiphertext(encrypted, privateKey)) throw new ApiError(callErrors.CIPHERTEXT_EXPECTED)
  let text: string
  try {
    text = suite.decryptField(encrypted, privateKey)
  } catch {
    throw new ApiError(callErrors.DECRYPTION_FAILED)
  }
  if (!isCleanText(text)) throw new ApiError(callErrors.DECRYPTION_FAILED)
  return text
}
