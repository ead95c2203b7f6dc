import * as Type from '../contract/schema.ts'
import { ALGORITHMS } from '../protocol/suite.ts'
import { flag, oneOf, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const serialNo = Type.String({
  description: 'Serial number',
  maxBytes: 40,
  pattern: '^[0-9A-F]{40}$',
})

const certificate = Type.Object({
  serial_no: serialNo,
  algorithm: oneOf('Of its key', ALGORITHMS),
  effective_time: time('When it was made'),
  expire_time: time('Business time from which it is never used'),
  next_made_time: time('Business time at which the one after it is made'),
  is_signing: flag('Whether it signs for merchants who do not go over to another one'),
})

export const listPlatformCertificates = adminOperation({
  name: 'listPlatformCertificates',
  method: 'GET',
  path: '/admin/v1/platform-certificates',
  title:
    'The platform certificates, the oldest first, also those that merchants are not shown yet or any more',
  request: Type.Object({}),
  reply: Type.Object({ data: Type.Array(certificate) }),
  problems: [],
})

export const putPlatformCertificate = adminOperation({
  name: 'putPlatformCertificate',
  method: 'PUT',
  path: '/admin/v1/platform-certificates/{serial_no}',
  title: 'Brings the end of a platform certificate forward',
  description:
    'What is due so long before the new end happens at once: the reply comes when the next certificate is made, and merchants ' +
    'are shown it. An instant in the past is taken as now.',
  request: Type.Object({ serial_no: serialNo, expire_time: time('Its new end by business time') }),
  reply: certificate,
  problems: ['NOT_FOUND', 'CONFLICT'],
})
