import { oneOf, text } from '../../../contract/fields.ts'
import { PLATE_COLORS, PLATE_PATTERN } from './plate.ts'

/** The value types of plates. */

export const plateColor = oneOf(
  '车牌颜色',
  PLATE_COLORS,
  'BLUE, GREEN (new energy), YELLOW, BLACK, WHITE, LIMEGREEN',
)
export const plateNumber = text('车牌号', 32, {
  pattern: PLATE_PATTERN,
  description: 'Letters and digits, without separators',
})
