import { recentCallsOptions } from '../calls/options.ts'
import { fundingOptions } from '../funding/options.ts'
import { callOptions } from '../http/options.ts'
import { noticesOptions } from '../notices/options.ts'
import { choice, host, type Kind, origin, port, switchedOn, text } from '../options/kinds.ts'
import { type OptionGroup, optionGroup, type ValuesOf } from '../options/options.ts'
import { products as allProducts } from '../products/index.ts'
import type { Product } from '../products/product.ts'
import { TRUST_STATES } from '../protocol/trust.ts'
import { SECRETS_KEY_BYTES, type SecretsKeys } from '../store/secrets.ts'

/** Where a node listens, and as what it is known. */
export const listenOptions = optionGroup({
  title: { en: 'Listening', zh: '监听' },
  options: {
    port: { kind: port(), default: '8080', en: 'port to listen on', zh: '监听端口' },
    host: { kind: text('address'), default: '127.0.0.1', en: 'address to listen on', zh: '监听地址' },
    backupPort: {
      kind: port(),
      en: 'port of the second access point (api2); there is none when absent',
      zh: '第二接入点（api2）的端口；不设则没有',
    },
    tlsPort: {
      kind: port(),
      en: 'port to listen on with TLS, under the private CA of tls/ca.pem in the data folder; no TLS when absent',
      zh: 'TLS 监听端口，证书由数据目录 tls/ca.pem 的私有 CA 签发；不设则没有 TLS',
    },
    adminPort: { kind: port(), default: '8090', en: 'port of the administration API', zh: '管理接口的端口' },
    adminHost: {
      kind: text('address'),
      default: '127.0.0.1',
      en: 'address that it listens on; any but the loopback publishes it, with its token as the only protection',
      zh: '管理接口的监听地址；非回环地址会将其公开，仅由令牌保护',
    },
    advertise: {
      kind: host(),
      en: "name or address under which others reach the platform, for merchant.json, download URLs and TLS; --host when absent, and for 0.0.0.0 the machine's address in its network",
      zh: '他人访问平台所用的域名或地址，用于 merchant.json、下载地址和 TLS；不设则为 --host，--host 为 0.0.0.0 时取本机的网络地址',
    },
    publicUrl: {
      kind: origin(),
      en: 'scheme and host that download URLs begin with; where the platform listens when absent',
      zh: '下载地址的协议和主机；不设则为平台监听的地址',
    },
  },
})

/** What a node keeps, and where. */
export const dataOptions = optionGroup({
  title: { en: 'Data and keys', zh: '数据与密钥' },
  options: {
    data: {
      kind: text('folder'),
      default: './data',
      en: 'folder for keys, sandbox and store',
      zh: '存放密钥、沙箱文件和数据库的目录',
    },
    writeMissingKeys: {
      kind: switchedOn(),
      en: 'write the files of the sandbox that the data folder lacks; merchants get another certificate for it',
      zh: '补写数据目录中缺少的沙箱文件；商户会为此得到新的证书',
    },
    database: {
      kind: text('url'),
      variable: 'DATABASE_URL',
      en: 'postgres:// URL; SQLite in the data folder when absent',
      zh: 'postgres:// 地址；不设则使用数据目录中的 SQLite',
    },
    trust: {
      kind: choice('state', TRUST_STATES),
      en: "put all merchants' keys into this state",
      zh: '将所有商户的密钥置为该状态',
    },
    secretsKey: {
      kind: secretsKey(),
      secret: true,
      en: '32 bytes in Base64 or hexadecimal that seal the secrets of the store',
      zh: '32 字节密钥（Base64 或十六进制），用于加密数据库中的机密',
    },
    oldSecretsKey: {
      kind: secretsKey(),
      secret: true,
      en: 'the key that was, when it is changed',
      zh: '更换密钥时的旧密钥',
    },
  },
})

/** What a node says of its work. */
export const logOptions = optionGroup({
  title: { en: 'Log', zh: '日志' },
  options: {
    logLevel: {
      kind: choice('level', ['debug', 'info', 'warn', 'error', 'silent']),
      default: 'info',
      en: 'lines on standard error',
      zh: '标准错误输出的日志级别',
    },
  },
})

const ofRooms = [
  ...[listenOptions, dataOptions, logOptions, callOptions],
  ...[recentCallsOptions, noticesOptions, fundingOptions],
] as const

/** The options of a node with these products, in the order of the help and the documents. */
export function optionGroupsOf(products: readonly Product[] = allProducts): readonly OptionGroup[] {
  return [...ofRooms, ...products.flatMap(({ options }) => options ?? [])]
}

type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Every) => void
  ? Every
  : never

/** What can be given to the start of a node with these products, each by the name of its option. */
export type GivenOptions<Products extends readonly Product[] = typeof allProducts> = Partial<
  All<ValuesOf<(typeof ofRooms)[number] | NonNullable<Products[number]['options']>>>
>

/** The keys that seal the secrets of the store, if any are given. Throws when only the old one is. */
export function secretsKeysOf({
  secretsKey,
  oldSecretsKey,
}: Pick<ValuesOf<typeof dataOptions>, 'secretsKey' | 'oldSecretsKey'>): SecretsKeys | undefined {
  if (secretsKey) return { present: secretsKey, old: oldSecretsKey }
  if (oldSecretsKey)
    throw new Error(
      'BOOMGATE_OLD_SECRETS_KEY is the key that was. Give the one that takes its place in BOOMGATE_SECRETS_KEY.',
    )
  return undefined
}

/** A key that seals; what is refused is not repeated. */
function secretsKey(): Kind<Uint8Array> {
  return {
    word: 'key',
    read(text) {
      const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'
      const key = Buffer.from(text, encoding)
      // Node leaves out what is no Base64, so what it read must be what was written.
      const isRead = encoding === 'hex' || key.toString('base64') === text
      if (isRead && key.length === SECRETS_KEY_BYTES) return key
      throw new Error(
        `It must be ${SECRETS_KEY_BYTES} random bytes in Base64 or hexadecimal: openssl rand -base64 ${SECRETS_KEY_BYTES} makes them.`,
      )
    },
  }
}
