import type { KeyObject } from 'node:crypto'
import { openResource, type SealedResource, sealResource } from './sealed-resource.ts'
import { decryptField, encryptField, isCiphertext } from './sensitive-field.ts'
import { SIGNATURE_SCHEME, signMessage, verifyMessage } from './signature.ts'

/** The international algorithms, and the Chinese ones (国密). */
export const ALGORITHMS = ['RSA', 'SM2'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** Everything in which the two families of algorithms differ on the wire. Keys are those of the family. */
export interface Suite {
  algorithm: Algorithm
  /** The type in `Authorization` and `Wechatpay-Signature-Type`. */
  scheme: string
  /** `algorithm` of a sealed resource. */
  sealing: SealedResource['algorithm']
  /** True for a key of the family, be it a private or a public one. */
  takes(key: KeyObject): boolean
  sign(message: Uint8Array, privateKey: KeyObject): string
  /** Anything that cannot be decoded is simply not valid. */
  verify(message: Uint8Array, signature: string, publicKey: KeyObject): boolean
  /** RSA takes at most 214 bytes of UTF-8, SM2 at least one. Throws a `RangeError` or an `Error` otherwise. */
  encryptField(text: string, publicKey: KeyObject): string
  /** False for what cannot have been encrypted to a key of this size, such as a text that was not encrypted at all. */
  isCiphertext(text: string, key: KeyObject): boolean
  /** Throws when the text was not encrypted to this key. */
  decryptField(encrypted: string, privateKey: KeyObject): string
  /** `nonce` has twelve characters and is never used twice with a key. */
  seal(plaintext: string, apiv3Key: string, nonce: string, associatedData: string): SealedResource
  /** Throws when the key is wrong or a byte was changed. */
  open(
    sealed: Pick<SealedResource, 'ciphertext' | 'nonce'> & { associated_data?: string },
    apiv3Key: string,
  ): string
}

/** SHA256withRSA, RSAES-OAEP, AES-256-GCM: what everybody uses who has not applied for the other one. */
export const rsa: Suite = {
  algorithm: 'RSA',
  scheme: SIGNATURE_SCHEME,
  sealing: 'AEAD_AES_256_GCM',
  takes: key => key.asymmetricKeyType === 'rsa',
  sign: signMessage,
  verify: verifyMessage,
  encryptField,
  isCiphertext,
  decryptField,
  seal: sealResource,
  open: openResource,
}

/** The suite of an algorithm; the Chinese one is loaded when it is first asked for. */
export async function suiteOf(algorithm: Algorithm): Promise<Suite> {
  return algorithm === 'RSA' ? rsa : (await import('./shangmi.ts')).shangmi
}
