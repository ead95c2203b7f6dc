import type { RecentCall } from '../http/recent-calls.ts'
import * as contract from './calls.contract.ts'
import { DEFAULT_LIMIT } from './fields.ts'
import { adminEndpoint } from './operation.ts'
import { invalidFields } from './problems.ts'
import { shown } from './show.ts'

export const calls = [
  adminEndpoint(contract.listCalls, async ({ mchid, op, after, limit = DEFAULT_LIMIT }, { calls }) => {
    const before = after === undefined ? Number.POSITIVE_INFINITY : Number(after)
    if (Number.isNaN(before))
      throw invalidFields({ field: 'after', issue: 'must be `next` of the page before' })
    const data = []
    let last: number | undefined
    for (const { number, call } of calls.newestFirst()) {
      const isMeant =
        number < before &&
        (mchid === undefined || call.mchid === mchid) &&
        (op === undefined || call.op === op)
      if (!isMeant) continue
      // One more than is asked for tells that there is another page.
      if (data.length === limit) return { data, next: String(last) }
      data.push(callOf(call))
      last = number
    }
    return { data }
  }),
]

function callOf({ injected, numbers, unknown_fields, ...call }: RecentCall) {
  const faults = Object.entries(injected).map(([kind, { fault_id }]) => ({ fault_id, kind }))
  return shown({ ...call, ...numbers, faults, unknown_fields }, ['wall_time']) as CallReply
}

type CallReply = import('../contract/schema.ts').Static<(typeof contract.listCalls)['reply']>['data'][number]
