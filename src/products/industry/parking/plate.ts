/** Colours of a plate, as the wire names them. */
export const PLATE_COLORS = ['BLUE', 'GREEN', 'YELLOW', 'BLACK', 'WHITE', 'LIMEGREEN'] as const
export type PlateColor = (typeof PLATE_COLORS)[number]

/**
 * What a plate may be made of: letters of any script and digits. The documents say no more than that it has no separators
 * and no special characters; cameras read military and trial plates, and misread others.
 */
export const PLATE_PATTERN = '^[\\p{L}\\p{Nd}]+$'
/** Whether every such text is a plate, or only those that GA 36 knows, in the colours that it gives them. */
export const PLATE_SYNTAXES = ['ANY', 'GA36'] as const
export type PlateSyntax = (typeof PLATE_SYNTAXES)[number]

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
/** Letters of a plate: I and O are left out, because they look like 1 and 0. */
const LETTER = 'A-HJ-NP-Z'

interface PlateForm {
  name: string
  pattern: RegExp
  colors: readonly PlateColor[]
}

/** Province and city: the letter O is public security's in some provinces. */
const PREFIX = `[${PROVINCES}][A-HJ-Z]`

/**
 * The forms of plates in GA 36-2018 and the colours that each can have. No two forms share a number.
 *
 * An ordinary number has five places, at most two of them letters. New energy has six: small cars have a letter of A to
 * K in first place, large ones in last.
 */
const FORMS: readonly PlateForm[] = [
  {
    name: 'ordinary',
    pattern: new RegExp(`^${PREFIX}(?=(?:\\d*[A-Z]){0,2}\\d*$)[${LETTER}0-9]{5}$`),
    colors: ['BLUE', 'YELLOW', 'BLACK'],
  },
  {
    name: 'new energy, small',
    pattern: new RegExp(`^${PREFIX}[A-HJK][${LETTER}0-9]\\d{4}$`),
    colors: ['GREEN'],
  },
  { name: 'new energy, large', pattern: new RegExp(`^${PREFIX}\\d{5}[A-HJK]$`), colors: ['LIMEGREEN'] },
  { name: 'police', pattern: new RegExp(`^${PREFIX}[${LETTER}0-9]{4}警$`), colors: ['WHITE'] },
  { name: 'trailer', pattern: new RegExp(`^${PREFIX}[${LETTER}0-9]{4}挂$`), colors: ['YELLOW'] },
  { name: 'driving school', pattern: new RegExp(`^${PREFIX}[${LETTER}0-9]{4}学$`), colors: ['YELLOW'] },
  { name: 'Hong Kong, Macau', pattern: new RegExp(`^粤Z[${LETTER}0-9]{4}[港澳]$`), colors: ['BLACK'] },
  { name: 'embassy', pattern: /^(?:使\d{6}|\d{6}使)$/, colors: ['BLACK'] },
  { name: 'consulate', pattern: new RegExp(`^${PREFIX}[${LETTER}0-9]{4}领$`), colors: ['BLACK'] },
  // No car has six digits on a blue plate, but the documents' own sample has, and their request must work.
  { name: 'sample of the documents', pattern: /^粤B888888$/, colors: ['BLUE'] },
]

/** What GA 36 has against a plate: its number is none, or it exists but not in this colour. */
export type PlateFault = 'number' | 'color'

/** Checks a plate by GA 36; `undefined` when number and colour can stand on one car. */
export function checkPlate(plateNumber: string, plateColor: PlateColor): PlateFault | undefined {
  const form = FORMS.find(candidate => candidate.pattern.test(plateNumber))
  if (!form) return 'number'
  return form.colors.includes(plateColor) ? undefined : 'color'
}
