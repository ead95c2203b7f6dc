import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'

/** The most bytes of UTF-8 that one field can hold: a 2048-bit key less the OAEP padding with SHA-1. */
export const MAX_SENSITIVE_BYTES = 214

const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }

/** RSAES-OAEP with SHA-1 and MGF1-SHA-1, Base64, as the official page on sensitive fields asks (4013053257). */
export function encryptField(text: string, publicKey: KeyObject): string {
  return publicEncrypt({ key: publicKey, ...padding }, Buffer.from(text)).toString('base64')
}

/** Base64, also in lines and without its padding, as decoders take it. */
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/

/** True for Base64 of as many bytes as the key's modulus has. */
export function isCiphertext(text: string, key: KeyObject): boolean {
  return (
    BASE64.test(text) && Buffer.from(text, 'base64').length * 8 === key.asymmetricKeyDetails?.modulusLength
  )
}

/** Undoes `encryptField`. Throws when the text was not encrypted to this key. */
export function decryptField(encrypted: string, privateKey: KeyObject): string {
  return privateDecrypt({ key: privateKey, ...padding }, Buffer.from(encrypted, 'base64')).toString('utf8')
}
