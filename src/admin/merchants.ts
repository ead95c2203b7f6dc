import type { Static } from '../contract/schema.ts'
import { changesOfKeys } from '../merchants/change-keys.ts'
import {
  bindApp,
  bindSubMerchant,
  changeMerchant,
  createMerchant,
  listAppids,
  listSubMerchants,
  lockMerchant,
  MERCHANT_COLUMNS,
  type MerchantAccount,
  type MerchantSettings,
  readMerchant,
  unbindApp,
  unbindSubMerchant,
} from '../merchants/change-merchant.ts'
import { listCertificatesOf, storeCertificate } from '../merchants/merchant-certificates.ts'
import { merchantBalances } from '../merchants/merchant-money.ts'
import { namesOf, setPermissions } from '../merchants/permissions.ts'
import { noticeKeyShare } from '../merchants/platform-keys.ts'
import { placeOfApiv3Key } from '../merchants/seal-for.ts'
import { formatTimeMs } from '../protocol/time.ts'
import { type Credentials, certificateRow, handOver, issueMerchant } from '../sandbox/issue-merchant.ts'
import { requirePlatformCertificate } from '../sandbox/platform-certificates.ts'
import { refreshSandboxFiles } from '../sandbox/refresh-sandbox-files.ts'
import type { Statements, Transaction } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import type { AdminPlatform } from './context.ts'
import { shownCertificate } from './merchant-certificates.ts'
import * as contract from './merchants.contract.ts'
import { type AdminContext, adminEndpoint } from './operation.ts'
import { adminList } from './pages.ts'
import { conflict, invalidFields, notFound } from './problems.ts'

type Merchant = Static<typeof contract.merchant>
type Put = Static<(typeof contract.putMerchant)['request']>

export const merchants = [
  adminList(
    contract.listMerchants,
    { select: `SELECT ${MERCHANT_COLUMNS} FROM merchants`, key: { mchid: 'text' } },
    (row: MerchantAccount, { platform }) => listed(row, platform),
  ),
  adminEndpoint(contract.getMerchant, ({ mchid }, { platform }) => detailOf(platform.db, platform, mchid)),
  adminEndpoint(contract.putMerchant, put),
  adminEndpoint(contract.putMerchantApp, ({ mchid, appid }, context) =>
    change(context, mchid, tx => bindApp(tx, mchid, appid)),
  ),
  adminEndpoint(contract.deleteMerchantApp, ({ mchid, appid }, context) =>
    change(context, mchid, tx => unbindApp(tx, mchid, appid)),
  ),
  adminEndpoint(contract.putSubMerchant, ({ mchid, sub_mchid }, context) =>
    change(context, mchid, async (tx, provider) => {
      if (provider.kind !== 'provider') throw conflict(`${mchid} is no provider, so it has no sub-merchants.`)
      const sub = await readMerchant(tx, sub_mchid)
      if (!sub) throw notFound('sub-merchant', sub_mchid)
      if (sub.kind !== 'sub') throw conflict(`${sub_mchid} calls for itself; bind a number of kind sub.`)
      await bindSubMerchant(tx, mchid, sub_mchid)
    }),
  ),
  adminEndpoint(contract.deleteSubMerchant, ({ mchid, sub_mchid }, context) =>
    change(context, mchid, tx => unbindSubMerchant(tx, mchid, sub_mchid)),
  ),
]

async function put(request: Put, context: AdminContext): Promise<Merchant> {
  const { mchid, kind } = request
  const { db, clock, keys, secrets } = context.platform
  const known = await readMerchant(db, mchid)
  if (!known && !kind)
    throw invalidFields({ field: 'kind', issue: 'is required, because there is no such merchant number yet' })
  requirePermissions(request.permissions, context.platform)
  // Keys take their time, so they are made before the transaction.
  const isCaller = !known && kind !== 'sub'
  const { folder } = context.sandbox
  const credentials = isCaller ? await issueMerchant(context.platform, { folder, mchid }) : undefined
  if (request.shangmi) await requirePlatformCertificate(context.platform, 'SM2')
  const merchant = await db.transaction(async tx => {
    if (!known && kind) await make(tx, context, { mchid, kind, name: request.name ?? mchid }, credentials)
    const now = await lockMerchant(tx, mchid)
    if (!now) throw conflict('The sandbox was changed meanwhile; repeat the call.')
    if (kind && now.kind !== kind)
      throw conflict(`${mchid} is a ${now.kind} merchant number, and that never changes; leave kind out.`)
    if (now.kind === 'sub' && request.apiv3_key)
      throw conflict(`${mchid} never calls, so it has no APIv3 key; its provider's is used.`)
    const ofKeys = changesOfKeys(now, request, keys, clock.now())
    if ('refusal' in ofKeys) throw conflict(ofKeys.refusal)
    await changeMerchant(tx, mchid, { ...settingsOf(request, secrets), ...ofKeys })
    if (request.permissions) await setPermissions(tx, mchid, request.permissions)
    return detailOf(tx, context.platform, mchid)
  })
  await refreshFiles(context)
  if (request.notices_paused === false) context.platform.wake('notices')
  return merchant
}

function requirePermissions(given: readonly string[] = [], { permissions }: AdminPlatform): void {
  const unknown = given.find(name => !permissions.includes(name))
  if (unknown !== undefined)
    throw invalidFields({
      field: 'permissions',
      issue: `has ${unknown}, which no product knows; there are ${permissions.join(', ')}`,
    })
}

/** A new merchant number, unless somebody else has just made it. Its folder is written before the commit. */
async function make(
  tx: Transaction,
  { platform, sandbox }: AdminContext,
  merchant: Pick<MerchantAccount, 'mchid' | 'kind' | 'name'>,
  credentials: Credentials | undefined,
): Promise<void> {
  const { mchid } = merchant
  const public_key_id = credentials?.public_key_id ?? ''
  if (!(await createMerchant(tx, { ...merchant, public_key_id }))) return
  await setPermissions(tx, mchid, platform.permissions)
  if (!credentials) return
  await storeCertificate(tx, certificateRow(mchid, credentials.certificate))
  const apiv3_key = platform.secrets.seal(credentials.apiv3_key, placeOfApiv3Key(mchid))
  await changeMerchant(tx, mchid, { apiv3_key })
  handOver(platform, sandbox, mchid, credentials)
}

/** Changes what is bound to a merchant number that is there. */
async function change(
  context: AdminContext,
  mchid: string,
  work: (tx: Transaction, merchant: MerchantAccount) => Promise<void>,
): Promise<Merchant> {
  const merchant = await context.platform.db.transaction(async tx => {
    const known = await lockMerchant(tx, mchid)
    if (!known) throw notFound('merchant number', mchid)
    await work(tx, known)
    return detailOf(tx, context.platform, mchid)
  })
  await refreshFiles(context)
  return merchant
}

function refreshFiles({ platform, sandbox }: AdminContext): Promise<void> {
  return refreshSandboxFiles(platform, sandbox)
}

const FLAGS = [
  'collection_restricted',
  'advance_enabled',
  'notices_paused',
  'auto_withdrawal',
  'shangmi',
] as const satisfies readonly (keyof MerchantSettings)[]

/** Flags are 0 and 1 in the table, and the APIv3 key is sealed. */
function settingsOf(
  { mchid, kind: _kind, permissions: _names, ...request }: Put,
  secrets: Secrets,
): Partial<MerchantSettings> {
  const flags = FLAGS.filter(name => request[name] !== undefined).map(name => [name, request[name] ? 1 : 0])
  const { apiv3_key } = request
  const sealed = apiv3_key === undefined ? {} : { apiv3_key: secrets.seal(apiv3_key, placeOfApiv3Key(mchid)) }
  return { ...(request as Partial<MerchantSettings>), ...Object.fromEntries(flags), ...sealed }
}

/** What everybody who lists merchants sees. A rotation that is over is shown as none. */
function listed(account: MerchantAccount, { keys, clock }: AdminPlatform) {
  const {
    apiv3_key: _,
    public_key_id: _id,
    switching_since: _since,
    rotation_since: _begun,
    ...row
  } = account
  const { rotation, share } = keys.rotation(account, clock.now())
  const flag = (name: (typeof FLAGS)[number]) => row[name] === 1
  return {
    ...row,
    ...{ rotation, rotation_share: share },
    permissions: namesOf(row.permissions),
    collection_restricted: flag('collection_restricted'),
    advance_enabled: flag('advance_enabled'),
    notices_paused: flag('notices_paused'),
    auto_withdrawal: flag('auto_withdrawal'),
    shangmi: flag('shangmi'),
  }
}

async function detailOf(db: Statements, platform: AdminPlatform, mchid: string): Promise<Merchant> {
  const row = await readMerchant(db, mchid)
  if (!row) throw notFound('merchant number', mchid)
  const certificates = await listCertificatesOf(db, mchid)
  const now = platform.clock.now()
  return {
    ...listed(row, platform),
    ...(await merchantBalances(db, mchid)),
    has_apiv3_key: row.apiv3_key !== '',
    public_key_id: row.public_key_id,
    notice_key_share_now: noticeKeyShare(row, now),
    ...(row.switching_since !== null && { switching_since: formatTimeMs(row.switching_since) }),
    certificates: certificates.map(certificate => shownCertificate(certificate, now)),
    appids: await listAppids(db, mchid),
    sub_mchids: await listSubMerchants(db, mchid),
  }
}
