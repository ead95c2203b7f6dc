import { type Random, randomText } from '../protocol/ids.ts'
import type { Statements } from '../store/database.ts'

/** The owner behind an openid under an app; `undefined` when there is none. */
export async function findOwner(db: Statements, appid: string, openid: string): Promise<string | undefined> {
  const row = await db.get<{ owner_id: string }>(
    'SELECT owner_id FROM owner_openids WHERE appid = $1 AND openid = $2',
    appid,
    openid,
  )
  return row?.owner_id
}

/** The owner's openid under an app; every owner has one under every app, made when it is first asked for. */
export async function openidFor(
  tx: Statements,
  ownerId: string,
  appid: string,
  random: Random,
): Promise<string> {
  const known = await readOpenid(tx, ownerId, appid)
  if (known) return known
  await tx.run(
    'INSERT INTO owner_openids (appid, openid, owner_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    appid,
    `o${randomText(27, random)}`,
    ownerId,
  )
  // Another transaction may have been first, and then its openid stands.
  return (await readOpenid(tx, ownerId, appid)) ?? ''
}

async function readOpenid(tx: Statements, ownerId: string, appid: string): Promise<string | undefined> {
  const row = await tx.get<{ openid: string }>(
    'SELECT openid FROM owner_openids WHERE owner_id = $1 AND appid = $2',
    ownerId,
    appid,
  )
  return row?.openid
}
