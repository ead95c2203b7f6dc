import type {
  ParkingCreateTransactionRequest,
  ParkingQueryPlateServiceRequest,
} from '../generated/industry.ts'

/** The colour of a plate. */
export type PlateColor = ParkingQueryPlateServiceRequest['plate_color']
/** The stay of a charge. */
export type ParkingInfo = ParkingCreateTransactionRequest['parking_info']
