import { plateNumber } from '../contract/fields.ts'
import type { TSchema } from '../contract/schema.ts'
import { conforms } from '../contract/validate.ts'
import type { Nameable, Named } from '../faults/rules.ts'
import { endpoints, notices } from '../products/index.ts'

type Properties = Readonly<Record<string, TSchema>>

/** What faults can be about: every call and every type of notice with what they name, from their declarations. */
export const nameable: Nameable = {
  call: Object.fromEntries(
    endpoints.map(({ operation: { name, request, reply } }) => [
      name,
      { fields: namesIn(request.properties), isSigned: (reply as { type?: string }).type === 'object' },
    ]),
  ),
  notice: Object.fromEntries(
    notices.flatMap(({ events, resource }) =>
      Object.keys(events).map(type => [type, { fields: namesIn(resource.properties), isSigned: true }]),
    ),
  ),
}

function namesIn({ plate_number, parking_info, out_trade_no, out_refund_no }: Properties): Named['fields'] {
  return {
    // What no call takes as a plate is never charged.
    ...((plate_number || parking_info) && { plate_number: value => !conforms(plateNumber, value) }),
    ...(out_trade_no && { out_trade_no: value => !conforms(out_trade_no, value) }),
    ...(out_refund_no && { out_refund_no: value => !conforms(out_refund_no, value) }),
  }
}
