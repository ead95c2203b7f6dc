import { createHash } from 'node:crypto'
import { ALWAYS, type FaultRule } from './rules.ts'

/** Whether a rule strikes its `match`-th match, from 1. The seed and that number alone decide, on every machine. */
export function strikesMatch(
  { seed, probability }: Pick<FaultRule, 'seed' | 'probability'>,
  match: number,
): boolean {
  const drawn = createHash('sha256').update(`${seed}/${match}`).digest().readUInt32BE() / 2 ** 32
  return drawn * ALWAYS < probability
}
