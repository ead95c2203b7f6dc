import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPlate, PLATE_COLORS, PLATE_PATTERN, type PlateColor } from './plate.ts'

/** Any UTF-16 unit, also half a surrogate pair. */
const character = fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))

/** Every form of plate with the colours it can have; it is refused in all others. */
const FORMS: [name: string, plates: string[], colors: PlateColor[]][] = [
  ['ordinary, five digits', ['粤B12345', '京A00000', '沪C99999'], ['BLUE', 'YELLOW', 'BLACK']],
  ['ordinary, one letter', ['粤BA1234', '粤B1234A', '粤B12A34'], ['BLUE', 'YELLOW', 'BLACK']],
  ['ordinary, two letters', ['粤BAB123', '粤B1A2B3', '粤B123ZZ'], ['BLUE', 'YELLOW', 'BLACK']],
  ['city letter O', ['粤O12345', '云OA1234'], ['BLUE', 'YELLOW', 'BLACK']],
  ['new energy, small', ['粤BD12345', '粤BF12345', '粤BDA1234', '粤BA00000', '粤BKZ0000'], ['GREEN']],
  ['new energy, large', ['粤B12345D', '粤B12345F', '粤B00000A', '粤B99999K'], ['LIMEGREEN']],
  ['police', ['粤B1234警', '京AA123警'], ['WHITE']],
  ['trailer', ['粤B1234挂', '粤BAB12挂'], ['YELLOW']],
  ['driving school', ['粤B1234学'], ['YELLOW']],
  ['Hong Kong and Macau', ['粤Z1234港', '粤ZAB12澳'], ['BLACK']],
  ['embassy', ['使123456', '123456使'], ['BLACK']],
  ['consulate', ['粤A1234领'], ['BLACK']],
]

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'

test('every form of plate is taken in its colours and in no other', () => {
  for (const [name, plates, colors] of FORMS) {
    for (const plate of plates) {
      for (const color of PLATE_COLORS) {
        const fault = colors.includes(color) ? undefined : 'color'
        assert.equal(checkPlate(plate, color), fault, `${name}: ${plate} in ${color}`)
      }
    }
  }
})

test("the documents' sample is taken in blue, as they have it, and in no other colour", () => {
  assert.equal(checkPlate('粤B888888', 'BLUE'), undefined)
  for (const color of PLATE_COLORS) {
    if (color !== 'BLUE') assert.equal(checkPlate('粤B888888', color), 'color', color)
  }
  assert.equal(checkPlate('粤B888889', 'BLUE'), 'number')
})

test('all thirty-one provinces have plates', () => {
  assert.equal(new Set(PROVINCES).size, 31)
  for (const province of PROVINCES) assert.equal(checkPlate(`${province}A12345`, 'BLUE'), undefined, province)
})

test('what is no plate is no plate in any colour', () => {
  for (const plate of [
    '',
    '粤',
    '粤B',
    '粤B1234',
    '粤B123456',
    '粤B1234567',
    '粤BABC12',
    '粤BABCDE',
    '粤I12345',
    '粤BI1234',
    '粤B1234I',
    '粤BO1234',
    '粤B1234O',
    '粤b12345',
    '粤Ba1234',
    '粤Ｂ12345',
    '粤B１2345',
    '粤B·12345',
    '粤B-12345',
    '粤B 12345',
    ' 粤B12345',
    '粤B12345 ',
    '粤B12345\n',
    '粤B12345\0',
    '粤BL12345',
    '粤B12345L',
    '粤BDO1234',
    '粤BDAB123',
    '粤B1234D5',
    '粤BD12345D',
    '粤B123警',
    '粤B12345警',
    '警粤B1234',
    '京Z1234港',
    '粤Z12345港',
    '使12345',
    '使1234567',
    '使12345A',
    '123456',
    'ABC123',
    '香A12345',
    '台A12345',
    '粤粤12345',
    '粤112345',
    '粤B12345粤B12345',
    '😀B12345',
  ]) {
    for (const color of PLATE_COLORS) assert.equal(checkPlate(plate, color), 'number', `${plate} in ${color}`)
  }
})

test('a green plate has eight places and a blue one seven', () => {
  assert.equal(checkPlate('粤BD12345', 'BLUE'), 'color')
  assert.equal(checkPlate('粤BD1234', 'GREEN'), 'color')
  assert.equal(checkPlate('粤BD123456', 'GREEN'), 'number')
  assert.equal(checkPlate('粤B12345', 'GREEN'), 'color')
})

test('the letters I and O stand in no number, because they look like 1 and 0', () => {
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    const expected = 'IO'.includes(letter) ? 'number' : undefined
    assert.equal(checkPlate(`粤B${letter}2345`, 'BLUE'), expected, letter)
  }
})

const ANY_PLATE = new RegExp(PLATE_PATTERN, 'u')

test('without GA 36 everything of letters and digits is a plate, so is what GA 36 knows', () => {
  const known = FORMS.flatMap(([, plates]) => plates)
  for (const plate of [...known, 'WJ粤12345', '京X1234应急', '粤B1234超', '粤b12345', '粤BI1234', '粤𠀀1'])
    assert.match(plate, ANY_PLATE)
  for (const plate of [
    '',
    ' ',
    '粤B·12345',
    '粤B-12345',
    '粤B 1',
    '粤B1\n',
    '粤B1\0',
    '粤B_1',
    '粤B①',
    '😀B12345',
    '粤B\ud800',
  ])
    assert.doesNotMatch(plate, ANY_PLATE)
})

const color = fc.constantFrom(...PLATE_COLORS)

test('no text makes it throw, however long it is', () => {
  const text = fc.oneof(
    fc.string({ unit: character, maxLength: 40 }),
    fc.array(fc.constantFrom(...'粤BDIO0189使警挂学港澳领 \n')).map(characters => characters.join('')),
  )
  fc.assert(
    fc.property(text, color, (plate, plateColor) => {
      assert.ok([undefined, 'number', 'color'].includes(checkPlate(plate, plateColor)))
    }),
  )
  assert.equal(checkPlate(`粤B${'1'.repeat(1_000_000)}`, 'BLUE'), 'number')
})

test('a number is a plate in some colour or in none: no colour turns a plate into no plate', () => {
  const plate = fc.stringMatching(/^[粤京使][A-D1][A-D0-2]{4,6}[A-D0-2警挂学港领]?$/)
  fc.assert(
    fc.property(plate, number => {
      const faults = new Set(PLATE_COLORS.map(plateColor => checkPlate(number, plateColor)))
      assert.ok(faults.has('number') ? faults.size === 1 : faults.has(undefined))
    }),
  )
})
