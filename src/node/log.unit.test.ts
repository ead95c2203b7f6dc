import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('an error of the database is logged without the row that it repeats', async () => {
  const script = `
    const { openLog } = await import('${new URL('./log.ts', import.meta.url)}')
    const { log, flush } = openLog('error')
    const detail = 'Failing row contains (1230000109, direct, MySecret)'
    const cause = Object.assign(new Error('violates check'), { code: '23514', detail })
    log.error({ err: cause })
    log.error({ err: new Error('outer', { cause }) })
    flush()`
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  assert.match(stderr, /violates check.*"code":"23514"/)
  assert.match(stderr, /outer: violates check/)
  assert.doesNotMatch(stderr, /MySecret/)
})
