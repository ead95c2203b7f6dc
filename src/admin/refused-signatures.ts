import type { Static } from '../contract/schema.ts'
import { CAUSES, type Cause } from '../diagnosis/causes.ts'
import { MAX_KEPT, type RefusedSignature } from '../diagnosis/refused-signatures.ts'
import { requestMessage } from '../protocol/signature.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { notFound } from './problems.ts'
import * as contract from './refused-signatures.contract.ts'
import { shown } from './show.ts'

type Listed = Static<(typeof contract.listRefusedSignatures)['reply']>['data'][number]
type Detail = Static<(typeof contract.getRefusedSignature)['reply']>

const LISTED =
  'request_id, wall_time, business_time, op, error, method, target, mchid, serial_no, cause, causes, explanation'

export const refusedSignatures = [
  adminList(
    contract.listRefusedSignatures,
    {
      select: `SELECT ${LISTED} FROM refused_signatures`,
      filters: { mchid: 'mchid', cause: 'cause' },
      key: { wall_time: 'number', request_id: 'text' },
      newestFirst: true,
      atMost: MAX_KEPT,
    },
    listedOf,
    (_request, { platform }) => platform.refusals.settled(),
  ),
  adminEndpoint(contract.getRefusedSignature, async ({ request_id }, { platform }) => {
    await platform.refusals.settled()
    const row = await platform.db.get<RefusedSignature>(
      'SELECT * FROM refused_signatures WHERE request_id = $1',
      request_id.split('-')[0] ?? '',
    )
    if (!row) throw notFound('refused signature', request_id)
    return detailOf(row)
  }),
]

function listedOf(row: RefusedSignature): Listed {
  return { ...presentIn(row), causes: causesOf(row) } as unknown as Listed
}

function detailOf(row: RefusedSignature): Detail {
  const body = row.body === null ? undefined : Buffer.from(row.body, 'base64')
  const { method, target, timestamp, nonce_str: nonce } = row
  const expected =
    body && nonce !== '' ? requestMessage({ method, target, timestamp, nonce, body }) : undefined
  const signed = row.signed_message === null ? undefined : Buffer.from(row.signed_message, 'base64')
  return {
    ...presentIn(row),
    causes: causesOf(row),
    what_to_do: causesOf(row)
      .map(cause => CAUSES[cause]?.whatToDo)
      .filter((text, index, all) => text && all.indexOf(text) === index)
      .join(' '),
    ...bothWays('body', body),
    ...bothWays('expected_message', expected),
    ...bothWays('signed_message', signed),
  } as unknown as Detail
}

function causesOf({ causes }: RefusedSignature): Cause[] {
  return JSON.parse(causes) as Cause[]
}

/** What could not be read of a header is no field of the reply. */
function presentIn(row: RefusedSignature): object {
  const entries = Object.entries(shown(row, ['wall_time', 'business_time']))
  const isMeant = ([name, value]: [string, unknown]) => value !== '' || name === 'authorization_header'
  return Object.fromEntries(entries.filter(isMeant))
}

/** As text for people, and in Base64 because bytes need not be UTF-8. */
function bothWays(name: string, bytes: Buffer | undefined): object {
  if (!bytes) return {}
  return { [name]: bytes.toString('utf8'), [`${name}_base64`]: bytes.toString('base64') }
}
