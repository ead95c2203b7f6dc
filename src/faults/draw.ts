import { createHash } from 'node:crypto'
import { ALWAYS, type FaultRule } from './rules.ts'

/** Whether a rule injects its fault into its `match`-th match, from 1. Only the seed and that number decide, on every machine. */
export function injectsAt(
  { seed, probability }: Pick<FaultRule, 'seed' | 'probability'>,
  match: number,
): boolean {
  const drawn = createHash('sha256').update(`${seed}/${match}`).digest().readUInt32BE() / 2 ** 32
  return drawn * ALWAYS < probability
}
