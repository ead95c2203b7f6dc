import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { chargeOf, entry } from '../../test/parking.ts'
import { runCommand, servePlatform } from '../../test/served-platform.ts'
import { calledAs } from '../http/address.ts'
import { optionGroupsOf } from '../node/options.ts'
import { defaultOf, flagsOf, type ListedOption, listOptions, Options } from '../options/options.ts'
import { lockDataFolder } from '../store/data-folder.ts'
import { readCredentials, webhookSink } from '../testing/index.ts'
import { serveCommand } from './serve.ts'

// The command line as a process of its own. The engine makes no difference to it.

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'boomgate-cli-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const GROUPS = optionGroupsOf()
const OPTIONS = listOptions(GROUPS)

test('help names every option, its environment variable and its default, by sections', async t => {
  const { code, stdout, stderr } = await runCommand(t, ['serve', '--help'])
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const text = stdout.replaceAll(/\s+/g, ' ')
  for (const option of OPTIONS) {
    const { en, variable, default: usual, secret } = option
    if (secret) assert.ok(text.includes(`${variable} ${en}`), variable)
    else {
      const [, more = ''] = text.split(`${flagsOf(option)} ${en} (`)
      const [shown = ''] = more.split(')')
      assert.match(shown, new RegExp(`env: ${variable}$`))
      assert.equal(/default: ([^ ]*),/.exec(shown)?.[1], usual)
    }
  }
  for (const { title } of GROUPS) assert.match(stdout, new RegExp(`^${title.en}:$`, 'm'))
})

/** What `serve` would start with, by the names of the options. */
async function startedWith(words: readonly string[], environment: Record<string, string> = {}) {
  const before = { ...process.env }
  for (const { variable } of OPTIONS) delete process.env[variable]
  Object.assign(process.env, environment)
  const started: Options[] = []
  try {
    const command = serveCommand(async given => {
      started.push(new Options(GROUPS, given))
    })
    await command.parseAsync(words, { from: 'user' })
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name]
    Object.assign(process.env, before)
  }
  const [options] = started
  assert.ok(options)
  return Object.assign({}, ...GROUPS.map(group => options.of(group)))
}

/** A text that the option can be set to and that is not its default. */
function sampleOf({ kind, default: usual, name }: ListedOption): string {
  const texts = kind.choices ?? ['7', '7s', '7s,8m', 'https://sandbox.example', 'ab'.repeat(32)]
  const isRead = (text: string) => {
    try {
      kind.read(text)
      return true
    } catch {
      return false
    }
  }
  const sample = texts.find(text => text !== usual && isRead(text))
  return sample ?? assert.fail(`There is no value for ${name}: add one that its kind reads`)
}

test('each option is set by its flag and by its variable, the flag goes before, and nothing else is changed', async () => {
  const usual = await startedWith([])
  for (const option of OPTIONS) {
    const { name, kind, variable, flag, secret } = option
    assert.deepEqual(usual[name], defaultOf(option), name)
    const sample = sampleOf(option)
    const expected = { ...usual, [name]: kind.read(sample) }
    assert.notDeepEqual(expected, usual, name)
    assert.deepEqual(await startedWith([], { [variable]: sample }), expected, variable)
    if (secret) continue
    const words = kind.word === '' ? [flag] : [flag, sample]
    assert.deepEqual(await startedWith(words), expected, flag)
    if (option.default !== undefined)
      assert.deepEqual(await startedWith(words, { [variable]: option.default }), expected, flag)
  }
})

test('every option is declared once, and the two keys come from the environment only', async () => {
  assert.deepEqual(
    OPTIONS.flatMap(({ secret, variable }) => (secret ? [variable] : [])),
    ['BOOMGATE_SECRETS_KEY', 'BOOMGATE_OLD_SECRETS_KEY'],
  )
  const { options } = serveCommand()
  assert.deepEqual(
    options.map(({ long }) => long),
    OPTIONS.flatMap(({ secret, flag }) => (secret ? [] : [flag])),
  )
})

test('without a command the commands are listed, and an unknown one is refused by name', async t => {
  const { stdout, stderr } = await runCommand(t, [])
  assert.match(`${stdout}${stderr}`, /serve .*run the platform/)
  const unknown = await runCommand(t, ['sevre'])
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /unknown command 'sevre'/)
})

test('a value that an option cannot have ends with 1 and one line that says what it can be', async t => {
  for (const [words, why] of [
    [
      ['--port', 'x'],
      /'--port <number>' argument 'x' is invalid\. It must be a whole number from 0 to 65535\./,
    ],
    [['--port', '65536'], /from 0 to 65535/],
    [['--port', '-1'], /from 0 to 65535/],
    [['--tls-port', 'x'], /'--tls-port <number>' argument 'x' is invalid/],
    [['--trust', 'cert'], /Allowed choices are CERTIFICATE, SWITCHING, PUBLIC_KEY/],
    [['--profile', 'prod'], /Allowed choices are sandbox, production/],
    [['--log-level', 'loud'], /Allowed choices are debug, info, warn, error, silent/],
    [['--deduction-ladder', '1m,soon'], /"soon" is no duration: write a number with ms, s, m, h or d/],
    [['--deduction-ladder', ''], /is no duration/],
    [['--parking-lifetime', '30'], /"30" is no duration/],
    [['--charge-after-exit', '-7d'], /"-7d" is no duration/],
    [['--advance-grace', 'never'], /"never" is no duration/],
    [['--profit-sharing-hold', '1 month'], /"1 month" is no duration/],
    [['--max-charge-amount', '0'], /from 1 to/],
    [['--max-charge-amount', '8.88'], /from 1 to/],
    [['--max-daily-amount', 'none'], /from 1 to/],
    [['--max-daily-charges', '0'], /from 1 to/],
    [['--plate-syntax', 'GB'], /Allowed choices are ANY, GA36/],
    [['--charge-setup-code', 'NONE'], /Allowed choices are INVALID_REQUEST, PARAM_ERROR, NO_AUTH/],
    [['--rate-limit', '0'], /from 1 to/],
    [['--nope'], /unknown option '--nope'/],
    [['now'], /too many arguments/],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(t, ['serve', ...words])
    assert.equal(code, 1, stderr)
    assert.equal(stdout, '')
    assert.match(stderr, why)
    assert.match(stderr, /^error: .*\n$/)
  }
})

test('a value that an environment variable cannot have is refused by the name of the variable', async t => {
  for (const [variable, value] of [
    ['BOOMGATE_PORT', 'abc'],
    ['BOOMGATE_TRUST', 'cert'],
    ['BOOMGATE_DEDUCTION_LADDER', '1x'],
    ['BOOMGATE_RATE_LIMIT', 'many'],
  ] as const) {
    const { code, stderr } = await runCommand(t, ['serve'], { [variable]: value })
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`value '${value}' from env '${variable}' is invalid`))
  }
})

test('what stands in the way of a start is reported in one line, without a stack', async t => {
  const folder = folderFor(t)
  const listener = createServer().listen(0, '127.0.0.1')
  t.after(() => listener.close())
  await new Promise(resolve => listener.once('listening', resolve))
  const { port } = listener.address() as { port: number }
  for (const [words, why] of [
    [
      ['--data', folder, '--port', `${port}`],
      /address already in use .*\. Choose another port with --port; 0 picks a free one\./,
    ],
    [
      ['--data', folder, '--port', '0', '--admin-port', `${port}`],
      /address already in use .*\. Choose another port with --admin-port; 0 picks a free one\./,
    ],
    [
      ['--data', folder, '--port', '0', '--tls-port', `${port}`],
      /address already in use .*\. Choose another port with --tls-port; 0 picks a free one\./,
    ],
    [
      ['--data', folder, '--port', '0', '--backup-port', `${port}`],
      /address already in use .*\. Choose another port with --backup-port; 0 picks a free one\./,
    ],
    [['--data', join(process.execPath, 'x')], /ENOTDIR|EEXIST/],
    [
      ['--data', folder, '--database', 'mysql://user:secret@db/x'],
      /must be a URL that starts with postgres:\/\//,
    ],
    [
      ['--data', folder, '--database', 'postgres://user:secret@127.0.0.1:9/x'],
      /^error: The database at 127\.0\.0\.1:9\/x cannot be used: .*ECONNREFUSED/,
    ],
    [
      ['--data', folder, '--database', 'postgres://user:secret@localhost:9/x'],
      /The database at localhost:9\/x .*ECONNREFUSED/,
    ],
    [
      ['--data', folder, '--database', 'postgres://user:secret#@db/x'],
      /^error: The URL of the database cannot be read\. Write postgres:/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(t, ['serve', ...words])
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, why)
    assert.match(stderr, /^error: .*\n$/)
    assert.doesNotMatch(stderr, /secret/)
  }
})

test('for whoever looks for a fault in the program the stack is one setting away', async t => {
  const words = ['serve', '--data', folderFor(t), '--database', 'mysql://db/x']
  const { code, stderr } = await runCommand(t, words, { BOOMGATE_LOG_LEVEL: 'debug' })
  assert.equal(code, 1)
  assert.match(stderr, /must be a URL.*\n {4}at /)
})

test('the banner says where it listens and what to do next, and what it names is there', async t => {
  const folder = join(folderFor(t), 'new', 'data')
  const first = await servePlatform(t, folder)
  const { code, stdout } = await first.stop('SIGTERM')
  assert.equal(code, 0)
  assert.match(stdout, /^Boomgate listens on http:\/\/127\.0\.0\.1:\d+ \(sqlite, new sandbox in /)
  assert.match(stdout, /Next: point your merchant at http:\/\/127\.0\.0\.1:\d+ with the keys/)
  for (const path of [join('merchants', '1230000109'), join('merchants', '1230000100'), 'sandbox.json']) {
    assert.ok(stdout.includes(join(folder, path)), path)
    assert.ok(existsSync(join(folder, path)), path)
  }
  assert.match(stdout, /1900000109/)
  const [, script] = /npm run (\w+)/.exec(stdout) ?? []
  const [, example = ''] = /\((examples\/\S+)\)/.exec(stdout) ?? []
  const root = join(import.meta.dirname, '..', '..')
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  assert.ok(script && script in scripts, `There is no script ${script}`)
  assert.ok(existsSync(join(root, example)), `There is no ${example}`)

  const second = await servePlatform(t, folder)
  const merchant = JSON.parse(readFileSync(join(folder, 'merchants', '1230000109', 'merchant.json'), 'utf8'))
  assert.equal(merchant.base_url, second.baseUrl)
  const { stdout: again } = await second.stop('SIGINT')
  assert.match(again, /\(sqlite, existing sandbox in /)
})

test('the banner says when business time is not wall time', async t => {
  const folder = join(folderFor(t), 'data')
  const change = async (path: string, body: object) => {
    const { url, token } = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'))
    const headers = { authorization: `Bearer ${token}` }
    const sent = { method: 'PUT', headers, body: JSON.stringify(body) }
    const reply = await fetch(`${url}/admin/v1${path}`, sent)
    assert.equal(reply.status, 200, await reply.text())
  }
  const first = await servePlatform(t, folder)
  await change('/clock', { mode: 'FROZEN' })
  assert.doesNotMatch((await first.stop('SIGTERM')).stdout, /Business time/)
  const second = await servePlatform(t, folder)
  await change('/clock', { mode: 'REAL' })
  await change('/clock/moves/days', { step_ms: 90_061_000 + 3_600_000 })
  assert.match((await second.stop('SIGTERM')).stdout, /Business time {5}frozen at 20\d\d-.*\+08:00\n/)
  const third = await servePlatform(t, folder)
  // Less what the freeze took.
  assert.match((await third.stop('SIGTERM')).stdout, /Business time {5}1 d [12] h .*ahead of wall time\n/)
})

test('the command of the banner parks a car, wherever the data folder is', async t => {
  const folder = join(folderFor(t), 'my data')
  const served = await servePlatform(t, folder)
  const [, words = ''] = await served.printed(/npm run example -- (.*?) {2}/)
  const [, data] = /^--data (".*")$/.exec(words.trim()) ?? []
  assert.equal(JSON.parse(data ?? ''), folder)
  const root = join(import.meta.dirname, '..', '..')
  const example = [join(root, 'examples', 'park-a-car.ts'), '--data', folder]
  const { stdout } = await promisify(execFile)(process.execPath, example, { cwd: root })
  assert.match(stdout, /the order is SUCCESS/)
})

test('keys and data can be read by their owner only', async t => {
  const folder = join(folderFor(t), 'data')
  const { stop } = await servePlatform(t, folder)
  await stop('SIGTERM')
  const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777
  assert.equal(modeOf('.'), 0o700)
  assert.equal(modeOf('boomgate.db'), 0o600)
  assert.equal(modeOf(join('merchants', '1230000109', 'apiclient_key.pem')), 0o600)
  assert.equal(modeOf(join('merchants', '1230000109', 'merchant.json')), 0o600)
})

test('a key that seals comes from the environment only, and one that is wrong ends the start in one line', async t => {
  const folder = folderFor(t)
  const key = { BOOMGATE_SECRETS_KEY: 'ab'.repeat(32) }
  const first = await servePlatform(t, folder, [], key)
  await first.stop('SIGTERM')
  const words = ['serve', '--data', folder, '--port', '0']
  for (const [env, why] of [
    [{}, /^error: The secret of platform_keys\/\S+ is sealed\. Give the key .*\n$/],
    [{ BOOMGATE_SECRETS_KEY: 'cd'.repeat(32) }, /^error: The secret of .* another key .*\n$/],
    [
      { BOOMGATE_SECRETS_KEY: 'cd' },
      /^error: BOOMGATE_SECRETS_KEY is invalid\. It must be 32 random bytes .*\n$/,
    ],
    [
      { BOOMGATE_OLD_SECRETS_KEY: 'ab'.repeat(32) },
      /^error: BOOMGATE_OLD_SECRETS_KEY is the key that was\..*\n$/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(t, words, env)
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
    assert.match(stderr, why)
  }
  const again = await servePlatform(t, folder, [], key)
  assert.equal((await again.call({ method: 'GET', target: '/v3/certificates' })).status, 200)
  const { stdout } = await runCommand(t, ['serve', '--help'])
  assert.match(stdout, /BOOMGATE_SECRETS_KEY .*\n.*BOOMGATE_OLD_SECRETS_KEY/)
})

test('no secret is in the log, nor in what is said of a failing start', async t => {
  const folder = folderFor(t)
  const key = Buffer.alloc(32, 'k').toString('base64')
  const served = await servePlatform(t, folder, ['--log-level', 'debug'], { BOOMGATE_SECRETS_KEY: key })
  const { url, token } = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'))
  const put = async (apiv3_key: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const sent = { method: 'PUT', headers, body: JSON.stringify({ apiv3_key }) }
    return (await fetch(`${url}/admin/v1/merchants/1230000109`, sent)).status
  }
  const before = JSON.parse(readFileSync(join(folder, 'merchants', '1230000109', 'merchant.json'), 'utf8'))
  const [changed, refused] = ['NewKey'.padEnd(32, 'x'), 'TooShort']
  assert.deepEqual([await put(changed), await put(refused)], [200, 400])
  assert.equal((await served.call({ method: 'GET', target: '/v3/certificates' })).status, 200)
  const wrong = { method: 'GET', target: '/v3/billdownload/file?token=DownloadToken' } as const
  assert.equal((await served.call(wrong)).status, 400)
  await served.call({ method: 'POST', target: '/v3/security/echo', body: '{"echo_message":' })
  const { stderr, stdout } = await served.stop('SIGTERM')
  assert.match(stderr, /listCertificates/)
  const env = { BOOMGATE_SECRETS_KEY: 'cd'.repeat(32), BOOMGATE_LOG_LEVEL: 'debug' }
  const failed = await runCommand(t, ['serve', '--data', folder, '--port', '0'], env)
  assert.equal(failed.code, 1)
  const pem = readFileSync(join(folder, 'merchants', '1230000109', 'apiclient_key.pem'), 'utf8')
  const secrets = [
    key,
    token,
    before.apiv3_key,
    changed,
    refused,
    'DownloadToken',
    'sealed:1:',
    'PRIVATE KEY',
  ]
  secrets.push(pem.split('\n')[10] ?? '', env.BOOMGATE_SECRETS_KEY)
  for (const secret of secrets) {
    for (const said of [stderr, stdout, failed.stderr]) assert.ok(!said.includes(secret), secret)
  }
})

test('TLS and a second access point listen where the options say, and the banner says where and what to trust', async t => {
  const folder = folderFor(t)
  const served = await servePlatform(t, folder, ['--tls-port', '0', '--backup-port', '0'])
  const { stdout } = await served.stop('SIGTERM')
  assert.match(stdout, /Second access {5}http:\/\/127\.0\.0\.1:\d+\n/)
  assert.match(stdout, /TLS {15}https:\/\/127\.0\.0\.1:\d+ {3}trust .*tls\/ca\.pem\n/)
  assert.match(readFileSync(join(folder, 'tls', 'ca.pem'), 'utf8'), /BEGIN CERTIFICATE/)
})

test('settings take effect, and an option goes before its environment variable', async t => {
  const served = await servePlatform(t, folderFor(t), ['--max-charge-amount', '900'], {
    BOOMGATE_MAX_CHARGE_AMOUNT: '800',
    BOOMGATE_PARKING_LIFETIME: '0s',
    BOOMGATE_CHARGE_AFTER_EXIT: 'off',
    BOOMGATE_PROFILE: 'production',
  })
  const create = { method: 'POST', target: '/v3/vehicle/parking/parkings' } as const
  const refused = await served.call({ ...create, body: entry() })
  assert.match(refused.body, /回调通知url必须为https/)
  const notify_url = 'https://yoursite.com/wxpay.html'
  const request = entry({ notify_url })
  const made = await served.call({ ...create, body: request })
  const stay = { request: request as never, id: JSON.parse(made.body).id as string }
  const outcomeOf = async (total: number) => {
    const body = chargeOf(stay, { notify_url, amount: { total } })
    return (await served.call({ method: 'POST', target: '/v3/vehicle/transactions/parking', body })).body
  }
  assert.match(await outcomeOf(901), /扣款额度超出限制/)
  // The amount passes, and the entry has no lifetime.
  assert.match(await outcomeOf(900), /停车入场ID不存在/)
})

test('a trust state that is given at start is that of all merchants', async t => {
  const folder = folderFor(t)
  const served = await servePlatform(t, folder, ['--trust', 'PUBLIC_KEY'])
  const reply = await served.call({ method: 'GET', target: '/v3/certificates' })
  assert.equal(reply.status, 404)
  assert.equal(JSON.parse(reply.body).code, 'RESOURCE_NOT_EXISTS')
})

test('a wildcard address leaves addresses in merchant.json that others can call, and --advertise names another', async t => {
  const read = (folder: string) =>
    JSON.parse(readFileSync(join(folder, 'merchants', '1230000109', 'merchant.json'), 'utf8'))
  const words = ['--host', '0.0.0.0', '--backup-port', '0']
  const folder = folderFor(t)
  const served = await servePlatform(t, folder, words)
  const own = calledAs('0.0.0.0', 'anywhere')
  const { base_url, backup_url } = read(folder)
  assert.equal(base_url, served.baseUrl)
  assert.deepEqual(
    [base_url, backup_url].map(url => new URL(url).hostname),
    [own, own],
  )
  for (const url of [base_url, backup_url]) assert.equal((await fetch(`${url}/healthz`)).status, 200)

  const other = folderFor(t)
  const named = await servePlatform(t, other, [...words, '--advertise', 'localhost', '--tls-port', '0'])
  for (const url of [named.baseUrl, read(other).base_url, read(other).backup_url])
    assert.match(url, /^http:\/\/localhost:\d+$/)
  assert.match((await named.stop('SIGTERM')).stdout, /TLS +https:\/\/localhost:\d+ /)
  const refused = await runCommand(t, ['serve', '--advertise', 'http://sandbox.example'])
  assert.match(refused.stderr, /"http:\/\/sandbox.example" is no host: write a name or an address/)
})

test('the administration is published only on purpose, and then its token decides, whatever name the caller uses', async t => {
  const call = (url: string, host: string, token: string) =>
    promisify(execFile)(process.execPath, ['--eval', RAW_CALL, url, host, token]).then(({ stdout }) => stdout)
  for (const [words, status] of [
    [[], '421'],
    [['--admin-host', '0.0.0.0'], '200'],
  ] as const) {
    const folder = folderFor(t)
    const served = await servePlatform(t, folder, [...words])
    const { url, token } = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'))
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    assert.equal(await call(url, 'sandbox.example', token), status)
    assert.equal(await call(url, '127.0.0.1', 'wrong'), '401')
    const { stdout } = await served.stop('SIGTERM')
    assert.equal(/published on 0\.0\.0\.0/.test(stdout), words.length > 0)
  }
})

test('a second platform gets every option that it needs named, and an address that is not ours its own', async t => {
  const listeners = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')]
  for (const listener of listeners) t.after(() => listener.close())
  await Promise.all(listeners.map(listener => once(listener, 'listening')))
  const [port, adminPort] = listeners.map(listener => `${(listener.address() as AddressInfo).port}`)
  const start = ['serve', '--data', folderFor(t)]
  const { stderr } = await runCommand(t, [...start, '--port', `${port}`, '--admin-port', `${adminPort}`])
  assert.match(stderr, /^error: .*Choose other ports with --port and --admin-port; 0 picks a free one\.\n$/)
  for (const [words, why] of [
    [
      ['--host', '192.0.2.1'],
      /address not available 192\.0\.2\.1.*\. Choose another address with --host\.\n$/,
    ],
    [['--admin-host', '192.0.2.1'], /Choose another address with --admin-host\.\n$/],
  ] as const) {
    assert.match((await runCommand(t, [...start, '--port', '0', ...words])).stderr, why)
  }
})

test('a folder without the keys of its store is not said to have them, and a start can write them again', async t => {
  const whole = folderFor(t)
  const first = await servePlatform(t, whole)
  const held = JSON.parse(readFileSync(join(whole, 'merchants', '1230000109', 'merchant.json'), 'utf8'))
  await first.stop('SIGTERM')
  // As when only the store was backed up.
  const copy = folderFor(t)
  copyFileSync(join(whole, 'boomgate.db'), join(copy, 'boomgate.db'))
  const bare = await (await servePlatform(t, copy)).stop('SIGTERM')
  assert.doesNotMatch(bare.stdout, /Direct merchant|Service provider|sandbox\.json|one of these folders/)
  assert.match(bare.stdout, /none has keys in this folder; --write-missing-keys issues new ones/)

  const restored = await servePlatform(t, copy, ['--write-missing-keys'])
  for (const mchid of ['1230000109', '1230000100', '1230000110', '1230000111']) {
    const reply = await restored.call({ method: 'GET', target: '/v3/certificates' }, mchid)
    assert.equal(reply.status, 200, reply.body)
  }
  const written = JSON.parse(readFileSync(join(copy, 'merchants', '1230000109', 'merchant.json'), 'utf8'))
  assert.notEqual(written.serial_no, held.serial_no)
  const { serial_no, base_url } = written
  assert.deepEqual(written, { ...held, serial_no, base_url })
  for (const name of [
    'platform/ca.pem',
    'platform/platform_cert.pem',
    'platform/pub_key.pem',
    'sandbox.json',
  ])
    assert.equal(readFileSync(join(copy, name), 'utf8'), readFileSync(join(whole, name), 'utf8'), name)
  const { stdout } = await restored.stop('SIGTERM')
  assert.match(stdout, /Direct merchant.*\n.*Service provider.*\n.*sandbox\.json/)
  // What is there is not changed.
  const again = await servePlatform(t, copy, ['--write-missing-keys'])
  assert.equal(readCredentials(copy, '1230000109').serial_no, serial_no)
  await again.stop('SIGTERM')
})

/** Calls the administration under a name that is not its address. */
const RAW_CALL = `
const [url, host, token] = process.argv.slice(1)
const headers = { host, authorization: 'Bearer ' + token }
require('node:http').get(url + '/admin/v1/clock', { headers, agent: false }, reply => {
  process.stdout.write(String(reply.statusCode))
  reply.resume()
})`

test('a start that fails ends, whatever it has opened: also when only the address of the administration cannot be written', async t => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'admin.json'))
  const { code, stdout, stderr } = await runCommand(t, ['serve', '--data', folder, '--port', '0'])
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
  assert.match(stderr, /^error: .*admin\.json.*\n$/)
  lockDataFolder(folder).release()
})

for (const [what, goAway] of [
  ['deleted', (folder: string) => rmSync(folder, { recursive: true })],
  ['moved', (folder: string) => renameSync(folder, `${folder}.away`)],
] as const) {
  test(`a data folder that is ${what} stops the server with a message and 1`, async t => {
    const folder = join(folderFor(t), 'data')
    const served = await servePlatform(t, folder)
    goAway(folder)
    const { code, stderr } = await served.ended
    assert.equal(code, 1)
    assert.match(stderr, /^error: The data folder .*data was deleted or moved, .*The platform stops\.\n$/m)
    assert.ok(!existsSync(folder))
  })
}

test('attempts to deliver a notice are in the log, a warning when they fail; calls of the administration are not', async t => {
  const folder = folderFor(t)
  const served = await servePlatform(t, folder, ['--log-level', 'info'])
  const sink = await webhookSink()
  t.after(() => sink.close())
  sink.answerWith(500)
  const { url, token } = JSON.parse(readFileSync(join(folder, 'admin.json'), 'utf8'))
  const headers = { authorization: `Bearer ${token}` }
  assert.equal((await fetch(`${url}/admin/v1/merchants`, { headers })).status, 200)
  for (const plate_number of ['粤B10001', '粤B20001']) {
    const notify_url = new URL('/MySecret', sink.url).href
    const request = entry({ plate_number, start_time: '2026-01-01T08:00:00+08:00', notify_url })
    const made = await served.call({ method: 'POST', target: '/v3/vehicle/parking/parkings', body: request })
    const stay = { request: request as never, id: JSON.parse(made.body).id as string }
    const end_time = new Date(Date.now() - 60_000).toISOString()
    const body = chargeOf(stay, { notify_url, parking_info: { end_time } })
    const reply = await served.call({ method: 'POST', target: '/v3/vehicle/transactions/parking', body })
    assert.equal(reply.status, 200, reply.body)
    await sink.next()
  }
  const { stderr } = await served.stop('SIGTERM')
  const lines = stderr
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const [failed, taken, ...others] = lines.filter(({ op }) => op === 'notice')
  assert.deepEqual(others, [])
  const { host } = new URL(sink.url)
  const notice = { product: 'parking', event_type: 'TRANSACTION.SUCCESS' }
  const common = { op: 'notice', mchid: '1230000109', ...notice, attempt: 1, host }
  const { time: _, notice_id, ms, ...rest } = failed
  assert.deepEqual(rest, { level: 40, ...common, status: 500, failure: 'The reply was HTTP 500' })
  assert.match(notice_id, /^[0-9a-f-]{36}$/)
  assert.ok(ms >= 0)
  assert.deepEqual([taken.level, taken.status, taken.failure], [30, 204, undefined])
  assert.deepEqual([...new Set(lines.map(({ op }) => op))].toSorted(), [
    'notice',
    'parking.createParking',
    'parking.createTransaction',
  ])
  assert.doesNotMatch(stderr, /MySecret/)
})
