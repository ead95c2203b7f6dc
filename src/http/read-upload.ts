import { createHash } from 'node:crypto'
import { Busboy } from '@fastify/busboy'
import type { UploadedFile } from '../calls/handler.ts'
import type { Upload } from '../contract/operation.ts'
import { missingFile } from '../contract/parameter-error.ts'
import { ApiError } from '../protocol/errors.ts'
import { general } from '../protocol/general-errors.ts'

/** What a form may have beside the file, in bytes: the JSON of `meta`, boundaries and headers. */
export const MAX_REST_BYTES = 64 * 1024

const NO_META = Buffer.alloc(0)

/** What came in a form. */
export interface Form {
  /** The text of `meta`, byte for byte: what was signed. Empty when the form has none. */
  meta: Buffer
  /** `undefined` when the form has no file under the declared name. */
  file: UploadedFile | undefined
}

/**
 * Reads a form, of which the whole is in memory. What is no form has neither meta nor file: its signature is compared with
 * an empty body, as the gateway does.
 *
 * Clients exist that send no boundary parameter, end `name="meta";` with a semicolon, or give `meta` no type.
 */
export async function readForm(
  { part }: Upload,
  contentType: string | undefined,
  body: Buffer,
): Promise<Form> {
  const parts = new Map<string, UploadedFile>()
  const boundary = boundaryOf(contentType, body)
  try {
    if (boundary !== undefined) await collectParts(boundary, body, parts)
  } catch {
    parts.clear()
  }
  return { meta: parts.get('meta')?.bytes ?? NO_META, file: parts.get(part) }
}

/** Every part is read like a file, because the text of a field would be decoded, and its signature is over the bytes. */
function collectParts(boundary: string, body: Buffer, parts: Map<string, UploadedFile>): Promise<void> {
  const form = new Busboy({
    headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
    isPartAFile: () => true,
    limits: { files: 8, parts: 8, headerPairs: 32, fileSize: body.length + 1 },
  })
  form.on('file', (name, stream, fileName, _encoding, type) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => parts.set(name, { name: fileName ?? '', type, bytes: Buffer.concat(chunks) }))
  })
  return new Promise((resolve, reject) => {
    form.on('finish', resolve)
    form.on('error', reject)
    form.end(body)
  })
}

/** By the header, or where that has none, by the first line of the body. */
function boundaryOf(contentType = '', body: Buffer): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) return undefined
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const [line = ''] = body.subarray(0, 256).toString('latin1').split('\r\n', 1)
  return quoted ?? plain ?? /^--([^"\s]{1,70})$/.exec(line)?.[1]
}

/** The file of a form whose other fields were found right. Throws what the call declares for a file that is not. */
export function requireFile(
  declared: Upload,
  { file }: Form,
  fields: Readonly<Record<string, unknown>>,
): UploadedFile {
  if (!file) throw missingFile(declared)
  const { maxBytes, tooLarge, hash } = declared
  if (file.bytes.length > maxBytes) throw new ApiError(tooLarge ?? general.BODY_TOO_LARGE)
  if (hash) {
    const sum = createHash('sha256').update(file.bytes).digest('hex')
    if (String(fields[hash.field]).toLowerCase() !== sum) throw new ApiError(hash.wrong)
  }
  return file
}
