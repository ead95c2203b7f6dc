import { randomText } from '../../protocol/ids.ts'
import { machine } from '../transport/machine.ts'
import { type AppLaunch, type MiniProgramLaunch, pathWithQuery, present } from './launch.ts'

const APP_ID = 'wx5e73c65404eee268'
const USER_NAME = 'gh_5e259b7a73b1'
const PATH = 'pages/invest_list/invest_list'
const NONCE_LENGTH = 32

/** What the repayment page gets. */
export interface RepaymentParameters {
  /** The merchant's app id; the page's table names a fixed one, its samples have this. */
  appid: string
  /** The direct merchant's number, or the service provider's. */
  mchid: string
  /** In partner mode, with `sub_openid`. */
  sub_appid?: string
  /** In partner mode. This page spells the name with one underscore more than all others. */
  sub_mch_id?: string
  /** The user under `appid`. In partner mode either this or `sub_openid`. */
  openid?: string
  /** The user under `sub_appid`. */
  sub_openid?: string
  /** Up to 32 characters; drawn unless said. */
  nonce_str?: string
}

/**
 * The page on which a user repays what the platform has advanced (微信垫资还款). For merchants with the advance facility.
 * Nothing comes back but, after a repayment, the notice `TRANSACTION.PAY_BACK`. Each function throws a `TypeError`
 * without any openid.
 */
export const repaymentPage = {
  /** The argument of `wx.navigateToMiniProgram`, or attributes of a `<navigator target="miniProgram">`. */
  forMiniProgram(parameters: RepaymentParameters): MiniProgramLaunch {
    return { appId: APP_ID, path: PATH, extraData: fieldsOf(parameters) }
  },

  /** Members of `WXLaunchMiniProgram`, for an app. */
  forApp(parameters: RepaymentParameters): AppLaunch {
    return { userName: USER_NAME, path: pathWithQuery(PATH, fieldsOf(parameters)) }
  },
}

function fieldsOf(parameters: RepaymentParameters): Record<string, string> {
  const { mchid, sub_mch_id, appid, sub_appid, openid, sub_openid } = parameters
  const { nonce_str = randomText(NONCE_LENGTH, machine.random) } = parameters
  if (openid === undefined && sub_openid === undefined) throw new TypeError('openid or sub_openid is needed')
  return present({ mchid, sub_mch_id, appid, sub_appid, nonce_str, openid, sub_openid })
}
