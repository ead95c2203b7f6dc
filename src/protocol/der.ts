/** Tags of ASN.1 that keys, signatures and certificates are made of. */
export const DER = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  VERSION: 0xa0,
  EXTENSIONS: 0xa3,
} as const

/**
 * Reads one element after the other out of DER, each in the one way in which it may be written. Throws at anything else; at
 * {@link end} when bytes are left over.
 */
export class DerReader {
  #rest: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#rest = bytes
  }

  /** The content of the next element, which has this tag. */
  read(tag: number): Uint8Array {
    return this.#next(tag).content
  }

  /** The next element with its tag and length. */
  readWhole(tag: number): Uint8Array {
    return this.#next(tag).whole
  }

  /** A number that is not negative and has at most so many bytes, written with exactly as many. */
  readUnsigned(bytes: number): Buffer {
    const content = this.read(DER.INTEGER)
    const [first = 0x80, second = 0x80] = content
    if (first >= 0x80 || (first === 0 && second < 0x80))
      throw new Error('A number of DER is negative or padded')
    const digits = first === 0 ? content.subarray(1) : content
    if (digits.length > bytes) throw new Error(`A number of DER has more than ${bytes} bytes`)
    return Buffer.concat([Buffer.alloc(bytes - digits.length), digits])
  }

  /** Reads what is inside of the next sequence. */
  enter(): DerReader {
    return new DerReader(this.read(DER.SEQUENCE))
  }

  end(): void {
    if (this.#rest.length > 0) throw new Error(`${this.#rest.length} bytes are left over behind DER`)
  }

  #next(tag: number): { content: Uint8Array; whole: Uint8Array } {
    const [found, first = 0] = this.#rest
    if (found !== tag) throw new Error(`DER has tag ${found}, not ${tag}`)
    const lengthBytes = this.#rest.subarray(2, first < 0x80 ? 2 : 2 + first - 0x80)
    const length = first < 0x80 ? first : lengthBytes.reduce((sum, byte) => sum * 256 + byte, 0)
    // The shortest way to write a length is the only one that is allowed, and nothing here has one of more than two bytes.
    if (lengthBytes.length > 2 || (first >= 0x80 && (length < 0x80 || lengthBytes[0] === 0)))
      throw new Error('A length of DER is wrong')
    const start = 2 + lengthBytes.length
    const end = start + length
    if (this.#rest.length < end) throw new Error('DER ends early')
    const whole = this.#rest.subarray(0, end)
    this.#rest = this.#rest.subarray(end)
    return { content: whole.subarray(start), whole }
  }
}

/** Writes an element of less than 64 KiB. */
export function writeDer(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...(length < 0x80 ? [length] : long)]), content])
}
