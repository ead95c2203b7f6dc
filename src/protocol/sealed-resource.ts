import { createCipheriv, createDecipheriv } from 'node:crypto'

/** An encrypted part of a notice or a certificate list. Follows the official page on decrypting callbacks (4012071382). */
export interface SealedResource {
  algorithm: 'AEAD_AES_256_GCM' | 'AEAD_SM4_GCM'
  /** Base64 of the encrypted bytes followed by the 16-byte tag. */
  ciphertext: string
  /** Twelve printable characters. */
  nonce: string
  associated_data: string
}

const TAG_BYTES = 16
const NONCE_BYTES = 12
/** An APIv3 key has exactly this many digits and letters. */
export const APIV3_KEY_LENGTH = 32

/** Encrypts `plaintext` with the merchant's APIv3 key. `nonce` must be twelve characters and never be used twice with a key. */
export function sealResource(
  plaintext: string,
  apiv3Key: string,
  nonce: string,
  associatedData: string,
): SealedResource {
  const cipher = createCipheriv('aes-256-gcm', apiv3Key, nonce).setAAD(Buffer.from(associatedData))
  const bytes = [cipher.update(plaintext, 'utf8'), cipher.final()]
  const ciphertext = Buffer.concat([...bytes, cipher.getAuthTag()]).toString('base64')
  return { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce, associated_data: associatedData }
}

/** Decrypts a sealed resource and checks its tag. Throws when the key is wrong or a byte was changed. */
export function openResource(
  sealed: Pick<SealedResource, 'ciphertext' | 'nonce'> & { associated_data?: string },
  apiv3Key: string,
): string {
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  if (bytes.length < TAG_BYTES) throw new Error('The ciphertext is shorter than its tag')
  if (Buffer.byteLength(sealed.nonce) !== NONCE_BYTES) throw new Error('The nonce is not 12 bytes long')
  const decipher = createDecipheriv('aes-256-gcm', apiv3Key, sealed.nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(sealed.associated_data ?? ''))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
}
