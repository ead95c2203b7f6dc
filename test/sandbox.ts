import assert from 'node:assert/strict'
import type { LightMyRequestResponse } from 'fastify'
import { fieldLocation, type Operation } from '../src/contract/operation.ts'
import type { ErrorDetail } from '../src/protocol/errors.ts'
import { general } from '../src/protocol/general-errors.ts'
import { createTestStore } from '../src/store/testing.ts'
import { type StartOptions, type VirtualClock, virtualClock } from '../src/testing/index.ts'
import { type PlatformUnderTest, platformUnderTest, type Scope } from './platform.ts'

export type { Scope } from './platform.ts'

// What tests of any call have in common: the sandbox at the time of the documents' samples, its merchants, and refusals.

/** The instant of the documents' samples: what they charge for has ended a minute and a half before. */
export const NOW = '2017-08-26T11:45:00+08:00'
/** A place where nobody listens: notices to it fail at once, and nothing leaves the machine. */
export const NOBODY_LISTENS = 'http://127.0.0.1:9/wxpay'

export const APPID = 'wxcbda96de0b165486'
export const SUB_APPID = 'wxd678efh567hg6787'

/** Somebody who calls, with what the mode adds to each request. */
export interface Caller {
  mchid: string
  partner: { sub_mchid?: string }
}

export const MERCHANT: Caller = { mchid: '1230000109', partner: {} }
export const PARTNER: Caller = { mchid: '1230000100', partner: { sub_mchid: '1900000109' } }
/** Both modes with their names, for tests that hold in each. */
export const MODES: readonly [name: string, caller: Caller][] = [
  ['merchant mode', MERCHANT],
  ['partner mode', PARTNER],
]

/** Fields of a request; those that are `undefined` are not sent. */
export type Fields = Record<string, unknown>

/** A platform whose business time stands still. */
export interface SandboxUnderTest extends PlatformUnderTest {
  clock: VirtualClock
}

/** Starts a platform at the documents' time. Due work is done only by `runDue` unless `workers` says otherwise. */
export async function sandboxUnderTest(
  t: Scope,
  options: Omit<StartOptions, 'clock'> & { clock?: VirtualClock } = {},
): Promise<SandboxUnderTest> {
  const clock = options.clock ?? virtualClock(NOW)
  return { ...(await platformUnderTest(t, { ...options, clock })), clock }
}

let lastNumber = 0

/** A number that no other test of the file has used. */
export function freshNo(prefix = 'N'): string {
  lastNumber += 1
  return `${prefix}${String(lastNumber).padStart(6, '0')}`
}

/** Status, code and message of an error as the documents print them. */
export type Documented = Readonly<Record<string, readonly [status: number, code: string, message: string]>>

/** Checks refusals against what the documents print, and that every declared error of an operation was met. */
export function refusalsOf(operation: Operation, documented: Documented) {
  const met = new Set<string>()
  const refused = (reply: LightMyRequestResponse, name: string, detail?: ErrorDetail): void => {
    const [status, code, message] = documented[name] ?? []
    assert.deepEqual(
      { status: reply.statusCode, body: reply.json() },
      { status, body: detail ? { code, detail, message } : { code, message } },
    )
    met.add(name)
  }
  return {
    /** The reply is exactly this error. */
    refused,
    /**
     * The reply is a parameter error about this field. Where the call's page prints a message, the sentence is the issue of
     * the detail; otherwise it is the message, and the detail has the value or, where that is refused, its length.
     */
    refusedField(
      reply: LightMyRequestResponse,
      field: string,
      value: unknown,
      sentence?: string,
      name?: string,
    ): void {
      const { detail = {}, message = '' } = reply.json<{ detail?: ErrorDetail; message?: string }>()
      const location = fieldLocation(operation, field)
      const { error: printed = general.PARAM_ERROR, field: only } = operation.invalidParameter ?? {}
      // A member that is null is as good as absent.
      const sent = value ?? ''
      if (name !== undefined || (operation.invalidParameter && (only === undefined || only === field))) {
        assert.ok(detail.issue?.endsWith(sentence ?? ''), `Not the issue in ${reply.body}`)
        refused(reply, name ?? printed.name, { field, issue: detail.issue, location, value: sent })
        return
      }
      const source = location === 'url' ? 'uri_template' : location
      assert.ok(message.includes(`“/${source}/${field.replace(/^\//, '')}”`), message)
      assert.ok(message.endsWith(sentence ?? ''), message)
      const [, bytes] = /字节数 (\d+)/.exec(message) ?? []
      assert.deepEqual(
        { status: reply.statusCode, body: reply.json() },
        {
          status: 400,
          body: {
            code: 'PARAM_ERROR',
            detail: { location: source, value: bytes === undefined ? sent : Number(bytes) },
            message,
          },
        },
      )
      met.add('PARAM_ERROR')
    },
    /** Every error that the contract declares was met by a test of this file, and the documents have no other. */
    assertAllMet(): void {
      const declared = operation.errors.map(({ name }) => name).sort()
      assert.deepEqual([...met].sort(), declared)
      assert.deepEqual(Object.keys(documented).sort(), declared)
    },
  }
}

/** A platform whose store was closed under it, as after a lost disk. Its merchants' keys are known. */
export async function sandboxWithoutStore(t: Scope): Promise<SandboxUnderTest> {
  const store = createTestStore()
  const running = await sandboxUnderTest(t, { open: () => store.open() })
  t.after(() => store.remove())
  await running.platform.db.close()
  return running
}

/** What a fault of the platform's own looks like from outside, whatever its cause was. */
export function assertSystemError(reply: LightMyRequestResponse): void {
  assert.equal(reply.statusCode, 500)
  assert.equal(reply.body, '{"code":"SYSTEM_ERROR","message":"出现内部服务器错误"}')
  // The signature is random letters, which may spell anything.
  const { 'wechatpay-signature': _, ...headers } = reply.headers
  assert.doesNotMatch(JSON.stringify(headers), /database|sql|table|plates|transactions|\.ts|Error:/i)
}
