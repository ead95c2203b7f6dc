import { SHANGMI_SCHEME, SIGNATURE_SCHEME } from './signature.ts'
import { ALGORITHMS, type Algorithm } from './suite.ts'

/** What the `Authorization` header says. The names are those of the header. */
export interface Authorization {
  /** That of the scheme in front. */
  algorithm: Algorithm
  mchid: string
  nonce_str: string
  signature: string
  /** Digits; Unix seconds, unless it is wrong. */
  timestamp: string
  serial_no: string
}

/** Why a header is refused before anything is looked up. */
export type AuthorizationFault = 'malformed' | 'foreign_scheme'

const SCHEMES: Readonly<Record<Algorithm, string>> = { RSA: SIGNATURE_SCHEME, SM2: SHANGMI_SCHEME }
const FIELDS = ['mchid', 'nonce_str', 'signature', 'timestamp', 'serial_no'] as const
const PAIR = /^\s*([a-z_]+)="([^"]*)"\s*$/
/** A comma in front of a name; inside of a value it is part of the value, because a nonce may be any text. */
const PAIR_SEPARATOR = /,(?=\s*[a-z_]+=")/
const MAX_LENGTH = 4096

/**
 * Reads `WECHATPAY2-SHA256-RSA2048 mchid="…",nonce_str="…",…`, or the same with the scheme of 国密; the five pairs come in any order.
 *
 * The serial number is given back in upper case, because some clients print it in lower case.
 */
export function parseAuthorization(header: string | undefined): Authorization | AuthorizationFault {
  if (!header || header.length > MAX_LENGTH) return 'malformed'
  const space = header.indexOf(' ')
  if (space <= 0) return 'malformed'
  const scheme = header.slice(0, space)
  const algorithm = ALGORITHMS.find(algorithm => SCHEMES[algorithm] === scheme)
  if (!algorithm) return 'foreign_scheme'

  const found = new Map<string, string>()
  for (const part of header.slice(space + 1).split(PAIR_SEPARATOR)) {
    const [, name, value] = PAIR.exec(part) ?? []
    if (!name || !value || found.has(name)) return 'malformed'
    found.set(name, value)
  }
  for (const name of FIELDS) if (!found.has(name)) return 'malformed'
  const read = (name: (typeof FIELDS)[number]): string => found.get(name) ?? ''
  if (!/^\d+$/.test(read('timestamp'))) return 'malformed'
  return {
    algorithm,
    mchid: read('mchid'),
    nonce_str: read('nonce_str'),
    signature: read('signature'),
    timestamp: read('timestamp'),
    serial_no: read('serial_no').toUpperCase(),
  }
}

/** Writes the header in the order of the documents' sample. The scheme is that of RSA unless said. */
export function formatAuthorization(
  fields: Omit<Authorization, 'algorithm'> & Partial<Authorization>,
): string {
  const { algorithm = 'RSA', mchid, nonce_str, signature, timestamp, serial_no } = fields
  return `${SCHEMES[algorithm]} mchid="${mchid}",nonce_str="${nonce_str}",signature="${signature}",timestamp="${timestamp}",serial_no="${serial_no}"`
}
