import * as Type from '../contract/schema.ts'
import { count, flag, oneOf } from './fields.ts'
import { adminOperation } from './operation.ts'

export const getNode = adminOperation({
  name: 'getNode',
  method: 'GET',
  path: '/admin/v1/node',
  title: 'The node that answers, and whether there can be others',
  request: Type.Object({}),
  reply: Type.Object({
    store: oneOf('Where everything is kept', ['sqlite', 'postgres'] as const),
    is_shared: flag('Whether other nodes can be on the same store'),
    lag_ms: count(
      'How long it takes until other nodes act by a change of faults, clock or platform certificates, and until their calls are listed here: 0 where there are no others',
    ),
  }),
  problems: [],
})
