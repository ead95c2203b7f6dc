import { oneOf, text, time } from '../../../contract/fields.ts'
import { inBothModes, operation } from '../../../contract/operation.ts'
import * as Type from '../../../contract/schema.ts'
import { general } from '../../../protocol/general-errors.ts'
import { errors } from './errors.ts'

/** The platform certificates that are valid or will be, each sealed with the caller's APIv3 key by its own algorithms. */
export const listCertificates = operation({
  id: 'certificates.listCertificates',
  method: 'GET',
  title: { zh: '获取平台证书列表', en: 'List platform certificates' },
  ...inBothModes({
    path: '/v3/certificates',
    pages: { merchant: '/doc/v3/merchant/4012551764' },
    request: Type.Object({
      algorithm_type: Type.Optional(oneOf('算法类型', ['RSA', 'SM2', 'ALL'], 'RSA unless said')),
    }),
    reply: Type.Object({
      data: Type.Array(
        Type.Object({
          serial_no: text('平台证书序列号', 40),
          effective_time: time('证书启用时间'),
          expire_time: time('证书弃用时间'),
          encrypt_certificate: Type.Object({
            algorithm: oneOf('加密算法', ['AEAD_AES_256_GCM', 'AEAD_SM4_GCM']),
            nonce: text('随机串', 12),
            associated_data: oneOf('附加数据', ['certificate']),
            ciphertext: Type.String({ title: '证书密文', description: 'The PEM of the certificate, sealed' }),
          }),
        }),
      ),
    }),
  }),
  undefinedFields: 'ignored',
  errors: [
    general.RATELIMIT_EXCEEDED,
    general.PARAM_ERROR,
    errors.APIV3_KEY_MISSING,
    errors.NO_PLATFORM_CERTIFICATE,
    general.SYSTEM_ERROR,
  ],
  sdk: {
    description:
      'The platform certificates, still sealed. A client needs no call of this: it downloads, opens ' +
      'and renews them by itself.\n\nThrows `NotFound` for a merchant of the public key only.',
    refusals: [
      {
        status: 404,
        whatToDo:
          'This merchant has no platform certificates: set trust to { publicKeyId, publicKey } of the merchant platform.',
      },
    ],
  },
})
