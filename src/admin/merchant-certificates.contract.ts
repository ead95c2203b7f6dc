import * as Type from '../contract/schema.ts'
import { CERTIFICATE_STATUSES } from '../merchants/certificate-status.ts'
import { ALGORITHMS } from '../protocol/suite.ts'
import { fileName, flag, mchid, oneOf, shown, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const certificateId = fileName('Its name; `first` is the one that came with the merchant number')
const algorithm = oneOf('Of its key', ALGORITHMS)
const replacedFrom = time('Business time from which it is refused, because another one has taken its place')

/** What a merchant shows of each of its certificates. Dates are compared with business time. */
export const certificateFields = {
  certificate_id: certificateId,
  algorithm,
  serial_no: shown('Serial number'),
  not_before: time('When it was issued'),
  not_after: time('Business time from which it has expired'),
  revoked: flag('Whether it was revoked'),
  replaced_from: Type.Optional(replacedFrom),
  status: oneOf('Whether requests may be signed with it, and why not', CERTIFICATE_STATUSES),
}

const certificate = Type.Object({
  mchid,
  ...certificateFields,
  certificate: shown('PEM'),
  folder: Type.Optional(
    shown('Below the data folder, where its private key is, when the platform has made that'),
  ),
})

export const putMerchantCertificate = adminOperation({
  name: 'putMerchantCertificate',
  method: 'PUT',
  path: '/admin/v1/merchants/{mchid}/certificates/{certificate_id}',
  title: 'Issues a merchant certificate, or changes one',
  description:
    'A merchant has at most three that are valid. With `csr` the private key stays where it is; otherwise the platform makes ' +
    'one and writes it with the certificate to `merchants/<mchid>/certificates/<certificate_id>` of the data folder. What a ' +
    'certificate is made of never changes.',
  request: Type.Object({
    mchid,
    certificate_id: certificateId,
    csr: Type.Optional(text('A certificate request in PEM', 16_384)),
    algorithm: Type.Optional(oneOf('Of its key; RSA unless said', ALGORITHMS)),
    expire_time: Type.Optional(
      time('Business time at which it expires, in whole seconds; five years from now unless said'),
    ),
    revoked: Type.Optional(flag('true revokes it, for good')),
    replaced_from: Type.Optional(replacedFrom),
    use_in_folder: Type.Optional(
      flag("true makes it and its key the ones in the merchant's folder, which programs start with"),
    ),
  }),
  reply: certificate,
  problems: ['NOT_FOUND', 'CONFLICT'],
})
