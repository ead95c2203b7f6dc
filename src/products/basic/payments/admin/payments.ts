import { type AdminContext, adminEndpoint } from '../../../../admin/operation.ts'
import { adminList } from '../../../../admin/pages.ts'
import { conflict, invalidFields, notFound } from '../../../../admin/problems.ts'
import { shown } from '../../../../admin/show.ts'
import type { Static } from '../../../../contract/schema.ts'
import { isPayer } from '../../../../payers/payers.ts'
import { clientResult } from '../client-result.ts'
import type { Entry } from '../open-order.ts'
import { pay } from '../pay.ts'
import type { PaymentResult } from '../payment-results.ts'
import { usualAction } from '../sandbox-payers.ts'
import * as contract from './payments.contract.ts'

type Request = Static<(typeof contract.putPayment)['request']>
type Row = Omit<PaymentResult, 'explanation'> & {
  payment_id: string
  create_time: number
  explanation: string
}

export const payments = [
  adminEndpoint(contract.putPayment, async (request, { platform }) => {
    const { payer_id, payment_id, source } = request
    const action = request.action ?? usualAction(payer_id)
    await requirePayer(request, { platform })
    const entry = entryOf(request)
    const done = await pay(platform, { payer_id, payment_id, entry, action, source })
    if (done === 'other_content')
      throw conflict('The payment_id is used by something else that the payer did. Give another payment_id.')
    const { explanation, ...rest } = done
    const client = clientResult(entry.way, done)
    return { payment_id, ...shownResult({ ...rest, explanation }), ...(client && { client }) }
  }),
  adminList(
    contract.listPayments,
    {
      select:
        'SELECT payment_id, mchid, out_trade_no, state, shown, explanation, create_time FROM payer_payments',
      filters: { payer_id: 'payer_id' },
      key: { create_time: 'number', payment_id: 'text' },
      newestFirst: true,
    },
    ({ create_time, explanation, payment_id, ...row }: Row) => ({
      payment_id,
      ...shownResult({ ...row, explanation: JSON.parse(explanation) as string[] }),
      ...shown({ create_time }, ['create_time']),
    }),
    requirePayer,
  ),
]

async function requirePayer(
  { payer_id }: { payer_id: string },
  { platform }: Pick<AdminContext, 'platform'>,
): Promise<void> {
  if (!(await isPayer(platform.db, payer_id))) throw notFound('payer', payer_id)
}

function entryOf(request: Request): Entry {
  const { code_url, h5_url, jsapi, mini_program, app, appid } = request
  const entries: Entry[] = [
    ...(code_url === undefined ? [] : [{ way: 'code_url', url: code_url } as const]),
    ...(h5_url === undefined ? [] : [{ way: 'h5_url', url: h5_url } as const]),
    ...(jsapi === undefined ? [] : [{ way: 'jsapi', parameters: jsapi } as const]),
    ...(mini_program === undefined
      ? []
      : [{ way: 'mini_program', parameters: mini_program, appid } as const]),
    ...(app === undefined ? [] : [{ way: 'app', parameters: app } as const]),
  ]
  const [entry] = entries
  if (!entry || entries.length > 1)
    throw invalidFields({
      field: 'code_url',
      issue: 'or one of h5_url, jsapi, mini_program and app has to be there, and only one',
    })
  return entry
}

function shownResult({ mchid, out_trade_no, state, shown: text, explanation }: PaymentResult) {
  return {
    state,
    ...(out_trade_no && { mchid, out_trade_no }),
    ...(text && { shown: text, explanation: [...explanation] }),
  }
}
