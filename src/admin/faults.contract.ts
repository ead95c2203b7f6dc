import * as Type from '../contract/schema.ts'
import { ACCESS_POINTS, ALWAYS, FAULT_KINDS, type FaultKind } from '../faults/rules.ts'
import { count, id, integer, listOf, mchid, oneOf, page, text } from './fields.ts'
import { adminOperation } from './operation.ts'

const MAX_DELAY_MS = 30 * 24 * 60 * 60 * 1000
const MAX_COUNT = 1_000_000_000

const faultId = id('The rule; rules are asked in the order of these names')

const kind = oneOf(
  Object.entries(FAULT_KINDS)
    .map(([name, { meaning }]) => `${name}: ${meaning}`)
    .join('. '),
  Object.keys(FAULT_KINDS) as FaultKind[],
)

const optional = {
  call: Type.Optional(text('Only calls of this name, such as `createRefund`', 64)),
  event_type: Type.Optional(text('Only notices of this type, such as `REFUND.SUCCESS`', 64)),
  mchid: Type.Optional(mchid),
  plate_number: Type.Optional(text('Calls and notices that name this plate', 32)),
  out_trade_no: Type.Optional(text('Calls and notices that name this order', 32)),
  out_refund_no: Type.Optional(text('Calls and notices that name this refund', 64)),
  host: Type.Optional(
    oneOf(
      'api: the main port and its official names. api2: the backup port and its official names',
      ACCESS_POINTS,
    ),
  ),
  count: Type.Optional(integer('How often it strikes at most; without limit unless said', 1, MAX_COUNT)),
  delay_ms: Type.Optional(
    integer(
      'LATENCY: wall time, at most 120000. NOTICE_DELAYED and NOTICE_REORDERED: business time, at most 30 days',
      1,
      MAX_DELAY_MS,
    ),
  ),
}
const probability = integer(
  'How likely it strikes, in hundredths of a percent; 10000, which is always, unless said',
  1,
  ALWAYS,
)
const seed = integer('Decides which matches it strikes; 0 unless said', 0, Number.MAX_SAFE_INTEGER)

const fault = {
  fault_id: faultId,
  kind,
  ...optional,
  probability,
  seed,
  matched: count('What it fitted and was asked about, since it was made'),
  struck: count('How often it struck'),
}

export const listFaults = adminOperation({
  name: 'listFaults',
  method: 'GET',
  path: '/admin/v1/faults',
  title: 'What goes wrong on purpose',
  request: Type.Object({ ...page }),
  reply: listOf(Type.Object(fault)),
  problems: [],
})

export const getFault = adminOperation({
  name: 'getFault',
  method: 'GET',
  path: '/admin/v1/faults/{fault_id}',
  title: 'A rule by which something goes wrong, and how often it has struck',
  request: Type.Object({ fault_id: faultId }),
  reply: Type.Object(fault),
  problems: ['NOT_FOUND'],
})

export const putFault = adminOperation({
  name: 'putFault',
  method: 'PUT',
  path: '/admin/v1/faults/{fault_id}',
  title: 'Lets something go wrong on purpose',
  description:
    'All fields together are the rule: with others than before it starts anew, with the same ones nothing changes. A filter ' +
    'that is not given fits everything; a rule that could never strike is refused. The n-th match strikes or not by the seed ' +
    'and n alone. There are 100 rules at most.',
  request: Type.Object({
    fault_id: faultId,
    kind,
    ...optional,
    probability: Type.Optional(probability),
    seed: Type.Optional(seed),
  }),
  reply: Type.Object(fault),
  problems: ['CONFLICT'],
})

export const deleteFault = adminOperation({
  name: 'deleteFault',
  method: 'DELETE',
  path: '/admin/v1/faults/{fault_id}',
  title: 'Takes a rule away; what it has struck already happens still',
  request: Type.Object({ fault_id: faultId }),
  reply: Type.Object({ fault_id: faultId }),
  problems: [],
})
