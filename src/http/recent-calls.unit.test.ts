import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { NO_INJECTIONS } from '../faults/faults.ts'
import { type RecentCall, RecentCalls } from './recent-calls.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const CALL: Omit<RecentCall, 'numbers'> = {
  op: 'parking.createTransaction',
  request_id: 'F'.repeat(40),
  mchid: '1230000109',
  status: 400,
  code: 'PARAM_ERROR',
  wall_time: 0,
  duration_ms: 1,
  wechatpay_serial: undefined,
  injected: NO_INJECTIONS,
  unknown_fields: undefined,
}

function heapUsed(): number {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage().heapUsed
}

test('of long numbers, names and serials the beginning is remembered, and nothing else stays in memory', () => {
  const COUNT = 200
  const LENGTH = 100_000
  const calls = new RecentCalls()
  const longText = (first: string, index: number) => `${first}${index}${'粤'.repeat(LENGTH)}`
  const before = heapUsed()
  for (let index = 0; index < COUNT; index += 1) {
    const [out_trade_no, name, serial] = JSON.parse(
      JSON.stringify(['T', 'F', 'S'].map(first => longText(first, index))),
    ) as [string, string, string]
    calls.note({ ...CALL, wechatpay_serial: serial, unknown_fields: [name] }, { out_trade_no })
  }
  const grown = heapUsed() - before
  // All three texts of all calls would be ten times as much.
  assert.ok(grown < 12_000_000, `${grown} bytes for ${COUNT} calls`)
  const [newest] = [...calls.newestFirst()]
  assert.equal(newest?.call.numbers.out_trade_no, `T199${'粤'.repeat(60)}`)
  assert.equal(newest?.call.wechatpay_serial, `S199${'粤'.repeat(60)}`)
  assert.deepEqual(newest?.call.unknown_fields, [`F199${'粤'.repeat(60)}`])
})
