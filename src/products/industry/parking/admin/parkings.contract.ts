import { count, flag, listOf, mchid, oneOf, page, shown, text, time } from '../../../../admin/fields.ts'
import { noticeReference } from '../../../../admin/notices.contract.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'
import { TRADE_STATES } from '../order-fields.ts'
import { PLATE_COLORS } from '../plate.ts'
import { plateColor, plateNumber } from './fields.ts'

const USABILITIES = ['NORMAL', 'OUT_SERVICE', 'PAUSE', 'OVERDUE', 'EVALUATION_FAILED'] as const

const listed = {
  id: shown('Entry id (停车入场ID)'),
  mchid,
  sub_mchid: shown('Empty in merchant mode'),
  out_parking_no: shown("The merchant's number"),
  plate_number: plateNumber,
  plate_color: plateColor,
  parking_name: shown('Car park'),
  start_time: shown('As it was sent'),
  free_duration: count('Seconds'),
  notify_url: shown('Where notices of its state go'),
  create_time: time('When it was made'),
  state_changes: count('How many notices of a change were sent'),
}

export const listParkings = adminOperation({
  name: 'listParkings',
  method: 'GET',
  path: '/admin/v1/parkings',
  title: 'Entries, the newest first',
  request: Type.Object({
    mchid: Type.Optional(mchid),
    out_parking_no: Type.Optional(text("The merchant's number; needs `mchid`", 64)),
    plate_number: Type.Optional(plateNumber),
    plate_color: Type.Optional(oneOf('Colour of the plate; needs `plate_number`', PLATE_COLORS)),
    ...page,
  }),
  reply: listOf(Type.Object(listed)),
  problems: [],
})

export const getParking = adminOperation({
  name: 'getParking',
  method: 'GET',
  path: '/admin/v1/parkings/{id}',
  title: 'An entry with what has become of it',
  request: Type.Object({ id: shown('Entry id') }),
  reply: Type.Object({
    ...listed,
    is_latest: flag("Whether it is its plate's newest, the only one that can be charged"),
    plate_usability: oneOf('Whether a stay with the plate can be charged now, and why not', USABILITIES),
    parking_state: oneOf('How it stands now, in the words of the notice: whether the stay can be charged', [
      'NORMAL',
      'BLOCKED',
    ] as const),
    blocked_state_description: Type.Optional(
      oneOf('Why it cannot; absent where the notice has no value for it, and none is sent', [
        'PAUSE',
        'OVERDUE',
        'REMOVE',
      ] as const),
    ),
    notices: Type.Array(noticeReference),
    charges: Type.Array(
      Type.Object({
        mchid,
        out_trade_no: shown('Order number'),
        trade_state: oneOf('State of the order', TRADE_STATES),
        deduction_attempts: count('Deductions that were tried'),
        due_at: Type.Optional(time('When the next is tried')),
      }),
    ),
  }),
  problems: ['NOT_FOUND'],
})
