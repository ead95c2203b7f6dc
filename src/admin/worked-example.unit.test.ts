import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { platformUnderTest } from '../../test/platform.ts'

const root = join(import.meta.dirname, '..', '..')

test('the worked example of the document can be typed as it stands, and ends with a debt that is paid back', async t => {
  const { folder } = await platformUnderTest(t, { workers: true })
  const text = readFileSync(join(root, 'docs', 'admin-api.md'), 'utf8')
  const [, sample = ''] = /## From a payer to a repayment[\s\S]*?```sh\n([\s\S]*?)```/.exec(text) ?? []
  const script = sample
    .replaceAll('./data/', `${folder}/`)
    .replaceAll('npm run example --', `node examples/park-a-car.ts --data ${folder}`)
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], {
    cwd: root,
    timeout: 60_000,
    env: { ...process.env, PATH },
  })
  const lines = stdout.split('\n').filter(Boolean)
  assert.ok(lines.includes('the order is SUCCESS, 800 fen paid by BPA'), stdout)
  const replies = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line))
  for (const reply of replies) assert.equal(reply.type, undefined, JSON.stringify(reply))
  const [, topUp, , advanced, payer, plate, , repayment, repaid] = replies
  assert.deepEqual([topUp.wallet, advanced.user_repaid], [500, 'N'])
  assert.deepEqual([payer.arrears, plate.usability], [800, 'OVERDUE'])
  assert.deepEqual([repayment.state, repaid.user_repaid], ['PAID', 'Y'])
  const reported = repaid.notices.map(({ event_type }: { event_type: string }) => event_type)
  assert.deepEqual(reported, ['TRANSACTION.SUCCESS', 'TRANSACTION.PAY_BACK'])
})
