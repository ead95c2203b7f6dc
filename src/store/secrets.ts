import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Random } from '../protocol/ids.ts'

/** What a sealed text begins with; behind it are the id of the key and the bytes. No secret of the platform begins like this. */
const PREFIX = 'sealed:1:'
const SEALED = /^sealed:1:([0-9a-f]{8}):(.*)$/
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Bytes of a key. */
export const SECRETS_KEY_BYTES = 32

/** Seals the secrets of the store, such as private keys. `place` is where one is kept, so that it fits nowhere else. */
export interface Secrets {
  seal(secret: string, place: string): string
  /** Throws, with what to do, when the key that sealed the text was not given, or when it was sealed for another place. */
  open(stored: string, place: string): string
  /** What the store is to hold for a stored text: itself when the present key has sealed it. Throws as `open` does. */
  renew(stored: string, place: string): string
}

/** Keys of {@link SECRETS_KEY_BYTES}. */
export interface SecretsKeys {
  /** Seals and opens. */
  present: Uint8Array
  /** Opens what was sealed before the key was changed. */
  old?: Uint8Array | undefined
}

/** Without a key the store holds its secrets as they are. An empty text is no secret. */
export const UNSEALED: Secrets = {
  seal: secret => secret,
  open(stored, place) {
    if (stored.startsWith(PREFIX))
      throw new Error(
        `The secret of ${place} is sealed. Give the key that has sealed it in BOOMGATE_SECRETS_KEY.`,
      )
    return stored
  },
  renew: (stored, place) => UNSEALED.open(stored, place),
}

/** AES-256-GCM. What is not sealed yet is opened too, so that a key can be given later. */
export function secretsUnder({ present, old }: SecretsKeys, random: Random): Secrets {
  const id = idOf(present)
  const keys = new Map([...(old ? [[idOf(old), old] as const] : []), [id, present] as const])
  const secrets: Secrets = {
    seal: (secret, place) =>
      secret === '' ? '' : `${PREFIX}${id}:${encrypt(secret, place, present, random(NONCE_BYTES))}`,
    open(stored, place) {
      if (!stored.startsWith(PREFIX)) return stored
      const [, sealer, bytes = ''] = SEALED.exec(stored) ?? []
      if (sealer === undefined) throw damaged(place)
      const key = keys.get(sealer)
      if (!key)
        throw new Error(
          `The secret of ${place} is sealed with another key than BOOMGATE_SECRETS_KEY. ` +
            'Give the key that has sealed it there, or as BOOMGATE_OLD_SECRETS_KEY to have it sealed with the new one.',
        )
      return decrypt(bytes, place, key)
    },
    renew(stored, place) {
      const secret = secrets.open(stored, place)
      return stored.startsWith(`${PREFIX}${id}:`) ? stored : secrets.seal(secret, place)
    },
  }
  return secrets
}

/** Tells keys apart and nothing of them. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('boomgate secrets key').update(key).digest('hex').slice(0, 8)
}

function encrypt(secret: string, place: string, key: Uint8Array, nonce: Uint8Array): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
  const sealed = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64')
}

function decrypt(base64: string, place: string, key: Uint8Array): string {
  const bytes = Buffer.from(base64, 'base64')
  try {
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), options)
      .setAAD(Buffer.from(place))
      .setAuthTag(bytes.subarray(-TAG_BYTES))
    const secret = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
    return Buffer.concat([secret, decipher.final()]).toString('utf8')
  } catch (cause) {
    throw damaged(place, cause)
  }
}

function damaged(place: string, cause?: unknown): Error {
  const message = `The secret of ${place} is damaged, or was put there from another place. Restore a backup of the store.`
  return new Error(message, { cause })
}
