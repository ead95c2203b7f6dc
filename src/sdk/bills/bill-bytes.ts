import { createDecipheriv, createHash, type DecipherGCM } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InvalidRequest, WechatPayError } from '../transport/errors.ts'
import type { Download } from '../transport/open-download.ts'
import { BillCorrupted } from './bill-corrupted.ts'

/** A file of a bill, as the platform's reply names it. */
export interface BillFile {
  download_url: string
  /** SHA-1 of the file before encryption and compression, hexadecimal. */
  hash_value: string
  /** With an encrypted file: its key, encrypted to the merchant's certificate. */
  encrypt_key?: string
  /** With an encrypted file. */
  nonce?: string
}

/** What reading a bill takes from the client. */
export interface BillSource {
  /** Applies for the bill and answers its files in their order; there are several of a large one. */
  apply(): Promise<readonly BillFile[]>
  open(downloadUrl: string): Promise<Download>
  /** Decrypts what was encrypted to the merchant's certificate; throws when it was not. */
  decrypt(encrypted: string): string
}

const TAG_BYTES = 16
/** Larger than the default, since every chunk costs a turn of the event loop. */
const GUNZIP_CHUNK_BYTES = 128 * 1024

/**
 * The plain bytes of a bill. Throws what the application throws, and `BillCorrupted` when a file is not the one that the
 * signed reply has described; only the end of a file can tell.
 */
export async function* billBytes(source: BillSource): AsyncGenerator<Uint8Array> {
  let files = await source.apply()
  for (let place = 0; place < files.length; place += 1) {
    const first = await opened(source, files[place]).catch(unlessExpired)
    // A link is good for five minutes, which reading the file before may have taken. The bill itself never changes.
    if (!first) files = await source.apply()
    yield* checked(first ?? (await opened(source, files[place])))
  }
}

/** A file whose download has begun. */
interface OpenFile {
  download: Download
  hash_value: string
  /** Of a file that is encrypted. */
  decipher: DecipherGCM | undefined
}

/** What can be wrong before the first byte is found before the download: nobody would end one that is never read. */
async function opened(source: BillSource, file: BillFile | undefined): Promise<OpenFile> {
  if (!file) throw new BillCorrupted('it had more files a moment ago')
  const { download_url, hash_value, encrypt_key, nonce = '' } = file
  const decipher = encrypt_key ? decipherOf(source, encrypt_key, nonce) : undefined
  return { download: await source.open(download_url), hash_value, decipher }
}

function unlessExpired(error: unknown): undefined {
  if (error instanceof InvalidRequest) return undefined
  throw error
}

async function* checked({ download, hash_value, decipher }: OpenFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha1')
  try {
    const compressed = decipher ? decrypted(download, decipher) : download
    for await (const chunk of gunzipped(compressed)) {
      hash.update(chunk)
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof WechatPayError) throw cause
    throw new BillCorrupted(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const digest = hash.digest('hex')
  if (digest === hash_value.toLowerCase()) return
  throw new BillCorrupted(`its SHA-1 is ${digest}, and the platform has promised ${hash_value}`)
}

function decipherOf({ decrypt }: BillSource, encryptKey: string, nonce: string): DecipherGCM {
  try {
    const key = decrypt(encryptKey)
    return createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  } catch (cause) {
    throw new BillCorrupted('its key was not encrypted to the certificate of privateKey', cause)
  }
}

/** The tag is behind the last byte, so the last bytes of each chunk are held back until there are more. */
async function* decrypted(source: Download, decipher: DecipherGCM): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0)
  for await (const chunk of source) {
    const bytes = Buffer.concat([held, chunk])
    const end = Math.max(0, bytes.length - TAG_BYTES)
    if (end > 0) yield decipher.update(bytes.subarray(0, end))
    held = bytes.subarray(end)
  }
  decipher.setAuthTag(held)
  yield decipher.final()
}

async function* gunzipped(source: Download): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES })
  // A failure destroys `gunzip` with it, and the loop below throws it; leaving the loop early ends the source.
  pipeline(Readable.from(source), gunzip, () => {})
  yield* gunzip
}
