import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject } from 'node:crypto'
import type { PlatformKeys } from '../../../merchants/platform-keys.ts'
import type { Random } from '../../../protocol/ids.ts'
import type { FileSeal } from './stored-bill.ts'

/** What a download URL stands for. */
export interface Download {
  bill_id: string
  /** Who has applied for it, and nobody else may download it. */
  mchid: string
  gzip: boolean
  /** Business time at which it ends. */
  expire_time: number
  /** Of a file that is encrypted. */
  seal?: FileSeal | undefined
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/** A token that says nothing to others and that nobody else can make. Nothing is kept of it. */
export function sealToken(download: Download, keys: Pick<PlatformKeys, 'publicKey'>, random: Random): string {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys), nonce)
  const bytes = [nonce, cipher.update(JSON.stringify(download)), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(bytes).toString('base64url')
}

/** What a token stands for; `undefined` when this platform did not make it. */
export function openToken(token: string, keys: Pick<PlatformKeys, 'publicKey'>): Download | undefined {
  const bytes = Buffer.from(token, 'base64url')
  // A text that decodes to the same bytes is another token.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== token) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  }).setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const plain = [decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]
    return JSON.parse(Buffer.concat(plain).toString('utf8'))
  } catch {
    return undefined
  }
}

const derived = new WeakMap<KeyObject, Uint8Array>()

/** The platform's private key is the one secret that all nodes share. */
function keyOf({ publicKey: { privateKey } }: Pick<PlatformKeys, 'publicKey'>): Uint8Array {
  const known = derived.get(privateKey)
  if (known) return known
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' })
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'bill download', KEY_BYTES))
  derived.set(privateKey, key)
  return key
}
