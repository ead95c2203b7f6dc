import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../protocol/ids.ts'

/** What a sealed text begins with; no secret of the platform begins like this. */
const PREFIX = 'sealed:1:'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals the secrets of the store, such as private keys. `place` is where one is kept, so that it fits nowhere else. */
export interface Secrets {
  seal(secret: string, place: string): string
  /** Throws when the text was sealed with another key or for another place. */
  open(stored: string, place: string): string
}

/** Without a key the store holds its secrets as they are. An empty text is no secret. */
export const UNSEALED: Secrets = {
  seal: secret => secret,
  open(stored, place) {
    if (isSealed(stored)) throw new Error(`The secret of ${place} is sealed, and no key was given to open it`)
    return stored
  },
}

/** AES-256-GCM with a key of 32 bytes. What is not sealed yet is opened too, so that a key can be given later. */
export function secretsUnder(key: Uint8Array, random: Random): Secrets {
  return {
    seal(secret, place) {
      if (secret === '') return ''
      const nonce = Buffer.from(random(NONCE_BYTES))
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return PREFIX + sealed.toString('base64')
    },
    open(stored, place) {
      if (!isSealed(stored)) return stored
      const bytes = Buffer.from(stored.slice(PREFIX.length), 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        const secret = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
        return Buffer.concat([secret, decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Error(`The secret of ${place} was sealed with another key`, { cause })
      }
    },
  }
}

export function isSealed(stored: string): boolean {
  return stored.startsWith(PREFIX)
}
