import type { Operation } from '../../../contract/operation.ts'
import { parameterError } from '../../../contract/validate.ts'
import type { Merchant } from '../../../merchants/merchants.ts'
import { refusedNotifyUrl } from '../../../notices/notify-url.ts'
import type { noticesOptions } from '../../../notices/options.ts'
import type { ValuesOf } from '../../../options/options.ts'
import type { ParkingOptions } from './options.ts'
import { checkPlate, type PlateColor } from './plate.ts'

/**
 * Where plates are held to GA 36, refuses a number that is none and a colour that the plate cannot have. `under` is the
 * pointer of their object.
 */
export function requirePlate(
  declared: Operation,
  { plate_number, plate_color }: { plate_number: string; plate_color: PlateColor },
  { plateSyntax }: Pick<ParkingOptions, 'plateSyntax'>,
  under = '',
): void {
  if (plateSyntax === 'ANY') return
  const fault = checkPlate(plate_number, plate_color)
  if (fault === 'number') {
    throw parameterError(
      declared,
      `${under}/plate_number`,
      plate_number,
      '输入源“{source}”映射到值字段“车牌号”校验失败，不是合法的车牌号',
    )
  }
  if (fault === 'color') {
    throw parameterError(
      declared,
      `${under}/plate_color`,
      plate_color,
      '输入源“{source}”映射到值字段“车牌颜色”校验失败，与车牌号不匹配',
    )
  }
}

/** Refuses a notify_url that nothing is sent to: the merchant's own profile decides, else the platform's. */
export function requireNotifyUrl(
  declared: Operation,
  notifyUrl: string,
  { notify_profile }: Pick<Merchant, 'notify_profile'>,
  { profile }: ValuesOf<typeof noticesOptions>,
): void {
  const issue = refusedNotifyUrl(notifyUrl, notify_profile || profile)
  if (issue) throw parameterError(declared, '/notify_url', notifyUrl, issue)
}
