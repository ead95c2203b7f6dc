import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { platformUnderTest } from './platform.ts'

const text = readFileSync(join(import.meta.dirname, '..', 'docs', 'keys.md'), 'utf8')

test('the key days of the document can be typed as they stand, one after the other', async t => {
  const { folder } = await platformUnderTest(t, { workers: true })
  const samples = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, sample = '']) => sample)
  const script = samples.join('\n').replaceAll('./data/', `${folder}/`)
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], {
    timeout: 60_000,
    env: { ...process.env, PATH },
  })
  const lines = stdout.split('\n').filter(Boolean)
  const replies = lines.filter(line => line.startsWith('{')).map(line => JSON.parse(line))
  for (const reply of replies) assert.equal(reply.type, undefined, JSON.stringify(reply))
  const statuses = replies.flatMap(({ certificates = [] }) =>
    certificates.map(
      (each: { certificate_id: string; status: string }) => `${each.certificate_id} ${each.status}`,
    ),
  )
  for (const status of ['first REPLACED', 'second VALID', 'short EXPIRED'])
    assert.ok(statuses.includes(status), status)
  // The share of the plan after three weeks, and that of the seventh day of the switch.
  assert.deepEqual(
    lines.filter(line => !line.startsWith('{')),
    ['10000', '100'],
  )
})
