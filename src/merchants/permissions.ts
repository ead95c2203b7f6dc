import type { Transaction } from '../store/database.ts'

/**
 * The permissions of a merchant as a column of its row, so that whoever reads a merchant needs no other statement for them.
 * `mchid` is the column with its number.
 */
export function permissionsColumn(mchid: string): string {
  return `COALESCE((SELECT string_agg(p.permission, ' ' ORDER BY p.permission)
                      FROM merchant_permissions p WHERE p.mchid = ${mchid}), '') AS permissions`
}

/** Whether a merchant was given a permission. */
export function hasPermission({ permissions }: { permissions: string }, name: string): boolean {
  return namesOf(permissions).includes(name)
}

/** The names in a merchant's column, in their order. */
export function namesOf(permissions: string): string[] {
  return permissions === '' ? [] : permissions.split(' ')
}

/** Gives a merchant these permissions and no others. Whoever calls this holds the lock of the merchant. */
export async function setPermissions(
  tx: Transaction,
  mchid: string,
  permissions: readonly string[],
): Promise<void> {
  await tx.run('DELETE FROM merchant_permissions WHERE mchid = $1', mchid)
  for (const permission of new Set(permissions))
    await tx.run('INSERT INTO merchant_permissions (mchid, permission) VALUES ($1, $2)', mchid, permission)
}
