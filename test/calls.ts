import { withQuery } from './platform.ts'

// Calls for tests of what is around every call: which product answers them is known only here.

/** The app and the payer whom {@link READ} is about. */
const QUERY = {
  appid: 'wxcbda96de0b165486',
  plate_number: '粤B10001',
  plate_color: 'BLUE',
  openid: 'oSandboxOwnerOfB100010000000',
}

/** The target of a read that the sandbox answers with 200, and refuses where the app is not bound or the permission is missing. */
export const READ = withQuery('/v3/vehicle/parking/services/find', QUERY)
/** The name of its call. */
export const READ_OP = 'parking.queryPlateService'
