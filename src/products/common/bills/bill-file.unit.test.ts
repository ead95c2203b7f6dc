import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fileOf, readBill } from '../../../../test/bills.ts'
import {
  BYTE_ORDER_MARK,
  billTime,
  dataLine,
  escaped,
  feeYuan,
  headerLine,
  percent,
  yuan,
} from './bill-file.ts'

test('headers stand as they are, data has a back-tick before every cell, lines end with CR and LF', () => {
  assert.equal(headerLine(['交易时间', '费率']), '交易时间,费率\r\n')
  assert.equal(dataLine(['1', '', '2']), '`1,`,`2\r\n')
  assert.deepEqual(Buffer.from(BYTE_ORDER_MARK), Buffer.from([0xef, 0xbb, 0xbf]))
})

test('amounts are yuan, fees have five decimals, rates are percentages, times are of Beijing', () => {
  assert.deepEqual([0, 1, 10, 100, 123_456, -1, -100].map(yuan), [
    '0.00',
    '0.01',
    '0.10',
    '1.00',
    '1234.56',
    '-0.01',
    '-1.00',
  ])
  assert.equal(yuan(-0), '0.00')
  assert.deepEqual([0, 5, -5, 250].map(feeYuan), ['0.00000', '0.05000', '-0.05000', '2.50000'])
  assert.deepEqual([0, 38, 60, 100, 10_000].map(percent), ['0.00%', '0.38%', '0.60%', '1.00%', '100.00%'])
  assert.equal(billTime(Date.parse('2017-08-26T23:59:59.999+08:00')), '2017-08-26 23:59:59')
})

test('each character that a cell cannot have is written in its own way', () => {
  assert.equal(escaped('a,b'), 'a\\ b')
  assert.equal(escaped('a\\b'), 'a\\\\b')
  assert.equal(escaped('a\r\nb'), 'a\\r\\nb')
  assert.equal(escaped('a\u0001b'), 'a b')
  assert.equal(escaped('停车场`"扣费"'), '停车场`"扣费"')
})

test('whatever merchants write, the reader gets it back, but for byte 1', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('\\', ',', '\r', '\n', '`', ' ', 'r', 'n', '停', '\u0001'))
      .map(all => all.join('')),
  )
  fc.assert(
    fc.property(text, text, (one, other) => {
      const cells = dataLine([escaped(one), '2', escaped(other)]).slice(0, -2)
      const { rows } = readBill(fileOf('a,b,c', cells, 'd', '`0'))
      const read = (written: string) => written.replaceAll('\u0001', ' ')
      assert.deepEqual(rows, [{ a: read(one), b: '2', c: read(other) }])
    }),
  )
})
