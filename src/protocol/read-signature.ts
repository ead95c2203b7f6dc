import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto'

/** What an RSA signature says of itself once it is opened by the public key of whoever made it. */
export interface OpenedSignature {
  padding: 'PKCS1' | 'PSS'
  /** Such as `sha256`; `none` when data was encrypted with the private key and no digest was signed. */
  digest: string
  /** The digest that was signed, in hexadecimal; empty where the padding does not give it back. */
  signedDigest: string
  /** True when this is the message that was signed. */
  fits(message: Uint8Array): boolean
}

/** What stands in front of each digest (DigestInfo, RFC 8017 section 9.2). */
const DIGEST_INFOS: readonly (readonly [digest: string, prefix: string])[] = [
  ['sha256', '3031300d060960864801650304020105000420'],
  ['sha1', '3021300906052b0e03021a05000414'],
  ['md5', '3020300c06082a864886f70d020505000410'],
  ['sha512', '3051300d060960864801650304020305000440'],
  ['sha384', '3041300d060960864801650304020205000430'],
  ['sha224', '302d300d06096086480165030402040500041c'],
]

/** A PSS signature has one digest for the message and one for the mask; libraries take these. */
const PSS_DIGESTS = [
  ['sha256', 'sha256'],
  ['sha256', 'sha1'],
  ['sha1', 'sha1'],
  ['sha512', 'sha512'],
  ['sha384', 'sha384'],
] as const
const PSS_TRAILER = 0xbc

/**
 * Opens an RSA signature: the digest that was signed comes back, so that messages can be compared with it one after the
 * other for the price of a digest. `undefined` when the signature was not made by this key, as far as its form tells.
 */
export function openSignature(signature: Uint8Array, publicKey: KeyObject): OpenedSignature | undefined {
  const block = blockOf(signature, publicKey)
  return block && (openPkcs1(block) ?? openPss(block))
}

/**
 * A PSS signature with all the salt that there is room for, as Node makes it unless set otherwise, has no form of its own: one
 * in 32,768 signatures of other keys looks like one of this key. So this key has made it when a message fits, and else
 * nobody knows.
 */
export function guessPss(signature: Uint8Array, publicKey: KeyObject): OpenedSignature | undefined {
  const block = blockOf(signature, publicKey)
  if (block?.at(-1) !== PSS_TRAILER) return undefined
  const { salt, zeros } = saltOf(block, 'sha256', 'sha256')
  return zeros === 0 ? pssOf(block, 'sha256', salt) : undefined
}

/** What the signature was made of; `undefined` when it has another length than the key, or is no number below its modulus. */
function blockOf(signature: Uint8Array, publicKey: KeyObject): Buffer | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey
  // One that has lost the zeros in front opens as well, and nobody takes it.
  const length = Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  if (asymmetricKeyType !== 'rsa' || signature.length !== length) return undefined
  try {
    return publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature)
  } catch {
    return undefined
  }
}

function openPkcs1(block: Buffer): OpenedSignature | undefined {
  const end = block.indexOf(0, 2)
  if (block[0] !== 0 || block[1] !== 1 || end < 10) return undefined
  if (!block.subarray(2, end).every(byte => byte === 0xff)) return undefined
  const content = block.subarray(end + 1)
  const hex = content.toString('hex')
  for (const [digest, prefix] of DIGEST_INFOS) {
    if (!hex.startsWith(prefix)) continue
    const signedDigest = hex.slice(prefix.length)
    return {
      padding: 'PKCS1',
      digest,
      signedDigest,
      fits: message => digestOf(digest, message).toString('hex') === signedDigest,
    }
  }
  return {
    padding: 'PKCS1',
    digest: 'none',
    signedDigest: '',
    fits(message) {
      const digest = digestOf('sha256', message)
      return [digest, Buffer.from(digest.toString('hex')), message].some(bytes => content.equals(bytes))
    },
  }
}

/** So many zeros chance does not make. */
const MIN_ZEROS = 8

/**
 * RFC 8017 section 9.1.2. Libraries take no salt, as much as the digest has, or all that there is room for. The first two
 * leave zeros in front that chance does not make.
 */
function openPss(block: Buffer): OpenedSignature | undefined {
  if (block.at(-1) !== PSS_TRAILER) return undefined
  for (const [digest, maskDigest] of PSS_DIGESTS) {
    const { salt, zeros } = saltOf(block, digest, maskDigest)
    const isUsual = salt.length === 0 || salt.length === digestOf(digest, '').length
    if (isUsual && zeros >= MIN_ZEROS) return pssOf(block, digest, salt)
  }
  return undefined
}

function pssOf(block: Buffer, digest: string, salt: Buffer): OpenedSignature {
  return {
    padding: 'PSS',
    digest,
    signedDigest: '',
    fits(message) {
      const sealed = digestOf(digest, Buffer.concat([Buffer.alloc(8), digestOf(digest, message), salt]))
      return sealed.equals(block.subarray(-1 - sealed.length, -1))
    },
  }
}

/** What stands behind the first one after the zeros of the unmasked block; -1 zeros when there is no such one. */
function saltOf(block: Buffer, digest: string, maskDigest: string): { salt: Buffer; zeros: number } {
  const masked = block.subarray(0, block.length - digestOf(digest, '').length - 1)
  const mask = maskOf(block.subarray(masked.length, -1), masked.length, maskDigest)
  const data = Buffer.from(masked.map((byte, index) => byte ^ (mask[index] ?? 0)))
  data[0] = (data[0] ?? 0) & 0x7f
  const zeros = data.findIndex(byte => byte !== 0)
  return data[zeros] === 1 ? { salt: data.subarray(zeros + 1), zeros } : { salt: data, zeros: -1 }
}

/** MGF1 of RFC 8017. */
function maskOf(seed: Buffer, length: number, digest: string): Buffer {
  const parts: Buffer[] = []
  for (let counter = 0, made = 0; made < length; counter += 1) {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const part = digestOf(digest, Buffer.concat([seed, count]))
    parts.push(part)
    made += part.length
  }
  return Buffer.concat(parts).subarray(0, length)
}

function digestOf(digest: string, data: Uint8Array | string): Buffer {
  return createHash(digest).update(data).digest()
}
