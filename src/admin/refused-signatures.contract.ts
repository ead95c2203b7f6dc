import * as Type from '../contract/schema.ts'
import { CAUSES, type Cause } from '../diagnosis/causes.ts'
import { count, id, listOf, mchid, oneOf, page, shown, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const optional = Type.Optional
const CAUSE_NAMES = Object.keys(CAUSES) as Cause[]

const listed = {
  request_id: shown('The first part of `Request-ID`'),
  wall_time: time('When it came, by the wall clock'),
  business_time: time('When it came'),
  op: shown('The name of the call'),
  error: shown('The kind of error that was answered'),
  method: shown('Of the request'),
  target: shown('Path and query as they came'),
  mchid: optional(shown('As the header names it')),
  serial_no: optional(shown('As the header names it, in upper case')),
  cause: oneOf('What to begin with; docs/diagnosis.md lists all', CAUSE_NAMES),
  causes: Type.Array(oneOf('A cause', CAUSE_NAMES), { description: 'All that went wrong at once' }),
  explanation: shown('The causes as sentences, with what is special to this request'),
}

const detail = {
  ...listed,
  what_to_do: shown('What the caller should change'),
  authorization_header: shown('As it came'),
  timestamp: optional(shown('As the header names it')),
  nonce_str: optional(shown('As the header names it')),
  body: optional(
    shown('The first 64 KiB as text; absent when the request was refused before its body was read'),
  ),
  body_base64: optional(shown('The same bytes')),
  body_length: optional(count('Bytes of the whole body')),
  expected_message: optional(
    shown(
      'What the signature should cover, with the first 64 KiB of the body; absent when the header could not be read or the body was not',
    ),
  ),
  expected_message_base64: optional(shown('The same bytes')),
  signed_message: optional(shown('What the caller has signed, when it was found')),
  signed_message_base64: optional(shown('The same bytes')),
  first_difference: optional(count('The offset of the first byte in which the two messages differ')),
  signed_digest: optional(
    shown('The digest that the caller has signed, in hexadecimal, when the signature gave it back'),
  ),
  signed_by: optional(shown('The certificate or key whose private key has signed, when it was found')),
}

export const listRefusedSignatures = adminOperation({
  name: 'listRefusedSignatures',
  method: 'GET',
  path: '/admin/v1/refused-signatures',
  title: 'Requests whose signature was refused, the newest first, with the likely cause of each',
  description:
    'The newest 1000 are kept. When more than ten come in a second for a while, some of them are not explained and not here.',
  request: Type.Object({
    mchid: optional(mchid),
    cause: optional(oneOf('The likely cause', CAUSE_NAMES)),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getRefusedSignature = adminOperation({
  name: 'getRefusedSignature',
  method: 'GET',
  path: '/admin/v1/refused-signatures/{request_id}',
  title: 'What was expected of a refused signature, what came, and why',
  request: Type.Object({
    request_id: id('`Request-ID` of the reply, with or without the number behind its hyphen'),
  }),
  reply: Type.Object(detail),
  problems: ['NOT_FOUND'],
})
