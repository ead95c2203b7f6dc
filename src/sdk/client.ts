import { BillCorrupted } from './bills/bill-corrupted.ts'
import { type Bills, billsOf, type SubMerchantBills } from './bills/bills.ts'
import { clientParameterRules } from './generated/client-parameters.ts'
import { type Clients, operations } from './generated/index.ts'
import { downloadCertificates } from './keys/download-certificates.ts'
import { KeyRing } from './keys/key-ring.ts'
import { verifySigned } from './keys/verify-signed.ts'
import { receiverOn, type WebhookReceiver } from './notices/webhook-receiver.ts'
import { signClientParameters } from './pages/client-parameters.ts'
import { ParameterError } from './transport/errors.ts'
import { machine } from './transport/machine.ts'
import type { Download } from './transport/open-download.ts'
import type { CallRules, Mode, OperationName, ReplyTo } from './transport/operations.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './transport/options.ts'
import { Sender, type SendOptions } from './transport/sender.ts'

/** What a client has beside the calls of the products. */
interface ClientOf<M extends Mode> {
  /** The merchant number that calls. */
  readonly mchid: string

  readonly bills: Bills<M>

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

/**
 * The calls of a merchant, by product. Each takes one flat object with the names of the wire and answers the verified
 * reply. Each throws a `WechatPayError`, of which `OutcomeUnknown` must be caught apart from the refusals; or a
 * `TypeError`, before anything is sent, when a number in the path is missing.
 */
export type Client<M extends Mode> = ClientOf<M> & Clients[M]
export type MerchantClient = Client<'merchant'>
export type PartnerClient = Client<'partner'> & { readonly bills: SubMerchantBills }

/** A client for a direct merchant (直连商户). Throws a `TypeError` that names a wrong option; sends nothing yet. */
export function merchantClient(options: ClientOptions): MerchantClient {
  return createClient('merchant', resolveOptions(options)) as MerchantClient
}

/** A client for a service provider (服务商), most of whose calls name a `sub_mchid`. Otherwise as `merchantClient`. */
export function partnerClient(options: ClientOptions): PartnerClient {
  return createClient('partner', resolveOptions(options)) as PartnerClient
}

function createClient(mode: Mode, options: ResolvedOptions): object {
  const { mchid, apiv3Key, privateKey, suite } = options
  const sender = new Sender(mode, options, machine)
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
    const broken = (why: string, cause: unknown) =>
      new BillCorrupted(`its file has stopped coming, ${why}`, cause)
    const how = { verify, wechatpaySerial: keys.publicKeyId }
    return sender.open('bills.downloadBill', new URL(downloadUrl), broken, how)
  }

  const own: ClientOf<Mode> = {
    mchid,
    bills: billsOf(mode, { call, open, decrypt }),
    sensitive: {
      encrypt: async text => suite.encryptField(text, (await keys.encryptionKey()).publicKey),
      decrypt,
    },
    webhooks: receiverOn(keys, apiv3Key, machine),
  }
  const products = methodsOf({
    ...callsOf(mode, call),
    ...Object.fromEntries(
      Object.entries(clientParameterRules).map(([id, rule]) => [
        id,
        (request: object) => signClientParameters(id, rule, request, options, machine),
      ]),
    ),
  })
  return { ...products, ...own, bills: { ...products.bills, ...own.bills } }
}

type Call = <Name extends OperationName>(op: Name, request: object) => Promise<ReplyTo<Name>>

/** What a client does, by the id of the product and the method. */
type Methods = Record<string, (request: object) => unknown>

/** The calls that a mode has; a file is no reply that a method could answer. */
function callsOf(mode: Mode, call: Call): Methods {
  const calls: Methods = {}
  for (const op of Object.keys(operations) as OperationName[]) {
    const { paths, isFile }: CallRules = operations[op]
    if (paths[mode] !== undefined && !isFile) calls[op] = (request = {}) => call(op, request)
  }
  return calls
}

/** The methods by product and name. */
function methodsOf(methods: Methods): Record<string, Methods> {
  const products: Record<string, Methods> = {}
  for (const [id, method] of Object.entries(methods)) {
    const [product, name] = id.split('.') as [string, string]
    products[product] = { ...products[product], [name]: method }
  }
  return products
}
