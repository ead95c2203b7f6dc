import type { RequestToSign } from '../protocol/signature.ts'
import type { Cause } from './causes.ts'

/** One thing that may be wrong with a message: a part that is another one, or another way to write the parts. */
export interface Variant {
  causes: readonly Cause[]
  change?: Partial<Parts>
  write?: (parts: Parts) => Buffer
}

/** The parts of a message, with the body's bytes at hand. */
export type Parts = RequestToSign & { body: Buffer }

/** What languages write for a variable that has no value. */
export const NO_VALUES = [
  '',
  'undefined',
  'null',
  'None',
  'nil',
  'NaN',
  '[object Promise]',
  '[object Object]',
]

/** A part that had no value when it was signed. */
export function unsetPart(name: 'method' | 'target' | 'timestamp' | 'nonce'): Variant[] {
  return NO_VALUES.map(value => ({ causes: ['line_undefined'], change: { [name]: value } }))
}
