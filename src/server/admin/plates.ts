import { findPlateService } from '../../owners/plate-service.ts'
import { openPlate, type PlateOutcome, pausePlate, removePlate, resumePlate } from '../../owners/plates.ts'
import type { Rules } from '../../platform.ts'
import { checkPlate, type PlateColor } from '../../protocol/plate.ts'
import type { Statements } from '../../store/database.ts'
import * as contract from './contract/plates.ts'
import { adminEndpoint } from './operation.ts'
import { pageOf } from './pages.ts'
import { conflict, invalidFields } from './problems.ts'
import { shown } from './show.ts'

interface PlateKey {
  plate_number: string
  plate_color: PlateColor
}

const CHANGES = { NORMAL: resumePlate, PAUSE: pausePlate }

export const plates = [
  adminEndpoint(contract.listPlates, ({ owner_id, ...page }, { platform }) =>
    pageOf(
      platform.db,
      page,
      {
        select: 'SELECT plate_number, plate_color FROM plates',
        conditions: [['owner_id = ?', owner_id]],
        key: { plate_number: 'text', plate_color: 'text' },
      },
      (row: PlateKey) => detailOf(platform.db, row),
    ),
  ),
  adminEndpoint(contract.getPlate, (request, { platform }) => {
    requirePlate(request, platform.rules)
    return detailOf(platform.db, request)
  }),
  adminEndpoint(contract.putPlate, async ({ service_state, ...given }, { platform }) => {
    requirePlate(given, platform.rules)
    return platform.db.transaction(async tx => {
      const { plate_number, plate_color } = given
      const owner_id = given.owner_id ?? (await findPlateService(tx, plate_number, plate_color)).owner_id
      if (!owner_id)
        throw invalidFields({ field: 'owner_id', issue: 'is required, because nobody has opened the plate' })
      const plate = { ...given, owner_id }
      requireDone(await openPlate(tx, platform, plate), owner_id)
      if (service_state) requireDone(await CHANGES[service_state](tx, platform, plate), owner_id)
      return detailOf(tx, plate)
    })
  }),
  adminEndpoint(contract.deletePlate, async (request, { platform }) => {
    requirePlate(request, platform.rules)
    return platform.db.transaction(async tx => {
      const { owner_id } = await findPlateService(tx, request.plate_number, request.plate_color)
      if (owner_id) requireDone(await removePlate(tx, platform, { ...request, owner_id }), owner_id)
      return detailOf(tx, request)
    })
  }),
]

const FAULTS = {
  number: { field: 'plate_number', issue: 'is no plate of GA 36' },
  color: { field: 'plate_color', issue: 'is no colour that this plate can have' },
}

function requirePlate(
  { plate_number, plate_color }: PlateKey,
  { plateSyntax }: Pick<Rules, 'plateSyntax'>,
): void {
  if (plateSyntax === 'ANY') return
  const fault = checkPlate(plate_number, plate_color)
  if (fault) throw invalidFields(FAULTS[fault])
}

function requireDone(outcome: PlateOutcome, ownerId: string): void {
  if (outcome === 'owner_unknown') throw conflict(`There is no owner ${ownerId}; make the owner first.`)
  if (outcome === 'plate_taken') throw conflict("The plate is another owner's; remove it first.")
  if (outcome === 'plate_not_opened') throw conflict('The plate was not opened; open it first.')
}

async function detailOf(db: Statements, { plate_number, plate_color }: PlateKey) {
  const { wallet_state: _, ...service } = await findPlateService(db, plate_number, plate_color)
  return shown({ plate_number, plate_color, ...service }, ['service_open_time'])
}
