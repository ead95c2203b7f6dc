import { oneOf } from '../../../../admin/fields.ts'
import * as Type from '../../../../contract/schema.ts'
import { PLATE_COLORS, PLATE_PATTERN } from '../plate.ts'

export const plateNumber = Type.String({
  description: 'Letters and digits, without separators',
  minBytes: 1,
  maxBytes: 32,
  pattern: PLATE_PATTERN,
})
export const plateColor = oneOf('Colour of the plate', PLATE_COLORS)
