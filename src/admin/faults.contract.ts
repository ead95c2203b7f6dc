import * as Type from '../contract/schema.ts'
import {
  ACCESS_POINTS,
  ALWAYS,
  FAULT_KINDS,
  type FaultKind,
  type FieldFilter,
  MAX_FIELDS,
} from '../faults/rules.ts'
import { count, id, integer, listOf, mchid, oneOf, page, text } from './fields.ts'
import { adminOperation } from './operation.ts'

const MAX_DELAY_MS = 30 * 24 * 60 * 60 * 1000
const MAX_COUNT = 1_000_000_000

const faultId = id('The rule; rules are matched in the order of these names')

const kind = oneOf(
  Object.entries(FAULT_KINDS)
    .map(([name, { meaning }]) => `${name}: ${meaning}`)
    .join('. '),
  Object.keys(FAULT_KINDS) as FaultKind[],
)

const fields = Type.Unsafe<FieldFilter>({
  type: 'object',
  description:
    'Only calls whose request, or notices whose plaintext, has all of these fields with these values, each at any depth, ' +
    `such as \`{"out_trade_no": "A1"}\`: at most ${MAX_FIELDS} texts, whole numbers and flags`,
  maxProperties: MAX_FIELDS,
  additionalProperties: { type: ['string', 'integer', 'boolean'], maxBytes: 512 },
})

const optional = {
  call: Type.Optional(text('Only calls of this name, such as `createRefund`', 64)),
  product: Type.Optional(
    text('Only notices of this product, such as `refunds`: several may send one event type', 64),
  ),
  event_type: Type.Optional(text('Only notices of this type, such as `REFUND.SUCCESS`', 64)),
  mchid: Type.Optional(mchid),
  fields: Type.Optional(fields),
  host: Type.Optional(
    oneOf(
      'api: the main port and its official names. api2: the backup port and its official names',
      ACCESS_POINTS,
    ),
  ),
  count: Type.Optional(
    integer('How often the fault is injected at most; without limit unless said', 1, MAX_COUNT),
  ),
  delay_ms: Type.Optional(
    integer(
      'LATENCY: wall time, at most 120000. NOTICE_DELAYED and NOTICE_REORDERED: business time, at most 30 days',
      1,
      MAX_DELAY_MS,
    ),
  ),
}
const probability = integer(
  'How likely a match gets the fault, in hundredths of a percent; 10000, which is always, unless said',
  1,
  ALWAYS,
)
const seed = integer('Decides which matches get the fault; 0 unless said', 0, Number.MAX_SAFE_INTEGER)

const fault = {
  fault_id: faultId,
  kind,
  ...optional,
  probability,
  seed,
  matched: count('How often it matched since it was made'),
  injected: count('How often the fault was injected'),
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
  title: 'A rule by which something goes wrong, and how often its fault was injected',
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
    'that is not given fits everything; a rule that could never match is refused. Whether the n-th match gets the fault is ' +
    'decided only by the seed and n. There are 100 rules at most.',
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
  title: 'Takes a rule away; faults that were injected already still happen',
  request: Type.Object({ fault_id: faultId }),
  reply: Type.Object({ fault_id: faultId }),
  problems: [],
})
