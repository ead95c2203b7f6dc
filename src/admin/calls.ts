import { numberIn } from '../calls/call-texts.ts'
import type { RecentCall } from '../calls/recent-calls.ts'
import type { Static } from '../contract/schema.ts'
import { parseTime } from '../protocol/time.ts'
import * as contract from './calls.contract.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { notFound } from './problems.ts'
import { shown } from './show.ts'

type Listed = Static<(typeof contract.listCalls)['reply']>['data'][number]
type Detail = Static<(typeof contract.getCall)['reply']>

/** Of the request there is need of the first line only. */
const LISTED = `wall_time_us, request_id, is_verified, business_time, duration_ms, op, mchid, status, code, numbers, faults,
  unknown_fields, SUBSTR(request, 1, 4200) AS request`

/** Calls that are kept unless an option says otherwise, those without a right signature included. */
const USUALLY_KEPT = 11_000

export const calls = [
  adminList(
    contract.listCalls,
    {
      select: `SELECT ${LISTED} FROM recent_calls`,
      filters: {
        mchid: 'mchid',
        op: 'op',
        status: 'status',
        code: 'code',
        // Both engines find a text in another one like this, and tell upper from lower case.
        number: { where: "REPLACE(numbers, ?, '') <> numbers" },
        request_id: 'request_id',
        since: { where: 'wall_time_us >= ?' },
      },
      key: { wall_time_us: 'number', request_id: 'text' },
      newestFirst: true,
      atMost: USUALLY_KEPT,
    },
    listedOf,
    async ({ number, request_id, since }, { platform }) => {
      await platform.recentCalls.flush()
      return {
        number: number === undefined ? undefined : numberIn(number),
        request_id: request_id && withoutResult(request_id),
        since: since === undefined ? undefined : (parseTime(since) ?? 0) * 1000,
      }
    },
  ),
  adminEndpoint(contract.getCall, async ({ request_id }, { platform }) => {
    await Promise.all([platform.recentCalls.flush(), platform.refusals.settled()])
    const id = withoutResult(request_id)
    // The index has all that is asked for first, so that no text is read but the one that is meant.
    const found = await platform.db.get<Pick<RecentCall, 'wall_time_us'>>(
      'SELECT wall_time_us FROM recent_calls WHERE request_id = $1',
      id,
    )
    const row =
      found &&
      (await platform.db.get<RecentCall>(
        'SELECT * FROM recent_calls WHERE wall_time_us = $1 AND request_id = $2',
        found.wall_time_us,
        id,
      ))
    if (!row) throw notFound('call', request_id)
    const explained = await platform.db.get(
      'SELECT 1 AS one FROM refused_signatures WHERE request_id = $1',
      id,
    )
    return detailOf(row, explained !== undefined)
  }),
]

/** `Request-ID` has the number of the result behind a hyphen. */
function withoutResult(requestId: string): string {
  return requestId.split('-')[0] ?? ''
}

function listedOf({
  wall_time_us,
  request,
  is_verified,
  numbers,
  faults,
  unknown_fields,
  ...row
}: RecentCall): Listed {
  const [, method = '', target = ''] = /^(\S+) (.*)/.exec(request) ?? []
  return shown(
    {
      ...row,
      wall_time: Math.floor(wall_time_us / 1000),
      ...{ method, target, signature_valid: is_verified === 1 },
      numbers: JSON.parse(numbers ?? '{}'),
      faults: JSON.parse(faults ?? '[]'),
      unknown_fields: unknown_fields && JSON.parse(unknown_fields),
    },
    ['wall_time', 'business_time'],
  ) as Listed
}

function detailOf({ reply, ...row }: RecentCall, is_explained: boolean): Detail {
  const end = row.request.indexOf('\n\n')
  const [, ...headers] = row.request.slice(0, end).split('\n')
  const request_headers = Object.fromEntries(
    headers.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  return shown(
    {
      ...listedOf(row as RecentCall),
      ...{ request_headers, request_body: row.request.slice(end + 2) },
      ...{ request_length: row.request_length, reply_body: reply, reply_length: row.reply_length },
      ...{ signed_by: row.signed_by, is_explained },
    },
    [],
  ) as Detail
}
