import type { Database, Row } from '../store/database.ts'
import { markForScrub, scrub } from '../store/scrub.ts'
import type { Secrets } from '../store/secrets.ts'
import { placeOfKey } from './platform-keys.ts'
import { placeOfApiv3Key } from './seal-for.ts'

/** Every column of the store that holds a secret; at most one of a table. */
export const SECRET_COLUMNS = [
  { table: 'platform_keys', key: 'id', column: 'private_key', placeOf: placeOfKey },
  { table: 'merchants', key: 'mchid', column: 'apiv3_key', placeOf: placeOfApiv3Key },
] as const

/**
 * Seals with the present key, as one transaction, what is not sealed or was sealed with the old key. Throws, with what
 * to do, and changes nothing, when a secret cannot be opened. Several nodes may do it at once.
 */
export async function sealStore(db: Database, secrets: Secrets): Promise<void> {
  await db.transaction(async tx => {
    let renewed = 0
    for (const { table, key, column } of SECRET_COLUMNS) {
      const rows = await tx.all<Row>(`SELECT ${key}, ${column} FROM ${table} ORDER BY ${key} ${tx.forUpdate}`)
      const outdated = renewSecrets(secrets, table, rows).filter(
        (row, index) => row[column] !== rows[index]?.[column],
      )
      for (const row of outdated) {
        await tx.run(
          `UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2`,
          ...([row[column], row[key]] as string[]),
        )
      }
      renewed += outdated.length
    }
    if (renewed > 0) await markForScrub(tx)
  })
  await scrub(db)
}

/** Rows of a table with their secrets as the store is to hold them now. Throws as `Secrets.open` does. */
export function renewSecrets(secrets: Secrets, table: string, rows: Row[]): Row[] {
  const known = SECRET_COLUMNS.find(candidate => candidate.table === table)
  if (!known) return rows
  const { key, column, placeOf } = known
  return rows.map(row => ({
    ...row,
    [column]: secrets.renew(row[column] as string, placeOf(row[key] as string)),
  }))
}
