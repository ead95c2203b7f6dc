import { count, listOf, mchid, oneOf, page, shown, time } from '../../../../admin/fields.ts'
import { adminOperation } from '../../../../admin/operation.ts'
import * as Type from '../../../../contract/schema.ts'

export const listBills = adminOperation({
  name: 'listBills',
  method: 'GET',
  path: '/admin/v1/bills',
  title: 'Bills that were made, the newest first',
  description: 'A bill is made when it is first applied for, and stays as it is.',
  request: Type.Object({
    mchid: Type.Optional(mchid),
    bill_date: Type.Optional(
      Type.String({
        description: 'The day, in Beijing time, such as 2026-06-01',
        maxBytes: 10,
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      }),
    ),
    ...page,
  }),
  reply: listOf(
    Type.Object({
      bill_id: shown('By which the store has it'),
      mchid,
      sub_mchid: shown('One sub-merchant of the provider; empty for all'),
      bill_date: shown('The day'),
      kind: oneOf('Orders and refunds, or the flows of an account', ['TRADE', 'FUND_FLOW'] as const),
      type: shown('ALL, SUCCESS or REFUND; of fund flows BASIC, OPERATION or FEES'),
      row_count: count('Detail rows; without any there is no file'),
      byte_length: count('Bytes of the file'),
      gzip_length: count('Bytes of the file when it is compressed'),
      sha1: shown('Of the file, hexadecimal'),
      made_time: time('When it was made'),
    }),
  ),
  problems: [],
})
