import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DOCUMENTS, fileOf, renderTables } from '../scripts/tables.ts'
import {
  COLUMNS as FLOW_COLUMNS,
  SUMMARY_COLUMNS as FLOW_SUMMARY,
} from '../src/products/common/bills/fund-flow-rows.ts'
import { COLUMNS, SUMMARY_COLUMNS } from '../src/products/common/bills/trade-rows.ts'
import { products } from '../src/products/index.ts'
import { createParking, createTransaction } from '../src/products/industry/parking/contract.ts'
import { endpointsOf } from '../src/products/product.ts'

const endpoints = endpointsOf(products)

const folder = fileURLToPath(new URL('..', import.meta.url))

for (const name of DOCUMENTS) {
  test(`the tables of ${name} say what the contract says`, () => {
    const text = readFileSync(join(folder, name), 'utf8')
    assert.equal(renderTables(text), text, 'run `npm run docs`')
  })
}

test('every call is answered by the file that the table names', () => {
  for (const { operation } of endpoints)
    assert.ok(existsSync(join(folder, fileOf(operation))), fileOf(operation))
})

test('every link between documents leads somewhere', () => {
  for (const path of globSync('{*.md,docs/**/*.md,src/**/*.md,bench/*.md}', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8')
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(folder, dirname(path), target ?? '')), `${path} links to ${target}`)
    }
  }
})

test('docs/sandbox.md says how to see every error of entry and charge', () => {
  const text = readFileSync(join(folder, 'docs/sandbox.md'), 'utf8')
  for (const { status, code, zh } of new Set([...createParking.errors, ...createTransaction.errors])) {
    assert.ok(text.includes(`| ${status} \`${code}\` ${zh} | `), `${status} ${code} ${zh}`)
  }
})

test('docs/bills.md has the columns and summaries of every bill, in their order', () => {
  const text = readFileSync(join(folder, 'docs/bills.md'), 'utf8')
  const [, trade = '', flow = ''] = text.split(/^\| Column .*\n.*\n/m)
  const rowsOf = (table: string) => {
    const [lines = ''] = table.split('\n\n')
    return lines.split('\n').map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
  }
  const named = (column: number, mark: string) =>
    rowsOf(trade).flatMap(cells => (cells[column] === mark ? [cells[0]] : []))
  const refundTimes = ['退款申请时间', '退款成功时间']
  const all = rowsOf(trade).map(([name]) => name ?? '')
  assert.deepEqual(
    all.filter(name => !refundTimes.includes(name)),
    COLUMNS.ALL,
  )
  assert.deepEqual(named(3, 'y'), COLUMNS.SUCCESS)
  assert.deepEqual(named(4, 'y'), COLUMNS.REFUND)
  assert.deepEqual(
    rowsOf(flow).map(([name]) => name),
    FLOW_COLUMNS,
  )
  const plain = text.replaceAll(/\s|\(rows\)/g, '')
  for (const summary of [SUMMARY_COLUMNS.ALL, SUMMARY_COLUMNS.REFUND, SUMMARY_COLUMNS.SUCCESS, FLOW_SUMMARY])
    assert.ok(plain.includes(summary.join(',')), summary.join(','))
})

test('every scenario of the documents is a test, and every test of a scenario is in the documents', () => {
  const table = readFileSync(join(folder, 'docs/scenarios.md'), 'utf8')
  const documented = [...table.matchAll(/^\| (.+?) \|/gm)].map(([, name]) => name).slice(2)
  const tests = globSync('test/scenarios/*.test.ts', { cwd: folder }).flatMap(path => {
    const text = readFileSync(join(folder, path), 'utf8')
    // Described one by one, or as rows of a table whose names are the first of each row.
    return [...text.matchAll(/scenario\(\s*'([^']+)'|^ {2}\[\s*'([^']+)'/gm)].map(
      ([, name, row]) => name ?? row,
    )
  })
  assert.deepEqual(tests.toSorted(), documented.toSorted())
  assert.ok(tests.length > 20)
})
