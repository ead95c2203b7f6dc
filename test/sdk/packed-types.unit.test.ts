import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { COMPILER, PROJECT, pack } from './pack.ts'

/** A user's program. A line below `@ts-expect-error` must not compile, and the compiler says so when it does. */
const PROGRAM = `
import { merchantClient, optionsFromFolder, partnerClient, reconcileTradeBill } from 'boomgate/sdk'
import { shangmi } from 'boomgate/sdk/shangmi'
import { startPlatform, type TestPlatform } from 'boomgate/testing'

const merchant = merchantClient(optionsFromFolder('merchant'))
const partner = partnerClient({ ...optionsFromFolder('partner'), suite: shangmi })
const amount = { refund: 1, total: 2, currency: 'CNY' } as const

const { status } = await merchant.refunds.createRefund({ out_trade_no: '1', out_refund_no: '1', amount })
const known: 'SUCCESS' | 'CLOSED' | 'PROCESSING' | 'ABNORMAL' = status
// @ts-expect-error
await merchant.refunds.createRefund({ nonsense: 1 })
// @ts-expect-error
await partner.refunds.createRefund({ out_trade_no: '1', out_refund_no: '1', amount })
// @ts-expect-error
merchant.bills.tradeBill({ bill_dat: '2026-06-01' })
// @ts-expect-error
merchant.bills.subMerchantFundFlowBill({ sub_mchid: '1', bill_date: '2026-06-01', account_type: 'BASIC' })

const order = { appid: 'wx1', prepay_id: 'wx2' }
const { appId, paySign }: { appId: string; paySign: string } = partner.payments.jsapiParameters(order)
// @ts-expect-error
merchant.payments.jsapiParameters({ prepay_id: 'wx2' })
// @ts-expect-error
console.log(appId, paySign, merchant.payments.miniProgramParameters(order).appId)

for await (const row of merchant.bills.tradeBill({ bill_date: '2026-06-01' })) {
  const fen: number = row.trade_state === 'SUCCESS' ? row.total : row.refund
  console.log(known, fen)
}
for await (const { kind } of reconcileTradeBill([], [{ out_trade_no: '1', total: 1 }])) console.log(kind)
export const platform: Promise<TestPlatform> = startPlatform()
`

test('a program of a user is checked against the types of the installed package, and only with what it depends on', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-types-'))
  t.after(() => rmSync(folder, { recursive: true }))
  await pack(join(folder, 'node_modules', 'boomgate'))
  const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(PROJECT, 'node_modules', name), place)
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'use.ts'), PROGRAM)
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--types', 'node']
  const run = promisify(execFile)(process.execPath, [COMPILER, ...flags, 'use.ts'], { cwd: folder })
  const found = await run.then(
    () => '',
    error => String(error.stdout),
  )
  assert.equal(found, '')
})
