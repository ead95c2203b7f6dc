import { adminEndpoint } from '../../../../admin/operation.ts'
import { adminList } from '../../../../admin/pages.ts'
import { conflict, invalidFields } from '../../../../admin/problems.ts'
import { shown } from '../../../../admin/show.ts'
import type { Statements } from '../../../../store/database.ts'
import { type ParkingOptions, parkingOptions } from '../options.ts'
import { checkPlate, type PlateColor } from '../plate.ts'
import { plateContext } from '../plate-context.ts'
import { findPlateService } from '../plate-service.ts'
import { openPlate, type PlateOutcome, pausePlate, removePlate, resumePlate } from '../plates.ts'
import * as contract from './plates.contract.ts'

interface PlateKey {
  plate_number: string
  plate_color: PlateColor
}

const CHANGES = { NORMAL: resumePlate, PAUSE: pausePlate }

export const plates = [
  adminList(
    contract.listPlates,
    {
      select: 'SELECT plate_number, plate_color FROM plates',
      filters: { payer_id: 'payer_id' },
      key: { plate_number: 'text', plate_color: 'text' },
    },
    (row: PlateKey, { platform }) => detailOf(platform.db, row),
  ),
  adminEndpoint(contract.getPlate, (request, { platform }) => {
    requirePlate(request, platform.options.of(parkingOptions))
    return detailOf(platform.db, request)
  }),
  adminEndpoint(contract.putPlate, async ({ service_state, ...given }, { platform }) => {
    requirePlate(given, platform.options.of(parkingOptions))
    return platform.db.transaction(async tx => {
      const { plate_number, plate_color } = given
      const payer_id = given.payer_id ?? (await findPlateService(tx, plate_number, plate_color)).payer_id
      if (!payer_id)
        throw invalidFields({ field: 'payer_id', issue: 'is required, because nobody has opened the plate' })
      const plate = { ...given, payer_id }
      requireDone(await openPlate(tx, plateContext(platform), plate), payer_id)
      if (service_state)
        requireDone(await CHANGES[service_state](tx, plateContext(platform), plate), payer_id)
      return detailOf(tx, plate)
    })
  }),
  adminEndpoint(contract.deletePlate, async (request, { platform }) => {
    requirePlate(request, platform.options.of(parkingOptions))
    return platform.db.transaction(async tx => {
      const { payer_id } = await findPlateService(tx, request.plate_number, request.plate_color)
      if (payer_id)
        requireDone(await removePlate(tx, plateContext(platform), { ...request, payer_id }), payer_id)
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
  { plateSyntax }: Pick<ParkingOptions, 'plateSyntax'>,
): void {
  if (plateSyntax === 'ANY') return
  const fault = checkPlate(plate_number, plate_color)
  if (fault) throw invalidFields(FAULTS[fault])
}

function requireDone(outcome: PlateOutcome, payerId: string): void {
  if (outcome === 'payer_unknown') throw conflict(`There is no payer ${payerId}; make the payer first.`)
  if (outcome === 'plate_taken') throw conflict("The plate is another payer's; remove it first.")
  if (outcome === 'plate_not_opened') throw conflict('The plate was not opened; open it first.')
}

async function detailOf(db: Statements, { plate_number, plate_color }: PlateKey) {
  const { wallet_state: _, ...service } = await findPlateService(db, plate_number, plate_color)
  return shown({ plate_number, plate_color, ...service }, ['service_open_time'])
}
