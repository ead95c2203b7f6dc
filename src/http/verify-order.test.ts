import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { platformUnderTest } from '../../test/platform.ts'
import { type RawReply, sendRaw } from '../../test/raw-http.ts'
import { type Draft, draftOf, rawDraft } from '../../test/signed-draft.ts'
import { systemClock } from '../clock/clock.ts'

const REVOKED = 'A'.repeat(40)
const EXPIRED = 'B'.repeat(40)
const REVOKED_AND_EXPIRED = 'C'.repeat(40)

const running = await platformUnderTest({ after })
const merchant = running.merchant('1230000109')
const other = running.merchant('1230000100')

before(async () => {
  await copyCertificate(REVOKED, 1, systemClock.wallNow() + 60_000)
  await copyCertificate(EXPIRED, 0, systemClock.wallNow())
  await copyCertificate(REVOKED_AND_EXPIRED, 1, systemClock.wallNow())
})

async function copyCertificate(serial: string, revoked: number, notAfter: number): Promise<void> {
  await running.platform.db.run(
    `INSERT INTO merchant_certificates (serial_no, certificate_id, mchid, certificate, public_key, not_before, not_after, revoked)
     SELECT $1, $1, mchid, certificate, public_key, not_before, $2, $3 FROM merchant_certificates WHERE serial_no = $4`,
    serial,
    notAfter,
    revoked,
    merchant.serial_no,
  )
}

interface Fault {
  name: string
  /** What the fault changes in a draft. */
  corrupt(draft: Draft): Partial<Draft>
  status: number
  /** A body to the letter, or what it starts with. */
  body: string | RegExp
  /** The number behind `Request-ID`; `undefined` where there is no such header. */
  number?: string
}

/** Changes what the body says; a body that is no JSON any more stays as it is. */
function changedBody(change: (body: Record<string, unknown>) => object): Fault['corrupt'] {
  return ({ body }) => {
    try {
      const [blanks = ''] = /\s*$/.exec(body.toString()) ?? []
      return { body: Buffer.from(JSON.stringify(change(JSON.parse(body.toString()))) + blanks) }
    } catch {
      return { body }
    }
  }
}

function signError(message: string): string {
  return `{"code":"SIGN_ERROR","message":"${message}"}`
}

const NO_ACCEPT_OR_USER_AGENT = '{"code":"INVALID_REQUEST","message":"Http头缺少Accept或User-Agent"}'

/** One fault for each check, in the order of the checks. */
const FAULTS: Fault[] = [
  {
    name: 'the path does not exist',
    corrupt: () => ({ target: '/v3/security/nope' }),
    status: 404,
    body: '',
  },
  { name: 'the method is wrong', corrupt: () => ({ method: 'PUT' }), status: 405, body: '' },
  {
    name: 'there is no User-Agent',
    corrupt: ({ headers }) => ({ headers: { ...headers, 'User-Agent': undefined } }),
    status: 400,
    body: NO_ACCEPT_OR_USER_AGENT,
    number: '268435461',
  },
  {
    name: 'there is no Accept',
    corrupt: ({ headers }) => ({ headers: { ...headers, Accept: undefined } }),
    status: 400,
    body: NO_ACCEPT_OR_USER_AGENT,
    number: '268435461',
  },
  {
    name: 'there is no Authorization',
    corrupt: () => ({ authorization: () => undefined }),
    status: 401,
    body: signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》'),
    number: '270924360',
  },
  {
    name: 'the scheme is foreign',
    corrupt: ({ authorization }) => ({
      authorization: header => authorization(header)?.replace(/^\S+/, 'WECHATPAY-BRAND-SHA256-RSA2048'),
    }),
    status: 401,
    body: signError('Http头Authorization认证类型不正确'),
    number: '270924360',
  },
  {
    name: 'the timestamp is too old',
    corrupt: ({ timestamp }) => ({ timestamp: timestamp - 301 }),
    status: 401,
    body: signError('Http头Authorization中的timestamp与发起请求的时间不得超过5分钟'),
    number: '270924360',
  },
  {
    name: 'the merchant does not exist',
    corrupt: () => ({ mchid: '1230009999' }),
    status: 401,
    body: signError('签名错误'),
    number: '268443699',
  },
  {
    name: 'the scheme is that of 国密, which the merchant has not applied for',
    corrupt: ({ authorization }) => ({
      authorization: header => authorization(header)?.replace(/^WECHATPAY2\S+/, 'WECHATPAY2-SM2-WITH-SM3'),
    }),
    status: 401,
    body: signError('Http头Authorization认证类型不正确'),
    number: '270924360',
  },
  {
    name: "the serial number is another merchant's",
    corrupt: () => ({ serial_no: other.serial_no }),
    status: 401,
    body: signError('商户证书序列号有误。请使用签名私钥匹配的证书序列号'),
    number: '268443699',
  },
  {
    name: 'the certificate was revoked',
    corrupt: ({ serial_no }) => ({ serial_no: serial_no === merchant.serial_no ? REVOKED : serial_no }),
    status: 401,
    body: signError('商户证书已作废。'),
    number: '268443699',
  },
  {
    name: 'the certificate has expired',
    corrupt({ serial_no }) {
      if (serial_no === REVOKED) return { serial_no: REVOKED_AND_EXPIRED }
      return { serial_no: serial_no === merchant.serial_no ? EXPIRED : serial_no }
    },
    status: 401,
    body: signError('商户证书已过期。'),
    number: '268443699',
  },
  {
    name: 'the body is over 1 MB',
    corrupt: ({ body }) => ({ body: Buffer.concat([body, Buffer.alloc(1024 * 1024, ' ')]) }),
    status: 400,
    body: '{"code":"INVALID_REQUEST","message":"请求体过大或读取失败"}',
    number: '268435461',
  },
  {
    name: 'the body was changed after it was signed',
    corrupt: () => ({ sentBody: body => Buffer.concat([body, Buffer.from(' ')]) }),
    status: 401,
    body: /^\{"code":"SIGN_ERROR","detail":\{.*\},"message":"错误的签名，验签失败"\}$/s,
    number: '268443699',
  },
  {
    name: 'the body is no JSON',
    corrupt: ({ body }) => ({ body: Buffer.concat([Buffer.from('{'), body]) }),
    status: 400,
    body: '{"code":"PARAM_ERROR","detail":{"issue":"请求体不是合法的 JSON 对象","location":"body"},"message":"参数错误"}',
    number: '268435461',
  },
  {
    name: 'a value has the wrong type',
    corrupt: changedBody(body => ({ ...body, notify_url: 7 })),
    status: 400,
    body: '{"code":"PARAM_ERROR","detail":{"location":"body","value":7},"message":"无法将 JSON 输入源“/body/notify_url”映射到目标字段“回调通知url”中，此字段需要一个 string 类型的 Json 值"}',
    number: '268435461',
  },
  {
    name: 'a field is missing',
    corrupt: changedBody(({ echo_message: _, ...body }) => body),
    status: 400,
    body: '{"code":"PARAM_ERROR","detail":{"location":"body","value":""},"message":"输入源“/body/echo_message”映射到字段“回显信息”必填性规则校验失败，此字段为必填项"}',
    number: '268435461',
  },
  {
    name: 'a field is not defined',
    corrupt: changedBody(body => ({ ...body, echo: 1 })),
    status: 400,
    body: '{"code":"PARAM_ERROR","detail":{"location":null,"value":["/body/echo"]},"message":"请求中含有未在API文档中定义的参数"}',
    number: '270924358',
  },
  {
    name: 'there is no key for an encrypted field',
    corrupt: ({ headers }) => ({ headers: { ...headers, 'Wechatpay-Serial': undefined } }),
    status: 400,
    body: '{"code":"PARAM_ERROR","message":"HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)"}',
    number: '268435461',
  },
]

async function send(...faults: Fault[]): Promise<RawReply> {
  const draft = draftOf(merchant, 'POST', '/v3/security/echo', '{"echo_message":"hi"}')
  for (const { corrupt } of faults) Object.assign(draft, corrupt(draft))
  return sendRaw(running.baseUrl, rawDraft(draft))
}

function assertRefused(reply: RawReply, { status, body, number }: Fault, about: string): void {
  assert.equal(reply.status, status, about)
  if (typeof body === 'string') assert.equal(reply.body, body, about)
  else assert.match(reply.body, body, about)
  const headers = new Map(reply.headers)
  const [, ending] = headers.get('Request-ID')?.split('-') ?? []
  assert.equal(ending, number, about)
  const signatures = [...headers.keys()].filter(name => name.toLowerCase().startsWith('wechatpay-'))
  assert.deepEqual(signatures, [], about)
}

test('a request without a fault is answered, so that every refusal below has one cause', async () => {
  const reply = await send()
  assert.deepEqual([reply.status, reply.body], [200, '{"echo_message":"hi"}'])
})

for (const [index, fault] of FAULTS.entries()) {
  test(`when ${fault.name}, the answer is ${fault.status}, whatever else is wrong behind it`, async () => {
    assertRefused(await send(fault), fault, fault.name)
    for (const later of FAULTS.slice(index + 1)) {
      assertRefused(await send(fault, later), fault, `${fault.name}, and ${later.name}`)
    }
  })
}
