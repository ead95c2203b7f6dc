import type { Mode } from '../../contract/operation.ts'
import { type Bills, billsOf, type SubMerchantBills } from '../bills/bills.ts'
import type { Download } from '../bills/open-download.ts'
import { downloadCertificates } from '../keys/download-certificates.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { verifySigned } from '../keys/verify-signed.ts'
import { receiverOn, type WebhookReceiver } from '../notices/webhook-receiver.ts'
import { ParameterError } from './errors.ts'
import { machine } from './machine.ts'
import { type CallRules, type OperationName, operations, type ReplyTo, type RequestIn } from './operations.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { Sender, type SendOptions } from './sender.ts'

/**
 * The calls of a merchant. Each takes one flat object with the names of the wire and answers the verified reply. Each
 * throws a `WechatPayError`, of which `OutcomeUnknown` must be caught apart from the refusals; or a `TypeError`, before
 * anything is sent, when a number in the path is missing.
 */
export interface Client<M extends Mode> {
  /** The merchant number that calls. */
  readonly mchid: string

  readonly parking: {
    /**
     * Whether this user has opened the service for this plate (查询车牌服务开通信息). A plate that was never opened is no
     * error: its `service_state` is `OUT_SERVICE`.
     *
     * Throws `InvalidRequest` for a wrong openid or sub-merchant. Official page: 4012534043, partner 4012534183.
     */
    queryPlateService(request: RequestIn<'queryPlateService', M>): Promise<ReplyTo<'queryPlateService'>>

    /**
     * Makes a parking entry (创建停车入场); once for each car that drives in. `free_duration` is in seconds, `start_time` is
     * RFC 3339. `state: 'BLOCKED'` is a success too: the entry exists, but this stay cannot be charged at present.
     *
     * Keep `out_parking_no` and send it again when the outcome is unknown: it then gives the same entry. Official page:
     * 4012533937, partner 4012533994.
     */
    createParking(request: RequestIn<'createParking', M>): Promise<ReplyTo<'createParking'>>

    /**
     * Charges a stay (扣费受理). `amount.total` is in fen, `charging_duration` in seconds; plate, times and name are those of
     * the entry, and `end_time` is not in the future. Ask `wasAccepted` about the reply: the deduction itself comes
     * later, as a notice.
     *
     * On `OutcomeUnknown` keep the gate closed and call `queryTransaction`. On `RateLimited` do the same before the charge
     * is sent again. Official page: 4012534352, partner 4012534427.
     */
    createTransaction(request: RequestIn<'createTransaction', M>): Promise<ReplyTo<'createTransaction'>>

    /**
     * The order as it is now (查询订单). Throws `NotFound` when there is no order under the number. Official page:
     * 4012534308, partner 4012534441.
     */
    queryTransaction(request: RequestIn<'queryTransaction', M>): Promise<ReplyTo<'queryTransaction'>>
  }

  readonly refunds: {
    /**
     * Applies for a refund (申请退款), by `transaction_id` or `out_trade_no`; amounts in fen. The reply says that it was
     * accepted: `PROCESSING`. Whether it has arrived is told by a `RefundNotice` and by `queryByOutRefundNo`.
     *
     * Keep `out_refund_no` before you send it: the same number is the same refund however often it is sent, and a new one
     * refunds again. On `OutcomeUnknown` and `RateLimited` query first, then send the same number. Throws `NotEnough`,
     * `RefundImpossible`, `NotFound` for an order that is unknown or unpaid, and `InvalidRequest`. An order has at most
     * 50 refunds, a minute apart, within a year. Official page: 4013071036, partner 4013080625.
     */
    createRefund(request: RequestIn<'createRefund', M>): Promise<ReplyTo<'createRefund'>>

    /**
     * The refund as it is now (查询单笔退款). Throws `NotFound` when there is none under the number. Official page:
     * 4013071041, partner 4013080626.
     */
    queryByOutRefundNo(request: RequestIn<'queryByOutRefundNo', M>): Promise<ReplyTo<'queryByOutRefundNo'>>

    /**
     * Sends a refund that is `ABNORMAL` to a bank card of the user, or to the merchant's own account (发起异常退款). Give
     * `bank_account` and `real_name` as plain text: they are encrypted to the platform's key, which the call names.
     *
     * Throws `InvalidRequest` when the refund is not abnormal. Official page: 4013071193, partner 4013080627.
     */
    createAbnormalRefund(
      request: RequestIn<'createAbnormalRefund', M>,
    ): Promise<ReplyTo<'createAbnormalRefund'>>
  }

  readonly bills: Bills<M>

  readonly certificates: {
    /**
     * The platform certificates, still sealed (获取平台证书列表). A client needs no call of this: it downloads, opens and
     * renews them by itself. Throws `NotFound` for a merchant of the public key alone. Official page: 4012551764.
     */
    listCertificates(request?: RequestIn<'listCertificates', M>): Promise<ReplyTo<'listCertificates'>>
  }

  readonly security: {
    /**
     * Gives a message back (商户签名验签/加解密测试): one call that proves keys, signatures and encryption. Encrypted text is
     * made with `sensitive.encrypt`. Official page: 4015139289.
     */
    securityEcho(request: RequestIn<'securityEcho', M>): Promise<ReplyTo<'securityEcho'>>
  }

  /** Sensitive fields: RSAES-OAEP with SHA-1, or SM2, in Base64. Official page: 4013053257. */
  readonly sensitive: {
    /**
     * Encrypts a text to the platform's key, the one that calls name in `Wechatpay-Serial`. It has at most 214 bytes of
     * UTF-8, or with SM2 at least one.
     */
    encrypt(text: string): Promise<string>
    /** Decrypts what the platform encrypted to the merchant's certificate. Throws when it did not. */
    decrypt(encrypted: string): string
  }

  /** Receives notices with the keys of this client, certificates that the platform adds later included. */
  readonly webhooks: WebhookReceiver
}

export type MerchantClient = Client<'merchant'>
export type PartnerClient = Client<'partner'> & { readonly bills: SubMerchantBills }

/** A client for a direct merchant (直连商户). Throws a `TypeError` that names a wrong option; sends nothing yet. */
export function merchantClient(options: ClientOptions): MerchantClient {
  return createClient<'merchant'>(resolveOptions(options))
}

/** A client for a service provider (服务商), whose calls of parking and refunds name a `sub_mchid`. Otherwise as `merchantClient`. */
export function partnerClient(options: ClientOptions): PartnerClient {
  return createClient<'partner'>(resolveOptions(options))
}

function createClient<M extends Mode>(
  options: ResolvedOptions,
): Client<M> & { readonly bills: SubMerchantBills } {
  const { mchid, apiv3Key, privateKey, suite } = options
  const sender = new Sender(options, machine)
  const keys = new KeyRing({ trust: options.trust, suite, own: options }, machine.wallNow, () =>
    downloadCertificates(sender, options, machine),
  )
  const verify: SendOptions['verify'] = reply => verifySigned(reply, keys, machine.wallNow())
  const decrypt = (encrypted: string) => suite.decryptField(encrypted, privateKey)

  async function call<Name extends OperationName>(op: Name, request: object): Promise<ReplyTo<Name>> {
    await keys.ready()
    const { namesPlatformKey, encrypts = [] }: CallRules = operations[op]
    // A key is named and encrypted to at one time, so that a certificate that is renewed meanwhile does no harm.
    const key = namesPlatformKey ? await keys.encryptionKey() : undefined
    const encrypted = Object.entries(request).map(([name, value]) =>
      key && encrypts.includes(name) && typeof value === 'string'
        ? [name, suite.encryptField(value, key.publicKey)]
        : [name, value],
    )
    // In public key mode every call names the key, as the documents ask; a certificate is named only where it must be.
    const wechatpaySerial = keys.publicKeyId ?? key?.serial
    try {
      const reply = await sender.send(op, Object.fromEntries(encrypted), { verify, wechatpaySerial })
      return reply as ReplyTo<Name>
    } catch (error) {
      // What is wrong with an encrypted field has no detail, unlike what is wrong with any other.
      if (key && error instanceof ParameterError && !error.detail) await keys.lookForOthers()
      throw error
    }
  }

  async function open(downloadUrl: string): Promise<Download> {
    await keys.ready()
    return sender.open(new URL(downloadUrl), { verify, wechatpaySerial: keys.publicKeyId })
  }

  return {
    mchid,
    parking: {
      queryPlateService: request => call('queryPlateService', request),
      createParking: request => call('createParking', request),
      createTransaction: request => call('createTransaction', request),
      queryTransaction: request => call('queryTransaction', request),
    },
    refunds: {
      createRefund: request => call('createRefund', request),
      queryByOutRefundNo: request => call('queryByOutRefundNo', request),
      createAbnormalRefund: request => call('createAbnormalRefund', request),
    },
    bills: billsOf({ call, open, decrypt }),
    certificates: {
      listCertificates: (request = {}) => call('listCertificates', request),
    },
    security: {
      securityEcho: request => call('securityEcho', request),
    },
    sensitive: {
      encrypt: async text => suite.encryptField(text, (await keys.encryptionKey()).publicKey),
      decrypt,
    },
    webhooks: receiverOn(keys, apiv3Key, machine),
  }
}
