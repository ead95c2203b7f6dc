import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import type { PaymentResult } from '../../src/products/basic/payments/contract.ts'
import type { Refund, RefundResult } from '../../src/products/common/refunds/contract.ts'
import type { EntranceStateChange, TransactionResult } from '../../src/products/industry/parking/contract.ts'
import type { PlateColor } from '../../src/products/industry/parking/plate.ts'
import { formatAuthorization } from '../../src/protocol/authorization.ts'
import { newNonce } from '../../src/protocol/ids.ts'
import { openResource } from '../../src/protocol/sealed-resource.ts'
import { decryptField } from '../../src/protocol/sensitive-field.ts'
import { requestMessage, signMessage } from '../../src/protocol/signature.ts'
import { KeyRing } from '../../src/sdk/keys/key-ring.ts'
import { verifySigned } from '../../src/sdk/keys/verify-signed.ts'
import { NoticeRefused } from '../../src/sdk/notices/notice-refused.ts'
import type { WebhookReceiver } from '../../src/sdk/notices/webhook-receiver.ts'
import { receiverOn } from '../../src/sdk/notices/webhook-receiver.ts'
import { type Judgement, judgeReply } from '../../src/sdk/transport/judge-reply.ts'
import type { OperationName } from '../../src/sdk/transport/operations.ts'
import type { MerchantCredentials } from '../../src/testing/index.ts'
import { APPID, type Fields, SUB_APPID } from '../parking.ts'
import { withQuery } from '../platform.ts'
import type { NoticeOnItsWay } from './notice-network.ts'
import { isPaymentCall, PAYMENT_OPERATIONS, type PaymentCallName, PaymentDesk } from './payment-desk.ts'
import { isPaymentNotice } from './payment-history.ts'
import type { SeededRandom } from './random.ts'
import { RefundDesk } from './refund-desk.ts'

export type CallName = 'create' | 'charge' | 'query' | 'find' | RefundCallName | PaymentCallName

/** The calls of the refund family. */
export type RefundCallName = 'refund' | 'queryRefund' | 'settleRefund'

const OPERATIONS: Readonly<Record<CallName, OperationName>> = {
  ...{ create: 'parking.createParking', charge: 'parking.createTransaction' },
  ...{ query: 'parking.queryTransaction', find: 'parking.queryPlateService' },
  ...{ refund: 'refunds.createRefund', queryRefund: 'refunds.queryByOutRefundNo' },
  settleRefund: 'refunds.createAbnormalRefund',
  ...PAYMENT_OPERATIONS,
}

/** A call as a merchant makes it; repeated with the same parameters, it is the same call. */
export interface Call {
  name: CallName
  merchant: SimulatedMerchant
  method: 'GET' | 'POST'
  target: string
  fields: Fields
}

/** What goes over the wire. */
export interface SignedCall {
  url: string
  headers: Record<string, string>
  body: Buffer
}

/** A car that a merchant has let in, as far as the merchant knows. */
export interface KnownStay {
  create: Call
  fields: Fields & { out_parking_no: string; plate_number: string; plate_color: PlateColor }
  /** Undefined until a reply has come. */
  id: string | undefined
  charges: KnownCharge[]
}

/** A charge that a merchant has asked for. */
export interface KnownCharge {
  call: Call
  out_trade_no: string
  /** The last state that the merchant has learned of, from a reply, a query or a notice. */
  state: string | undefined
  /** The platform's number, known once it is paid. */
  transaction_id: string | undefined
}

type OrderNews = Pick<TransactionResult, 'out_trade_no' | 'trade_state' | 'transaction_id'>

export interface MerchantOptions {
  mchid: string
  sub_mchid: string | undefined
  credentials: MerchantCredentials
  random: SeededRandom
  wallNow: () => number
}

/**
 * A car park that does as the documents say: it keeps what replies and notices say, repeats what it has no answer to
 * with the same parameters, and opens its gate only on ACCEPTED.
 */
export class SimulatedMerchant {
  readonly mchid: string
  readonly sub_mchid: string | undefined
  readonly name: string
  readonly stays: KnownStay[] = []
  readonly receiver: WebhookReceiver
  readonly refunds: RefundDesk
  readonly payments: PaymentDesk
  /** What can be refunded once it is paid: charges and payments, in the order in which they were made. */
  readonly orders: KnownCharge[] = []
  readonly #partner: Fields
  readonly #apiv3Key: string
  readonly #serial: string
  readonly #platformSerial: string
  readonly #key: KeyObject
  readonly #keys: KeyRing
  readonly #random: SeededRandom
  readonly #wallNow: () => number
  #numbers = 0

  constructor({ mchid, sub_mchid, credentials, random, wallNow }: MerchantOptions) {
    this.mchid = mchid
    this.sub_mchid = sub_mchid
    this.name = sub_mchid ? `${mchid}-${sub_mchid}` : mchid
    this.#partner = sub_mchid ? { sub_mchid } : {}
    this.#serial = credentials.serial_no
    this.#apiv3Key = credentials.apiv3_key
    this.#platformSerial = credentials.public_key_id
    this.#key = createPrivateKey(credentials.private_key)
    this.#random = random
    this.#wallNow = wallNow
    const trust = {
      publicKeyId: credentials.public_key_id,
      publicKey: credentials.platform_public_key,
      certificates: [credentials.platform_certificate],
    }
    this.#keys = new KeyRing({ trust }, wallNow)
    this.receiver = receiverOn(this.#keys, credentials.apiv3_key, { wallNow })
    this.refunds = new RefundDesk(this, random.fork('refunds'), credentials)
    this.payments = new PaymentDesk(this, random.fork('payments'))
  }

  get notifyUrl(): string {
    return `http://127.0.0.1:9/${this.name}`
  }

  get charges(): KnownCharge[] {
    return this.stays.flatMap(({ charges }) => charges)
  }

  /** A car drives in. */
  newStay(plate: { plate_number: string; plate_color: PlateColor }, now: number): KnownStay {
    const fields = {
      out_parking_no: this.newNumber('P'),
      ...plate,
      notify_url: this.notifyUrl,
      start_time: wholeSecond(now - this.#random.between(0, 90_000)),
      parking_name: '欢乐海岸停车场',
      free_duration: 900,
    }
    const create = this.newCall('create', 'POST', '/v3/vehicle/parking/parkings', fields)
    const stay: KnownStay = { create, fields, id: undefined, charges: [] }
    this.stays.push(stay)
    return stay
  }

  /** A car leaves. `undefined` when it cannot have been here for a second. */
  newCharge(stay: KnownStay, now: number): KnownCharge | undefined {
    const { plate_number, plate_color, start_time, parking_name } = stay.fields
    const end_time = wholeSecond(now)
    if (Date.parse(end_time) <= Date.parse(String(start_time))) return undefined
    const random = this.#random
    const out_trade_no = this.newNumber('T')
    const fields = {
      appid: APPID,
      ...(this.#partner.sub_mchid === '1900000109' && random.chance(0.5) && { sub_appid: SUB_APPID }),
      description: '停车场扣费',
      attach: out_trade_no,
      out_trade_no,
      trade_scene: 'PARKING',
      ...(random.chance(0.5) && { goods_tag: 'WXG' }),
      notify_url: this.notifyUrl,
      profit_sharing: random.chance(0.4) ? 'Y' : 'N',
      amount: { total: random.between(1, 3_000), currency: 'CNY' },
      parking_info: {
        ...{ parking_id: stay.id, plate_number, plate_color, start_time, end_time, parking_name },
        ...{ charging_duration: 3600, device_id: '12313' },
      },
    }
    const call = this.newCall('charge', 'POST', '/v3/vehicle/transactions/parking', fields)
    const charge: KnownCharge = { call, out_trade_no, state: undefined, transaction_id: undefined }
    stay.charges.push(charge)
    this.orders.push(charge)
    return charge
  }

  /** The same number for something else, which no merchant should do. */
  otherContent({ call, out_trade_no }: KnownCharge): Call {
    return { ...call, fields: { ...call.fields, description: 'Something else', out_trade_no } }
  }

  query({ out_trade_no }: Pick<KnownCharge, 'out_trade_no'>): Call {
    return this.newCall('query', 'GET', `/v3/vehicle/transactions/out-trade-no/${out_trade_no}`, {})
  }

  find(plate: { plate_number: string; plate_color: PlateColor }, openid: string): Call {
    return this.newCall('find', 'GET', '/v3/vehicle/parking/services/find', {
      appid: APPID,
      openid,
      ...plate,
    })
  }

  /** Signs a call; each time anew, as real clients do. */
  sign({ name, method, target, fields }: Call): SignedCall {
    const url = method === 'GET' ? withQueryOf(target, fields) : target
    const body = Buffer.from(method === 'GET' ? '' : JSON.stringify(fields))
    const signed = this.#signRequest(method, url, body)
    // Named by calls with something encrypted in them.
    if (name === 'settleRefund') signed.headers['Wechatpay-Serial'] = this.#platformSerial
    return signed
  }

  /** Signs a question that is not one of the calls that may be lost and repeated. */
  signGet(url: string): SignedCall {
    return this.#signRequest('GET', url, Buffer.alloc(0))
  }

  #signRequest(method: Call['method'], url: string, body: Buffer): SignedCall {
    const timestamp = String(Math.floor(this.#wallNow() / 1000))
    const nonce = newNonce(size => this.#random.bytes(size))
    const signature = signMessage(requestMessage({ method, target: url, timestamp, nonce, body }), this.#key)
    const { mchid } = this
    return {
      url,
      body,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'boomgate-simulation',
        ...(body.length > 0 && { 'Content-Type': 'application/json' }),
        Authorization: formatAuthorization({
          ...{ mchid, nonce_str: nonce, signature, timestamp },
          serial_no: this.#serial,
        }),
      },
    }
  }

  /** Signs what a page or an app hands to WeChat. */
  signText(text: string): string {
    return signMessage(Buffer.from(text), this.#key)
  }

  /** Opens what was encrypted to this merchant's certificate. */
  decrypt(encrypted: string): string {
    return decryptField(encrypted, this.#key)
  }

  /** Verifies and opens a notice, as a merchant does with the SDK; one that is refused is opened all the same, for the record. */
  async look({ headers, body }: NoticeOnItsWay): Promise<{
    id: string
    event_type: string
    plaintext: string
    isGenuine: boolean
  }> {
    try {
      return { ...(await this.receiver.readNotice(body, headers)), isGenuine: true }
    } catch (error) {
      if (!(error instanceof NoticeRefused)) throw error
      const { id, event_type, resource } = JSON.parse(body)
      return { id, event_type, plaintext: openResource(resource, this.#apiv3Key), isGenuine: false }
    }
  }

  /** What the SDK makes of a reply. */
  judge(
    { name, fields }: Call,
    { statusCode, headers, rawPayload }: LightMyRequestResponse,
  ): Promise<Judgement> {
    const header = (name: string) => headers[name.toLowerCase()]?.toString()
    const reply = { status: statusCode, header, body: rawPayload }
    return judgeReply(OPERATIONS[name], fields, reply, one => verifySigned(one, this.#keys, this.#wallNow()))
  }

  /** Takes a reply that has come through; `now` is business time. */
  learnReply(call: Call, body: Record<string, unknown>, now: number): void {
    if (isPaymentCall(call)) {
      this.payments.learnReply(call, body, now)
    } else if (call.name === 'create') {
      const stay = this.stays.find(({ create }) => create === call)
      if (stay) stay.id = String(body.id)
    } else if (isRefundCall(call)) {
      this.refunds.learn(body as unknown as Refund)
    } else if (call.name !== 'find') {
      this.#learnOrder(body as unknown as OrderNews)
    }
  }

  /** Takes a notice that has come through, perhaps for the second time and late. */
  learnNotice(notice: EntranceStateChange | TransactionResult | RefundResult | PaymentResult): void {
    if (isPaymentNotice(notice)) this.payments.learn(notice)
    else if ('trade_state' in notice) this.#learnOrder(notice)
    if ('refund_status' in notice) this.refunds.learn({ ...notice, status: notice.refund_status })
  }

  #learnOrder({ out_trade_no, trade_state, transaction_id }: OrderNews): void {
    const charge = this.charges.find(known => known.out_trade_no === out_trade_no)
    if (!charge) return
    // An answer that was overtaken takes nothing back.
    if (charge.state === undefined || charge.state === 'ACCEPTED') charge.state = trade_state
    charge.transaction_id ??= transaction_id
  }

  /** A number of its own for something new. */
  newNumber(prefix: string): string {
    this.#numbers += 1
    return `${prefix}${this.name.slice(-4)}${String(this.#numbers).padStart(6, '0')}`
  }

  newCall(name: CallName, method: Call['method'], target: string, fields: Fields): Call {
    return { name, merchant: this, method, target, fields: { ...this.#partner, ...fields } }
  }
}

export function isRefundCall({ name }: Call): boolean {
  return name === 'refund' || name === 'queryRefund' || name === 'settleRefund'
}

function withQueryOf(target: string, fields: Fields): string {
  const entries = Object.entries(fields).map(([name, value]) => [name, String(value)])
  return entries.length === 0 ? target : withQuery(target, Object.fromEntries(entries))
}

/** An instant as merchants write it, in Beijing time. */
function wholeSecond(now: number): string {
  const text = new Date(Math.floor(now / 1000) * 1000 + 8 * 60 * 60 * 1000).toISOString()
  return `${text.slice(0, 19)}+08:00`
}
