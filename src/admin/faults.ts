import { MAX_FAULTS, type NewFault, WrongFault } from '../faults/faults.ts'
import { type Fault, type FaultRow, faultOf } from '../faults/rules.ts'
import * as contract from './faults.contract.ts'
import { adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { conflict, invalidFields, notFound } from './problems.ts'

export const faults = [
  adminList(
    contract.listFaults,
    { select: 'SELECT * FROM faults', key: { fault_id: 'text' } },
    (row: FaultRow) => shownFault(faultOf(row)),
  ),
  adminEndpoint(contract.getFault, async ({ fault_id }, { platform }) => {
    const fault = await platform.faults.find(fault_id)
    if (!fault) throw notFound('fault', fault_id)
    return shownFault(fault)
  }),
  adminEndpoint(contract.putFault, async (request, { platform }) => {
    const fault = await platform.faults.put(request as NewFault).catch(error => {
      if (!(error instanceof WrongFault)) throw error
      const { field, issue } = error
      throw invalidFields({ field, issue })
    })
    if (fault === 'too_many')
      throw conflict(`There are ${MAX_FAULTS} rules, which is the limit; delete one first.`)
    return shownFault(fault)
  }),
  adminEndpoint(contract.deleteFault, async ({ fault_id }, { platform }) => {
    await platform.faults.remove(fault_id)
    return { fault_id }
  }),
]

/** Filters that fit everything are left out, and so is a delay that the kind does not have. */
function shownFault({ fields, ...fault }: Fault): FaultReply {
  const hasFields = Object.keys(fields).length > 0
  const shown = Object.entries({ ...fault, ...(hasFields && { fields }) }).filter(
    ([name, value]) => value !== null && value !== '' && !(name === 'delay_ms' && value === 0),
  )
  return Object.fromEntries(shown) as FaultReply
}

type FaultReply = import('../contract/schema.ts').Static<(typeof contract.putFault)['reply']>
