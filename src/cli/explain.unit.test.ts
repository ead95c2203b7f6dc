import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { runCommand, startCommand } from '../../test/served-platform.ts'
import { requestIdOf, sendWrong, type WrongRequest } from '../../test/wrong-request.ts'

/** Wall time goes on by a millisecond whenever somebody looks, because of two refusals of one none is the newer. */
let looks = 0
const clock = {
  now: () => Date.now(),
  wallNow() {
    looks += 1
    return Date.now() + looks
  },
}
const running = await platformUnderTest({ after }, { clock })

const explain = (t: TestContext, ...words: string[]) =>
  runCommand(t, ['explain', '--data', running.folder, ...words])

async function explained(t: TestContext, wrong: WrongRequest): Promise<string> {
  const id = requestIdOf(await sendWrong(running, wrong))
  const { code, stdout, stderr } = await explain(t, id)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return stdout
}

const ECHO = { method: 'POST', target: '/v3/security/echo', body: '{"echo_message":"停车"}' }

test('expected and signed message stand side by side, with a mark under the first difference', async t => {
  const text = await explained(t, { ...ECHO, signed: { body: '{"echo_message": "停车"}' } })
  assert.match(text, /^POST \/v3\/security\/echo\n/)
  assert.match(text, /^Cause {7}body_spacing\n +The JSON was signed with other blanks/m)
  assert.match(text, /^What to do {2}Make the JSON once/m)
  const lines = text.split('\n')
  const row = lines.findIndex(line => line.startsWith('{"echo_message":"停车"}⏎'))
  assert.match(lines[row] ?? '', /│ \{"echo_message": "停车"\}⏎$/)
  const column = '{"echo_message":'.length
  assert.equal(lines[row + 1]?.indexOf('^'), column)
  assert.match(lines[row + 1]?.split('│')[1] ?? '', new RegExp(`^ {${column + 1}}\\^ byte \\d+$`))
  assert.match(text, /Expected +│ Signed\n/)
})

test('characters that a terminal would obey or hide are written out', async t => {
  const target = '/v3/certificates'
  const crlf = await explained(t, {
    write: ({ method, timestamp, nonce }) =>
      Buffer.from(`${method}\r\n${target}\r\n${timestamp}\r\n${nonce}\r\n\r\n`),
  })
  assert.match(crlf, /│ GET␍⏎\n/)
  const bytes = Buffer.from([0x7b, 0xff, 0x1b, 0x5b, 0x7d])
  const text = await explained(t, { ...ECHO, body: bytes, signed: { body: '' } })
  assert.ok(text.includes('{<ff><1b>[}'), text)
  assert.ok(!text.includes('\x1b'))
})

test('what a header says of itself cannot steer a terminal either', async t => {
  // U+009B begins an escape sequence, and a header may have it.
  const header = 'WECHATPAY2-SHA256-RSA2048 mchid="123\x9b2J",serial_no="A\x9b1m",timestamp="\x9b31m"'
  const text = await explained(t, { authorization: () => header })
  assert.match(text, /merchant 123.?<9b>2J/)
  const table = (await explain(t)).stdout
  assert.ok(!/[\x80-\x9f]/.test(text + table), JSON.stringify(text))
})

test('where nothing fits the expected message is shown, and the digest of what was signed', async t => {
  const text = await explained(t, { ...ECHO, signed: { body: 'else' } })
  assert.match(text, /^Digest {6}[0-9a-f]{64} /m)
  assert.match(text, /^Expected, each line with its end:\n {2}POST⏎\n {2}\/v3\/security\/echo⏎\n/m)
})

test('a long text is wrapped, and each of its points begins a line', async t => {
  const text = await explained(t, { ...ECHO, signed: { nonce: 'else' } })
  const advice = text.slice(text.indexOf('What to do'), text.indexOf('Signed by')).trimEnd().split('\n')
  assert.ok(advice.length > 4, text)
  for (const line of advice) assert.ok(line.length <= 100, line)
  for (const point of [1, 2, 3, 4])
    assert.ok(
      advice.some(line => line.startsWith(`            (${point}) `)),
      text,
    )
})

test('what was refused for its header shows the header', async t => {
  const text = await explained(t, { authorization: () => 'Bearer abc' })
  assert.match(text, /scheme_foreign/)
  assert.match(text, /The header as it came:\nBearer abc\n/)
})

test('without an id the newest are a table, all or those of one merchant', async t => {
  await sendWrong(running, { mchid: '1999999999' })
  const { stdout } = await explain(t)
  assert.match(
    stdout,
    /^Time +Merchant +Cause +× +Request-ID\n\d\d-\d\d \d\d:\d\d:\d\d +1999999999 +merchant_unknown +1 +[0-9A-F]{40}\n/,
  )
  const own = await explain(t, '--mchid', '1999999999')
  assert.equal(own.stdout.split('\n').length, 3)
  const none = await explain(t, '--mchid', '1888888888')
  assert.equal(none.stdout, 'No signature was refused.\n')
})

test('equal refusals one after the other share a row, and no row is wider than 100 columns', async t => {
  const key = createPrivateKey(running.merchant('1230000100').private_key)
  const [first, second] = [{ mchid: '1999999998'.repeat(3) }, { ...ECHO, mchid: '1999999998'.repeat(3) }]
  // A cause of the longest name.
  await sendWrong(running, { serial_no: running.merchant('1230000100').serial_no, key })
  for (const wrong of [first, first, second, second]) await sendWrong(running, wrong)
  const last = requestIdOf(await sendWrong(running, second))
  const lines = (await explain(t)).stdout.split('\n')
  assert.match(lines[1] ?? '', new RegExp(` 1999999998 +merchant_unknown +3 +${last.split('-')[0]}$`))
  assert.match(lines[2] ?? '', / 1999999998 +merchant_unknown +2 /)
  assert.match(lines[3] ?? '', / 1230000109 +serial_of_other_merchant +1 /)
  for (const line of lines) assert.ok(line.length <= 100, line)
})

test('a reader that has seen enough may close the pipe', async t => {
  const { child, ended } = startCommand(t, ['explain', '--data', running.folder, '--json'])
  child.stdout?.destroy()
  const { code, stderr } = await ended
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

test('with --json everything is there for a program', async t => {
  const id = requestIdOf(await sendWrong(running, { signed: { method: 'get' } }))
  const one = JSON.parse((await explain(t, id, '--json')).stdout)
  assert.deepEqual([one.cause, one.signed_message.split('\n')[0]], ['method_case', 'get'])
  const all = JSON.parse((await explain(t, '--json')).stdout)
  assert.equal(all.data[0].cause, 'method_case')
})

test('what stands in the way is reported in one line', async t => {
  const unknown = await explain(t, 'nope')
  assert.deepEqual([unknown.code, unknown.stderr], [1, 'error: There is no refused signature nope.\n'])
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-explain-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const nowhere = await runCommand(t, ['explain', '--data', folder])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /^error: .*admin\.json cannot be read\. .* --data, .*--admin-token\.\n$/)
})

test('the platform is named as for the doctor: by its folder, or by address and token', async t => {
  const id = requestIdOf(await sendWrong(running, { signed: { method: 'get' } }))
  const { url, token } = running.admin
  const { stdout: wanted } = await explain(t, id, '--json')
  for (const spelling of [url, `${url}/`, `${url}/admin/v1`, `${url}/admin/v1/`]) {
    const named = ['--admin-url', spelling, '--admin-token', token]
    const { stdout, stderr } = await runCommand(t, ['explain', id, '--json', ...named])
    assert.deepEqual([stdout, stderr], [wanted, ''])
  }
  const env = { BOOMGATE_ADMIN_URL: url, BOOMGATE_ADMIN_TOKEN: token }
  assert.equal((await runCommand(t, ['explain', id, '--json'], env)).stdout, wanted)
  for (const [words, why] of [
    [['--admin-url', url], /^error: Give both --admin-url and --admin-token/],
    [['--admin-url', '127.0.0.1:8090', '--admin-token', token], /It must be a URL, such as http:/],
    [['--admin-url', url, '--admin-token', 'wrong'], /with 401: Send `Authorization/],
    [
      ['--admin-url', 'http://127.0.0.1:9', '--admin-token', token],
      /does not answer at http.*Start the platform/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(t, ['explain', ...words])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, why)
    assert.match(stderr, /^error: .*\n$/)
  }
})
