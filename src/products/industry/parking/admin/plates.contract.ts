import { listOf, oneOf, page, payerId, time } from '../../../../admin/fields.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'
import { plateColor, plateNumber } from './fields.ts'

const plate = Type.Object({
  plate_number: plateNumber,
  plate_color: plateColor,
  payer_id: Type.Optional(payerId),
  service_state: oneOf('OUT_SERVICE when nobody has opened it', ['NORMAL', 'PAUSE', 'OUT_SERVICE'] as const),
  service_open_time: Type.Optional(time('When it was opened')),
  usability: oneOf('Whether a stay can be charged now, and why not', [
    'NORMAL',
    'OUT_SERVICE',
    'PAUSE',
    'OVERDUE',
    'EVALUATION_FAILED',
  ] as const),
})

const path = '/admin/v1/plates/{plate_number}/{plate_color}'
const key = { plate_number: plateNumber, plate_color: plateColor }

export const listPlates = adminOperation({
  name: 'listPlates',
  method: 'GET',
  path: '/admin/v1/plates',
  title: 'Plates that were opened or seen',
  request: Type.Object({ payer_id: Type.Optional(payerId), ...page }),
  reply: listOf(plate),
  problems: [],
})

export const getPlate = adminOperation({
  name: 'getPlate',
  method: 'GET',
  path,
  title: 'A plate; one that nobody has opened is OUT_SERVICE',
  request: Type.Object(key),
  reply: plate,
  problems: [],
})

export const putPlate = adminOperation({
  name: 'putPlate',
  method: 'PUT',
  path,
  title: 'Opens a plate for a payer, pauses or resumes it',
  description:
    'A plate that nobody has opened needs its `payer_id`. Without `service_state` a plate that is paused stays so. The ' +
    'time of its opening is kept.',
  request: Type.Object({
    ...key,
    payer_id: Type.Optional(payerId),
    service_state: Type.Optional(oneOf('What it shall be', ['NORMAL', 'PAUSE'] as const)),
  }),
  reply: plate,
  problems: ['CONFLICT'],
})

export const deletePlate = adminOperation({
  name: 'deletePlate',
  method: 'DELETE',
  path,
  title: 'Removes a plate from its payer; anybody can open it anew',
  request: Type.Object(key),
  reply: plate,
  problems: ['CONFLICT'],
})
