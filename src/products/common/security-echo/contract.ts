import { callErrors } from '../../../calls/errors.ts'
import { notifyUrl, text } from '../../../contract/fields.ts'
import { notice } from '../../../contract/notice.ts'
import { inBothModes, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { MAX_SENSITIVE_BYTES } from '../../../protocol/sensitive-field.ts'

const echoMessage = text('回显信息', MAX_SENSITIVE_BYTES, {
  description: 'Any text; as long as one encrypted field can be',
})
const encrypted = text('加密的回显信息', 1024, { description: 'RSAES-OAEP with SHA-1, Base64' })

/** One call that proves signatures, the choice of key, field encryption both ways and, with `notify_url`, notices. */
export const securityEcho = operation({
  id: 'security.securityEcho',
  method: 'POST',
  title: { zh: '商户签名验签/加解密测试', en: 'Security echo' },
  ...inBothModes({
    path: '/v3/security/echo',
    pages: { partner: '/doc/v3/partner/4015139289' },
    request: Type.Object({
      echo_message: echoMessage,
      encrypted_echo_message: Type.Optional(encrypted),
      notify_url: Type.Optional(notifyUrl('回调通知url')),
    }),
    reply: Type.Object({
      echo_message: echoMessage,
      encrypted_echo_message: Type.Optional(encrypted),
    }),
  }),
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    callErrors.WECHATPAY_SERIAL_MISSING,
    callErrors.WECHATPAY_SERIAL_WRONG,
    callErrors.CIPHERTEXT_EXPECTED,
    callErrors.DECRYPTION_FAILED,
    general.SYSTEM_ERROR,
  ],
  sdk: {
    description:
      'Gives a message back: one call that proves keys, signatures and encryption. Encrypted text is ' +
      'made with `sensitive.encrypt`.',
    namesPlatformKey: true,
    echoes: ['echo_message'],
    ifUnknown: 'Nothing depends on this call: send it again.',
  },
})

export const securityEchoResult = notice({
  id: 'security.securityEchoResult',
  originalType: 'security',
  events: { 'SECURITY_ECHO.SUCCESS': '签名验签测试成功' },
  title: { zh: '签名验签测试通知', en: 'Security echo result' },
  pages: { partner: '/doc/v3/partner/4019605946' },
  sdk: {
    types: { notice: 'SecurityEchoNotice', resource: 'SecurityEchoResult' },
    descriptions: {
      notice: 'The second half of `securityEcho` with a `notify_url`.',
      resource: 'The message of the call, in the clear and encrypted.',
    },
    needs: ['echo_message'],
    // The page names the encrypted text in two ways.
    spellings: { names: { encrypt_echo_message: 'encrypted_echo_message' } },
  },
  resource: Type.Object({
    echo_message: echoMessage,
    encrypted_echo_message: Type.Optional(encrypted),
  }),
})

export type SecurityEchoResult = Type.Static<typeof securityEchoResult.resource>
