import type { Statements, Transaction } from '../../../store/database.ts'

/** A merchant registers at most so many. */
export const MAX_H5_DOMAINS = 20

/** The domains that a merchant has registered for H5 payments, in their order; none when any may be used. */
export async function listH5Domains(db: Statements, mchid: string): Promise<string[]> {
  const rows = await db.all<{ domain: string }>(
    'SELECT domain FROM h5_domains WHERE mchid = $1 ORDER BY domain',
    mchid,
  )
  return rows.map(({ domain }) => domain)
}

/** Registers these in place of all others. */
export async function replaceH5Domains(
  tx: Transaction,
  mchid: string,
  domains: readonly string[],
): Promise<void> {
  await tx.run('DELETE FROM h5_domains WHERE mchid = $1', mchid)
  for (const domain of new Set(domains))
    await tx.run('INSERT INTO h5_domains (mchid, domain) VALUES ($1, $2)', mchid, domain)
}

/** Whether a domain is one of the registered ones or below one; any is when none is registered. */
export function isRegistered(domains: readonly string[], domain: string): boolean {
  return domains.length === 0 || domains.some(known => domain === known || domain.endsWith(`.${known}`))
}
