/** Encodings that callers sign in by mistake; nothing of a message's ASCII differs in them. */
export const OTHER_CHARSETS: readonly ((message: Buffer) => Buffer)[] = [
  message => gbk(message.toString('utf8')),
  // What came as UTF-8 was taken for Latin-1 and written as UTF-8 again.
  message => Buffer.from(message.toString('latin1')),
  // Latin-1 has no Chinese, so that each character became a question mark.
  message => Buffer.from(message.toString('utf8').replaceAll(/[^\0-\xff]/gu, '?'), 'latin1'),
  message => Buffer.from(message.toString('utf8').replaceAll(/[^\0-\x7f]/gu, '?')),
  // JavaScript keeps the lower byte of each character.
  message => Buffer.from(message.toString('utf8'), 'latin1'),
  message => Buffer.from(message.toString('utf8'), 'utf16le'),
  message => Buffer.from(message.toString('utf8'), 'utf16le').swap16(),
]

/** A URL with the percent escapes of GBK in place of those of UTF-8. */
export function charsetEscapes(url: string): string {
  return url.replaceAll(/(?:%[89a-f][0-9a-f])+/gi, escapes => {
    const text = Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8')
    return gbk(text).toString('hex').toUpperCase().replaceAll(/../g, '%$&')
  })
}

/** Two bytes of each character of GBK; made when it is first needed. */
let table: Map<string, number> | undefined

/** A text in GBK, the encoding of Chinese Windows. Characters that it has not become question marks. */
function gbk(text: string): Buffer {
  if (/^[\0-\x7f]*$/.test(text)) return Buffer.from(text)
  table ??= gbkTable()
  const bytes: number[] = []
  for (const character of text) {
    const code = character < '\x80' ? character.charCodeAt(0) : (table.get(character) ?? 0x3f)
    if (code > 0xff) bytes.push(code >> 8)
    bytes.push(code & 0xff)
  }
  return Buffer.from(bytes)
}

/** Node decodes GBK and does not encode it, so that all of it is decoded once. */
function gbkTable(): Map<string, number> {
  const decoder = new TextDecoder('gbk')
  const found = new Map<string, number>()
  for (let first = 0x81; first <= 0xfe; first += 1) {
    for (let second = 0x40; second <= 0xfe; second += 1) {
      const character = decoder.decode(Buffer.from([first, second]))
      if ([...character].length === 1 && character !== '\ufffd') found.set(character, (first << 8) | second)
    }
  }
  return found
}
