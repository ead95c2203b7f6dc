import { createPublicKey } from 'node:crypto'
import { parameterError } from '../../contract/validate.ts'
import { refusedNotifyUrl } from '../../notices/notify-url.ts'
import { enqueueNotice } from '../../notices/outbox.ts'
import { ApiError } from '../../protocol/errors.ts'
import { isCleanText } from '../../protocol/json.ts'
import { decryptField, encryptField } from '../../protocol/sensitive-field.ts'
import { replySigner } from '../../protocol/trust.ts'
import type { Call, Handler } from '../handler.ts'
import * as contract from './contract.ts'

/**
 * Gives the message back in the clear and, if it came encrypted too, encrypted to the certificate that signed the
 * request. With a `notify_url` the same follows as a notice.
 */
export const securityEcho: Handler<typeof contract.securityEcho> = async (request, call) => {
  const { caller, platform } = call
  const { echo_message, encrypted_echo_message, notify_url } = request
  const issue = notify_url && refusedNotifyUrl(notify_url, caller.notify_profile || platform.rules.profile)
  if (issue) throw parameterError(contract.securityEcho, '/notify_url', notify_url, issue)

  const message = decrypt(encrypted_echo_message, call)
  const reply = {
    echo_message,
    ...(message !== undefined && { encrypted_echo_message: encryptTo(call, message) }),
  }
  if (notify_url !== undefined) {
    await platform.db.transaction(tx =>
      enqueueNotice(tx, platform, contract.securityEchoResult, {
        eventType: 'SECURITY_ECHO.SUCCESS',
        receiver: caller,
        notifyUrl: notify_url,
        resource: reply,
      }),
    )
  }
  return reply
}

/** The header is required by this call, whether or not there is something to decrypt. */
function decrypt(encrypted: string | undefined, { caller, serial, platform }: Call): string | undefined {
  if (serial === undefined) throw new ApiError('WECHATPAY_SERIAL_MISSING')
  const privateKey = platform.keys.decryptor(serial, caller.public_key_id)
  // Encryption and signature of one call are of the same kind, so a key that this merchant's replies are not signed
  // with is as wrong as an unknown one.
  const isKey = serial === caller.public_key_id
  const answersWithKey = replySigner(caller.trust_state, serial, caller.public_key_id) === 'public_key'
  if (!privateKey || isKey !== answersWithKey) throw new ApiError('WECHATPAY_SERIAL_WRONG')
  if (encrypted === undefined) return undefined
  let message: string
  try {
    message = decryptField(encrypted, privateKey)
  } catch {
    throw new ApiError('DECRYPTION_FAILED')
  }
  if (!isCleanText(message)) throw new ApiError('DECRYPTION_FAILED')
  return message
}

function encryptTo({ caller }: Call, message: string): string {
  return encryptField(message, createPublicKey(caller.certificate?.public_key ?? ''))
}
