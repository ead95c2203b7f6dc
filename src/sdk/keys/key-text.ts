import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/**
 * What a key file holds: its text, or its bytes. It is read as people have it: with `\n` escapes, quotes, on one line,
 * without its BEGIN and END lines, indented, with CRLF or a byte order mark, or as Base64 of the whole file.
 */
export type KeyText = string | Uint8Array

/** A key or a certificate that was found in a key file. */
export type KeyMaterial =
  | { kind: 'private key'; key: KeyObject }
  | { kind: 'public key'; key: KeyObject }
  | { kind: 'certificate'; certificate: X509Certificate }

/** Far more than a file of a key and its chain has, in characters. */
const MAX_LENGTH = 64 * 1024

const LINES = 'its -----BEGIN …----- and -----END …----- lines and everything between them'
const PASSWORD = 'is encrypted: remove its password (openssl pkey -in key.pem -out plain.pem)'
const PKCS12 =
  'is a PKCS#12 file (apiclient_cert.p12): give the text of apiclient_key.pem, which comes in the same archive'

/** How OpenSSL reads what is below each label. The order is that in which a body without a label is tried. */
const READERS: Readonly<Record<string, (pem: string) => KeyMaterial>> = {
  'PRIVATE KEY': privateKey,
  'RSA PRIVATE KEY': privateKey,
  'EC PRIVATE KEY': privateKey,
  'PUBLIC KEY': publicKey,
  'RSA PUBLIC KEY': publicKey,
  CERTIFICATE: pem => ({ kind: 'certificate', certificate: new X509Certificate(pem) }),
}

/** Labels of what stands beside a key in one file and is none. */
const BESIDE_A_KEY = /^(EC|SM2) PARAMETERS$/

/**
 * All that a key file holds, in its order. Throws a `TypeError` that begins with `name` and says what was given instead;
 * it never repeats the text, which may be a secret.
 */
export function readKeyText(name: string, given: unknown): [KeyMaterial, ...KeyMaterial[]] {
  const wrong = (what: string) => new TypeError(`${name} ${what}`)
  if (typeof given !== 'string' && !ArrayBuffer.isView(given))
    throw wrong(
      `must be the text of a PEM file, and is ${given === null ? 'null' : `of type ${typeof given}`}`,
    )
  const text = textOf(given)
  if (text.length > MAX_LENGTH) throw wrong('is longer than any key file')
  if (text.trim() === '') throw wrong('is empty: it must be the text of a PEM file')
  const blocks = blocksOf(text)
  if (blocks.length === 0) throw wrong(mistakeOf(text))
  const found = blocks
    .filter(({ label }) => !BESIDE_A_KEY.test(label))
    .map(block => {
      const read = readBlock(block)
      if (typeof read === 'string') throw wrong(read)
      return read
    })
  const [first, ...others] = found
  if (!first) throw wrong(`has no key: give ${LINES}`)
  return [first, ...others]
}

/** Whether two keys, of which either may be the private one, are of one pair. */
export function isSamePair(one: KeyObject, other: KeyObject): boolean {
  return spkiOf(one).equals(spkiOf(other))
}

/** One key of SM2 has different types in different containers, so that `equals` would tell it from itself. */
function spkiOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })
}

interface Block {
  /** Empty where the text has no BEGIN line. */
  label: string
  /** Base64 without white space. */
  body: string
}

/** Bytes are a text in UTF-8 or UTF-16, or else DER, whose Base64 is what PEM has between its lines. */
function textOf(given: string | ArrayBufferView): string {
  // Where a text of UTF-16 was read as UTF-8, each second character is NUL.
  if (typeof given === 'string') return given.replace(/^[\ufeff\ufffd]+/, '').replaceAll('\0', '')
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1)
  return bytes[0] === 0x30 && bytes[1] === 0x82 ? bytes.toString('base64') : textOf(bytes.toString('utf8'))
}

function blocksOf(given: string): Block[] {
  const text = unescaped(given)
  const armoured = text.matchAll(/-{2,}\s*BEGIN([A-Z0-9\s]*?)-{2,}(.*?)-{2,}\s*END[A-Z0-9\s]*?-{2,}/gs)
  const blocks = [...armoured].map(([, label = '', body = '']) => ({
    label: label.trim().replaceAll(/\s+/g, ' '),
    body: packed(body),
  }))
  if (blocks.length > 0) return blocks
  const body = packed(text)
  // Shorter texts are names and numbers.
  if (!/^[A-Za-z0-9+/]{64,}={0,2}$/.test(body)) return []
  const decoded = Buffer.from(body, 'base64').toString('latin1')
  return decoded.includes('-BEGIN') ? blocksOf(decoded) : [{ label: '', body }]
}

/** Undoes what JSON, shells, .env files and program texts do to line ends and quotes. PEM itself has neither sign. */
function unescaped(text: string): string {
  return text.replaceAll(/\\+[nrt]/g, '\n').replaceAll(/[\\"'`]/g, '')
}

function packed(text: string): string {
  return text.replaceAll(/[\s\u200b-\u200d]/g, '')
}

/** What a block holds, or what is wrong with it. */
function readBlock({ label, body }: Block): KeyMaterial | string {
  // The old form says so in a header between its lines.
  if (/ENCRYPTED/.test(label) || body.includes('ENCRYPTED')) return PASSWORD
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(body)
  if (!isBase64) return `has something that is no Base64 between its BEGIN and END lines: give ${LINES}`
  const known = Object.keys(READERS)
  const own = known.find(each => packed(each) === packed(label))
  if (label !== '' && own === undefined) return `is a ${label}, which is something else`
  // Some wrap a body in lines of another kind.
  for (const each of [...(own ? [own] : []), ...known]) {
    const material = tryTo(() => READERS[each]?.(armoured(each, body)))
    if (material) return material
  }
  if (isEncrypted(body)) return PASSWORD
  return isPkcs12(body) ? PKCS12 : `is damaged or cut off: give ${LINES}`
}

function privateKey(pem: string): KeyMaterial {
  return { kind: 'private key', key: createPrivateKey(pem) }
}

function publicKey(pem: string): KeyMaterial {
  return { kind: 'public key', key: createPublicKey(pem) }
}

function armoured(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body.replaceAll(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`
}

/** OpenSSL asks for a password only once it has understood the rest. */
function isEncrypted(body: string): boolean {
  try {
    createPrivateKey(armoured('ENCRYPTED PRIVATE KEY', body))
  } catch (error) {
    return /PASSPHRASE|CANCELLED/.test(String(Object(error).code))
  }
  return false
}

/** It begins with the number 3, where a key has 0 or 1 and a certificate has none. */
function isPkcs12(body: string): boolean {
  return Buffer.from(body, 'base64')
    .subarray(4, 7)
    .equals(Buffer.from([2, 1, 3]))
}

/** What was given instead of a text with a key. */
function mistakeOf(text: string): string {
  const isOneLine = !/[\r\n]/.test(text.trim())
  if (/^0\ufffd/.test(text))
    return `is a binary file that was read as a text, such as apiclient_cert.p12: give ${LINES}`
  if (/BEGIN|END/.test(text)) return `is cut off: give ${LINES}`
  if (isOneLine && /[/\\]|\.\w{2,4}$/.test(text.trim()))
    return "is a path or a file's name: give the text of that file, as readFileSync(path, 'utf8') reads it"
  return `is no PEM: give ${LINES}`
}

function tryTo<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
