import { createPublicKey } from 'node:crypto'
import { decryptText, requireDecryptor } from '../../../calls/decrypt-field.ts'
import type { Call, Handler } from '../../../calls/handler.ts'
import { parameterError } from '../../../contract/validate.ts'
import { refusedNotifyUrl } from '../../../notices/notify-url.ts'
import { noticesOptions } from '../../../notices/options.ts'
import { enqueueNotice } from '../../../notices/outbox.ts'
import * as contract from './contract.ts'

/**
 * Gives the message back in the clear and, if it came encrypted too, encrypted to the certificate that signed the
 * request. With a `notify_url` the same follows as a notice.
 */
export const securityEcho: Handler<typeof contract.securityEcho> = async (request, call) => {
  const { caller, platform } = call
  const { echo_message, encrypted_echo_message, notify_url } = request
  const issue =
    notify_url &&
    refusedNotifyUrl(notify_url, caller.notify_profile || platform.options.of(noticesOptions).profile)
  if (issue) throw parameterError(contract.securityEcho, '/notify_url', notify_url, issue)

  // The header is required by this call, whether or not there is something to decrypt.
  const key = requireDecryptor(call)
  const message = encrypted_echo_message && decryptText(encrypted_echo_message, key)
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
        // Nothing of it is kept.
        subject: '',
      }),
    )
  }
  return reply
}

function encryptTo({ caller, suite }: Call, message: string): string {
  return suite.encryptField(message, createPublicKey(caller.certificate?.public_key ?? ''))
}
