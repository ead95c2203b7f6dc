import { SECRETS_KEY_BYTES, type SecretsKeys } from '../store/secrets.ts'

/**
 * The keys that seal the secrets of the store, from the environment alone: everybody on the machine sees a command line.
 * Throws with what to write instead, and never repeats what was given.
 */
export function secretsKeys(environment: Record<string, string | undefined>): SecretsKeys | undefined {
  const read = (variable: string) => {
    const text = environment[variable]
    return text === undefined ? undefined : parseKey(variable, text)
  }
  const present = read('BOOMGATE_SECRETS_KEY')
  const old = read('BOOMGATE_OLD_SECRETS_KEY')
  if (present) return { present, old }
  if (old)
    throw new Error(
      'BOOMGATE_OLD_SECRETS_KEY is the key that was. Give the one that takes its place in BOOMGATE_SECRETS_KEY.',
    )
  return undefined
}

function parseKey(variable: string, text: string): Uint8Array {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'
  const key = Buffer.from(text, encoding)
  // Node leaves out what is no Base64, so what it read must be what was written.
  const isRead = encoding === 'hex' || key.toString('base64') === text
  if (isRead && key.length === SECRETS_KEY_BYTES) return key
  throw new Error(
    `${variable} must be ${SECRETS_KEY_BYTES} random bytes in Base64 or hexadecimal: openssl rand -base64 ${SECRETS_KEY_BYTES} makes them.`,
  )
}
