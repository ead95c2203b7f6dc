import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { COMPILER, installSdk, PROJECT } from './pack.ts'
import { folderOf } from './runtimes.ts'

/** A user's program. A line below `@ts-expect-error` must not compile, and the compiler says so when it does. */
const PROGRAM = `
import { createServer } from 'node:http'
import * as same from 'boomgate/sdk'
import { shangmi as sameSuite } from 'boomgate/sdk/shangmi'
import { merchantClient, NotSent, optionsFromFolder, partnerClient, reconcileTradeBill } from '@boomgate/sdk'
import { shangmi } from '@boomgate/sdk/shangmi'

export async function use(): Promise<void> {
  const merchant = merchantClient(optionsFromFolder('merchant'))
  const partner = partnerClient({ ...optionsFromFolder('partner'), suite: shangmi, fetch: globalThis.fetch })
  const amount = { refund: 1, total: 2, currency: 'CNY' } as const
  const { status } = await merchant.refunds.createRefund({ out_trade_no: '1', out_refund_no: '1', amount })
  const known: 'SUCCESS' | 'CLOSED' | 'PROCESSING' | 'ABNORMAL' = status
  // @ts-expect-error
  const unknown: 'LOST' = status
  // @ts-expect-error
  await merchant.refunds.createRefund({ nonsense: 1 })
  // @ts-expect-error
  await partner.refunds.createRefund({ out_trade_no: '1', out_refund_no: '1', amount })
  // @ts-expect-error
  merchant.bills.tradeBill({ bill_dat: '2026-06-01' })
  // @ts-expect-error
  merchant.bills.subMerchantFundFlowBill({ sub_mchid: '1', bill_date: '2026-06-01', account_type: 'BASIC' })
  for await (const row of merchant.bills.tradeBill({ bill_date: '2026-06-01' })) {
    const fen: number = row.trade_state === 'SUCCESS' ? row.total : row.refund
    // @ts-expect-error
    const text: string = fen
    console.log(known, unknown, text, new NotSent({} as never).whatToDo)
  }
  for await (const { kind } of reconcileTradeBill([], [{ out_trade_no: '1', total: 1 }])) console.log(kind)
  createServer(
    merchant.webhooks.nodeHandler(notice => {
      // @ts-expect-error
      if (notice.event_type === 'NONSENSE') console.log(notice)
      if (notice.event_type === 'REFUND.SUCCESS') console.log(notice.resource.amount.payer_refund.toFixed())
    }),
  )
  same.partnerClient({ ...same.optionsFromFolder('partner'), suite: sameSuite }).mchid.trim()
}
`

/** The compilers, the types of Node that each can read, and the ways of resolving modules that each has. */
const RESOLUTIONS = ['node', 'node16', 'nodenext', 'bundler'] as const
const COMPILERS = [
  { name: 'typescript-5.0', types: 'others', resolutions: RESOLUTIONS },
  { name: 'typescript-5.4', types: 'others', resolutions: RESOLUTIONS },
  { name: 'typescript-5.9', types: 'project', resolutions: ['bundler'] },
  // Version 7 has no `node` any more.
  { name: 'typescript', types: 'project', resolutions: RESOLUTIONS.slice(1) },
] as const

const MODULES = { node: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' } as const

describe('the types of the packed SDK, with nothing beside it but those of Node, and every declaration checked', () => {
  const folders = new Map<'project' | 'others', string>()

  before(async () => {
    const installed = mkdtempSync(join(tmpdir(), 'boomgate-compilers-'))
    await installSdk(installed)
    for (const types of new Set(COMPILERS.map(({ types }) => types))) {
      const folder = mkdtempSync(join(tmpdir(), 'boomgate-compilers-'))
      folders.set(types, folder)
      const modules = join(folder, 'node_modules')
      cpSync(join(installed, 'node_modules'), modules, { recursive: true })
      // The other package has the same files below another name.
      const other = join(modules, 'boomgate')
      cpSync(join(modules, '@boomgate', 'sdk', 'dist'), join(other, 'packages', 'sdk', 'dist'), {
        recursive: true,
      })
      cpSync(join(PROJECT, 'package.json'), join(other, 'package.json'))
      mkdirSync(join(modules, '@types'))
      symlinkSync(typesOf(types), join(modules, '@types', 'node'))
      writeFileSync(join(folder, 'package.json'), '{}')
      writeFileSync(join(folder, 'required.ts'), PROGRAM)
      writeFileSync(join(folder, 'imported.mts'), PROGRAM)
    }
    rmSync(installed, { recursive: true })
  })

  after(() => {
    for (const folder of folders.values()) rmSync(folder, { recursive: true })
  })

  for (const { name, types, resolutions } of COMPILERS) {
    for (const resolution of resolutions) {
      test(`${name} with moduleResolution ${resolution}`, async () => {
        const flags = [
          '--strict',
          '--noEmit',
          '--target',
          'es2022',
          '--types',
          'node',
          '--skipLibCheck',
          'false',
        ]
        const modules = ['--module', MODULES[resolution], '--moduleResolution', resolution]
        // Only these two know by its name that a file is an ES module.
        const files =
          resolution.startsWith('node1') || resolution === 'nodenext'
            ? ['required.ts', 'imported.mts']
            : ['required.ts']
        const compiler = name === 'typescript' ? COMPILER : join(folderOf(name, 'typescript'), 'bin', 'tsc')
        const found = await promisify(execFile)(
          process.execPath,
          [compiler, ...flags, ...modules, ...files],
          {
            cwd: folders.get(types),
          },
        ).then(
          () => '',
          error => String(error.stdout || error.stderr),
        )
        assert.equal(found, '')
      })
    }
  }
})

/** The types of Node of this project, or those that old compilers can read. */
function typesOf(owner: 'project' | 'others'): string {
  return owner === 'project'
    ? join(PROJECT, 'node_modules', '@types', 'node')
    : folderOf('others', '@types/node')
}
