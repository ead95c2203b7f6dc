import { adminEndpoint } from '../../../../admin/operation.ts'
import { invalidFields, notFound } from '../../../../admin/problems.ts'
import { findMerchant } from '../../../../merchants/merchants.ts'
import type { Statements } from '../../../../store/database.ts'
import { listH5Domains, replaceH5Domains } from '../h5-domains.ts'
import * as contract from './h5-domains.contract.ts'

export const h5Domains = [
  adminEndpoint(contract.putH5Domains, async ({ mchid, domains }, { platform }) => {
    await requireMerchant(platform.db, mchid)
    const wrong = domains.find(domain => !isHost(domain))
    if (wrong !== undefined)
      throw invalidFields({
        field: 'domains',
        issue: `has "${wrong}", which is no host such as pay.example.com`,
      })
    return platform.db.transaction(async tx => {
      await replaceH5Domains(tx, mchid, domains)
      return { mchid, domains: await listH5Domains(tx, mchid) }
    })
  }),
  adminEndpoint(contract.getH5Domains, async ({ mchid }, { platform }) => {
    await requireMerchant(platform.db, mchid)
    return { mchid, domains: await listH5Domains(platform.db, mchid) }
  }),
]

/** As a browser writes the host of a page. */
function isHost(domain: string): boolean {
  const url = URL.parse(`http://${domain}`)
  return url?.hostname === domain && url.href === `http://${domain}/`
}

async function requireMerchant(db: Statements, mchid: string): Promise<void> {
  if (!(await findMerchant(db, mchid))) throw notFound('merchant', mchid)
}
