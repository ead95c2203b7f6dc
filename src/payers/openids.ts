import { type Random, randomText } from '../protocol/ids.ts'
import type { Statements } from '../store/database.ts'

/** The payer behind an openid under an app; `undefined` when there is none. */
export async function findPayer(db: Statements, appid: string, openid: string): Promise<string | undefined> {
  const row = await db.get<{ payer_id: string }>(
    'SELECT payer_id FROM payer_openids WHERE appid = $1 AND openid = $2',
    appid,
    openid,
  )
  return row?.payer_id
}

/** The payer's openid under an app; every payer has one under every app, made when it is first asked for. */
export async function openidFor(
  tx: Statements,
  payerId: string,
  appid: string,
  random: Random,
): Promise<string> {
  const known = await readOpenid(tx, payerId, appid)
  if (known) return known
  await tx.run(
    'INSERT INTO payer_openids (appid, openid, payer_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    appid,
    `o${randomText(27, random)}`,
    payerId,
  )
  // Another transaction may have been first, and then its openid stands.
  return (await readOpenid(tx, payerId, appid)) ?? ''
}

async function readOpenid(tx: Statements, payerId: string, appid: string): Promise<string | undefined> {
  const row = await tx.get<{ openid: string }>(
    'SELECT openid FROM payer_openids WHERE payer_id = $1 AND appid = $2',
    payerId,
    appid,
  )
  return row?.openid
}
