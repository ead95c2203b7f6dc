import * as Type from '../contract/schema.ts'
import { count, flag, id, integer, listOf, mchid, page, shown, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const optional = Type.Optional

/** Texts by names that only the caller knows. */
function texts(description: string) {
  return Type.Unsafe<Record<string, string>>({
    type: 'object',
    description,
    additionalProperties: shown('As it came'),
  })
}

const listed = {
  request_id: shown('The first part of `Request-ID`; an id of its own for a 404 or 405 without one'),
  op: optional(shown('The name of the call; absent when the path has none, or not with this method')),
  mchid: optional(mchid),
  method: shown('Of the request'),
  target: shown('Path and query as they came, the first 4096 characters'),
  signature_valid: flag('Whether the signature of the request was found to be right'),
  status: optional(count('Of the reply, also when a fault has lost it; absent when there was none')),
  code: optional(shown('Of a refusal')),
  wall_time: time('When the request came, by the wall clock'),
  business_time: time('When it was answered'),
  duration_ms: count('Until the reply was ready, or for a file until it was sent'),
  numbers: texts(
    'The fields of the request whose names end in `_no` or `_id`, the first 8, with their values',
  ),
  faults: Type.Array(Type.Object({ fault_id: shown('The rule'), kind: shown('What it does') }), {
    description: 'What was injected into it',
  }),
  unknown_fields: optional(
    Type.Array(shown('A parameter that the documents do not define, as a JSON pointer')),
  ),
}

const detail = {
  ...listed,
  request_headers: texts(
    '`Accept`, `Accept-Language`, `Authorization` without its signature, `Content-Type`, `Host`, `User-Agent` and `Wechatpay-Serial`, as far as they came',
  ),
  request_body: shown(
    'The first 8 KiB as text, encrypted fields as they came; empty when the request was refused before its body was read',
  ),
  request_length: count('Bytes of the whole body'),
  reply_body: optional(shown('The first 8 KiB as text; absent for a file and when there was no reply')),
  reply_length: optional(count('Bytes of the whole body, or those of a file that were sent')),
  signed_by: optional(shown('The certificate or public key by which the reply can be verified')),
  is_explained: flag('Whether `GET /refused-signatures/{request_id}` says why the signature was refused'),
}

export const listCalls = adminOperation({
  name: 'listCalls',
  method: 'GET',
  path: '/admin/v1/calls',
  title: 'The newest calls that all nodes have answered, the newest first',
  description:
    'The newest 10,000 with a right signature are kept, unless `--recent-calls` says another number, and the newest 1,000 others. ' +
    'When more come for a while, twenty successes and twenty refusals a second are kept, and ten calls without a right signature. ' +
    'Calls of another node are listed after `lag_ms` of `GET /node`. Calls that a HOST_DOWN has reset are not among them.',
  request: Type.Object({
    mchid: optional(mchid),
    op: optional(text('The name of the call', 64)),
    status: optional(integer('Of the reply', 100, 599)),
    code: optional(text('Of a refusal', 64)),
    number: optional(text('A number that the request names, whatever it is the number of', 64)),
    request_id: optional(text('`Request-ID` of the reply, with or without the number behind its hyphen', 64)),
    since: optional(time('When the request came at the earliest, by the wall clock')),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getCall = adminOperation({
  name: 'getCall',
  method: 'GET',
  path: '/admin/v1/calls/{request_id}',
  title: 'A call with its request and its reply',
  request: Type.Object({
    request_id: id('`Request-ID` of the reply, with or without the number behind its hyphen'),
  }),
  reply: Type.Object(detail),
  problems: ['NOT_FOUND'],
})
