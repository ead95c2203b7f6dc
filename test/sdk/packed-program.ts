import {
  type ClientOptions,
  type FolderTrust,
  merchantClient,
  optionsFromFolder,
} from '../../src/sdk/index.ts'
import type { TestPlatform } from '../../src/testing/index.ts'
import { DIRECT, PROVIDER, paidOrder, plateRequest, SUB_MCHID } from './car-park.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const TRUSTS: readonly FolderTrust[] = ['certificate', 'public-key', 'both']

/** What the program below is given, as JSON. */
export interface PackedInput {
  clients: readonly { kind: 'merchant' | 'partner'; options: ClientOptions; request: object }[]
  bill_date: string
  order: object
  /** Where nobody listens. */
  nowhere: string
  /** A merchant's folder; absent where the runtime has no disk. */
  folder?: string
}

/**
 * A user's program without imports, so that every runtime can have it in its own way: calls of both modes in each way of
 * trust, a first download of certificates, encrypted fields, signed parameters, a bill, notices, and a host that is not there.
 */
export const PROGRAM = `
async function drive(sdk, { generateKeyPairSync }, { clients, bill_date, order, nowhere, folder }) {
  const make = ({ kind, options }) => sdk[kind + 'Client'](options)
  const states = []
  for (const each of clients) states.push((await make(each).parking.queryPlateService(each.request)).service_state)
  const [{ options, request }] = clients
  const bootstrapped = sdk.merchantClient({ ...options, trust: { certificates: [] } })
  states.push((await bootstrapped.parking.queryPlateService(request)).service_state)
  if (folder) {
    const read = sdk.merchantClient(sdk.optionsFromFolder(folder))
    states.push((await read.parking.queryPlateService(request)).service_state)
  }

  const encrypted_echo_message = await bootstrapped.sensitive.encrypt('停车')
  const reply = await bootstrapped.security.securityEcho({ echo_message: 'a', encrypted_echo_message })
  const echo = bootstrapped.sensitive.decrypt(reply.encrypted_echo_message)

  const handed = bootstrapped.payments.jsapiParameters({ appid: 'wx1', prepay_id: 'wx2' })

  const bill = bootstrapped.bills.tradeBill({ bill_date })
  const findings = []
  for await (const finding of sdk.reconcileTradeBill(bill, [order])) findings.push(finding)

  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const apiv3Key = 'k'.repeat(32)
  const serial = 'PUB_KEY_ID_TEST'
  const { headers, body } = sdk.signTestNotice({ event_type: 'ANY', resource: {}, apiv3Key, privateKey, serial })
  const receiver = sdk.createWebhookReceiver({ apiv3Key, trust: { publicKeyId: serial, publicKey } })
  const refusals = []
  const handler = receiver.fetchHandler(() => {}, { onError: error => refusals.push(error.reason) })
  const answers = []
  for (const text of [body, body.replace('ANY', 'ANT')])
    answers.push((await handler(new Request('http://a/', { method: 'POST', headers, body: text }))).status)

  const lost = sdk.merchantClient({ ...options, baseUrl: nowhere, retries: 0 })
  const failure = await lost.parking.queryPlateService(request).catch(error => error)
  const isKnown = failure instanceof sdk.NotSent || failure instanceof sdk.NetworkError
  return { states, echo, parameters: [handed.package, handed.paySign.length], findings, rows: bill.summary.count, answers, refusals, unreachable: isKnown || String(failure) }
}
`

/** Runs it on what the environment names, with `sdk` and `crypto` as the runtime has imported them. */
export const PRINT = `
drive(sdk, crypto, JSON.parse(process.env.INPUT)).then(found => console.log(JSON.stringify(found)))
`

/** What comes of it. */
export function expected(hasDisk = true) {
  return {
    states: Array(hasDisk ? 8 : 7).fill('NORMAL'),
    echo: '停车',
    // The signature of a key of 2048 bits, in Base64.
    parameters: ['prepay_id=wx2', 344],
    findings: [],
    rows: 1,
    answers: [204, 401],
    refusals: ['mismatch'],
    unreachable: true,
  }
}

/** A day with one paid order on this platform, on the morning after. */
export async function packedInput(platform: TestPlatform): Promise<PackedInput> {
  const folderOf = (mchid: string) => `${platform.folder}/merchants/${mchid}`
  const { parking } = merchantClient(optionsFromFolder(folderOf(DIRECT)))
  const out_trade_no = await paidOrder(platform, parking)
  const { success_time = '' } = await parking.queryTransaction({ out_trade_no })
  const bill_date = success_time.slice(0, 10)
  await platform.scheduler.moveTo(Date.parse(`${bill_date}T10:00:00+08:00`) + DAY_MS)
  return {
    clients: TRUSTS.flatMap(trust => [
      {
        kind: 'merchant',
        options: optionsFromFolder(folderOf(DIRECT), { trust }),
        request: plateRequest,
      } as const,
      {
        kind: 'partner',
        options: optionsFromFolder(folderOf(PROVIDER), { trust }),
        request: { ...plateRequest, sub_mchid: SUB_MCHID },
      } as const,
    ]),
    bill_date,
    order: { out_trade_no, total: 888, success_time },
    nowhere: 'http://127.0.0.1:9',
    folder: folderOf(DIRECT),
  }
}
