import type { PlateColor } from '../parking/types.ts'
import { type AppLaunch, type MiniProgramLaunch, pathWithQuery, present } from './launch.ts'

const APP_ID = 'wxbcad394b3d99dac9'
const USER_NAME = 'gh_518c42c65952'
const PATH = '/pages/auth-creditpay/auth-creditpay'

/** What the opening page gets. The app id that launches it must be bound to the merchant, or to the sub-merchant. */
export interface OpeningParameters {
  /** The direct merchant's number, or the service provider's. */
  mchid: string
  /** In partner mode, and only there: a provider's permission does not serve a launch in merchant mode. */
  sub_mchid?: string
  /** The user under the caller's app id. */
  openid: string
  plate_number: string
  plate_color: PlateColor
  trade_scene?: 'PARKING'
}

/**
 * The page of WeChat's mini program on which a user opens the service for a plate (开通页). Nothing is signed, and the
 * outcome is not reported to whoever launched it: call `queryPlateService` when the user is back.
 *
 * The documents also name a plate management page (车牌管理页) for plates that are opened, without an app id, a path or
 * parameters; so nothing here leads to it.
 */
export const openingPage = {
  /**
   * The argument of `wx.navigateToMiniProgram`. The user is back when `onShow` gets `scene` 1038 and a
   * `referrerInfo.appId` of this `appId`. Official page: 小程序调起开通页.
   */
  forMiniProgram(parameters: OpeningParameters): MiniProgramLaunch {
    return { appId: APP_ID, path: PATH, extraData: fieldsOf(parameters) }
  },

  /** Attributes of the open tag `wx-open-launch-weapp`, for a page inside WeChat. Official page: H5调起开通页. */
  forH5(parameters: OpeningParameters): { username: string; path: string } {
    return { username: USER_NAME, path: pathWithQuery(PATH, fieldsOf(parameters)) }
  },

  /** Members of `WXLaunchMiniProgram`, for an app. Official page: APP拉起开通页. */
  forApp(parameters: OpeningParameters): AppLaunch {
    return { userName: USER_NAME, path: pathWithQuery(PATH, fieldsOf(parameters)) }
  },
}

function fieldsOf(parameters: OpeningParameters): Record<string, string> {
  const { mchid, sub_mchid, openid, plate_number, plate_color, trade_scene = 'PARKING' } = parameters
  return present({ mchid, sub_mchid, openid, plate_number, plate_color, trade_scene })
}
