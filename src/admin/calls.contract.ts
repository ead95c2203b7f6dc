import * as Type from '../contract/schema.ts'
import { count, listOf, mchid, page, shown, text, time } from './fields.ts'
import { adminOperation } from './operation.ts'

const optional = Type.Optional

const call = Type.Object({
  request_id: shown('The first part of `Request-ID`'),
  op: shown('The name of the call'),
  mchid: optional(mchid),
  status: optional(count('Of the reply, also when a fault has lost it; absent when there was none')),
  code: optional(shown('Of a refusal')),
  wall_time: time('When the request came'),
  duration_ms: count('Until the reply was ready, or for a file until it was sent'),
  out_parking_no: optional(shown('As the request named it')),
  out_trade_no: optional(shown('As the request named it')),
  out_refund_no: optional(shown('As the request named it')),
  wechatpay_serial: optional(shown('`Wechatpay-Serial` of the request')),
  faults: Type.Array(Type.Object({ fault_id: shown('The rule'), kind: shown('What it does') }), {
    description: 'What was injected into it',
  }),
  unknown_fields: optional(
    Type.Array(shown('A parameter that the documents do not define, as a JSON pointer')),
  ),
})

export const listCalls = adminOperation({
  name: 'listCalls',
  method: 'GET',
  path: '/admin/v1/calls',
  title: 'The newest 1000 calls that this node has answered, the newest first',
  description:
    'They are in memory alone, and a restart forgets them. Calls that a HOST_DOWN has reset are not among them.',
  request: Type.Object({
    mchid: optional(mchid),
    op: optional(text('The name of the call', 64)),
    ...page,
  }),
  reply: listOf(call),
  problems: [],
})
