import assert from 'node:assert/strict'
import { closed } from '../src/admin/check-request.ts'
import type { AdminOperation } from '../src/admin/operation.ts'
import { PROBLEMS, type ProblemBody, type ProblemName, problemType } from '../src/admin/problems.ts'
import { conforms } from '../src/contract/validate.ts'
import { adminEndpointsOf } from '../src/node/admin-endpoints.ts'
import { products } from '../src/products/index.ts'
import type { TestPlatform } from '../src/testing/index.ts'

const adminEndpoints = await adminEndpointsOf(products)

/** A reply of the administration API, whatever its status. */
export interface AdminReply {
  operation: AdminOperation | undefined
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test knows what it asked for
  body: any
}

/** Calls of the administration API over HTTP. */
export interface AdminCalls {
  /** `path` is what follows `/admin/v1`. Every reply is checked against what the call declares. */
  call(method: string, path: string, body?: object): Promise<AdminReply>
  get(path: string): Promise<AdminReply>
  put(path: string, body?: object): Promise<AdminReply>
  delete(path: string): Promise<AdminReply>
  /** The call is refused with this problem, whose detail says this. */
  refused(reply: AdminReply, name: ProblemName, detail?: RegExp): void
  /** The call is refused for this field. */
  refusedField(reply: AdminReply, field: string, issue?: RegExp): void
  /** Every problem that these calls declare, besides those that all have, was met. */
  assertAllMet(...names: string[]): void
}

const patterns = adminEndpoints.map(({ operation }) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}))

export function adminCalls({ admin }: Pick<TestPlatform, 'admin'>): AdminCalls {
  const met = new Set<string>()
  const call = async (method: string, path: string, body?: object): Promise<AdminReply> => {
    const target = `/admin/v1${path}`
    const reply = await fetch(`${admin.url}${target}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const { pathname } = new URL(`${admin.url}${target}`)
    const operation = patterns.find(
      known => known.operation.method === method && known.pattern.test(pathname),
    )
    const answer = { operation: operation?.operation, status: reply.status, headers: reply.headers }
    const checked = { ...answer, body: JSON.parse(await reply.text()) }
    assertDeclared(checked)
    if (checked.status !== 200) met.add(`${checked.operation?.name} ${checked.body.type}`)
    return checked
  }
  const refused: AdminCalls['refused'] = (reply, name, detail = /./) => {
    assert.equal(reply.body.type, problemType(name), JSON.stringify(reply.body))
    assert.match(reply.body.detail, detail)
  }
  return {
    call,
    get: path => call('GET', path),
    put: (path, body = {}) => call('PUT', path, body),
    delete: path => call('DELETE', path),
    refused,
    refusedField(reply, field, issue = /./) {
      refused(reply, 'INVALID_REQUEST')
      const error = (reply.body as ProblemBody).errors?.find(candidate => candidate.field === field)
      assert.match(error?.issue ?? '', issue, JSON.stringify(reply.body))
    },
    assertAllMet(...names) {
      for (const { operation } of adminEndpoints) {
        if (!names.includes(operation.name)) continue
        for (const name of operation.problems) {
          assert.ok(
            met.has(`${operation.name} ${problemType(name)}`),
            `${operation.name}: ${name} was not met`,
          )
        }
      }
    },
  }
}

/** The reply is what the call declares, or a problem that it declares or that every call has. */
export function assertDeclared({ operation, status, headers, body }: AdminReply): void {
  assert.equal(headers.get('cache-control'), 'no-store')
  if (status === 200) {
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
    assert.ok(operation)
    assert.equal(conforms(closed(operation.reply), body), undefined, JSON.stringify(body))
    return
  }
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  const name = (Object.keys(PROBLEMS) as ProblemName[]).find(known => problemType(known) === body.type)
  assert.ok(name, JSON.stringify(body))
  assert.deepEqual([body.status, body.title], [status, PROBLEMS[name].title])
  assert.equal(status, PROBLEMS[name].status)
  assert.ok(body.detail.length > 10, 'The detail says what to change')
  const fields = Object.keys(body).filter(field => field !== 'errors')
  assert.deepEqual(fields, ['type', 'title', 'status', 'detail'])
  if (status === 404 && !operation) return
  const declared: string[] = [
    ...['INVALID_REQUEST', 'UNAUTHORIZED', 'WRONG_HOST', 'BODY_TOO_LARGE', 'METHOD_NOT_ALLOWED'],
    ...(operation?.problems ?? []),
  ]
  assert.ok(declared.includes(name), `${operation?.name} does not declare ${JSON.stringify(body)}`)
}
