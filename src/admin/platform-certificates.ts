import { listPlatformCertificates, type PlatformCertificateRow } from '../merchants/change-platform-keys.ts'
import { NEXT_MADE_DAYS } from '../merchants/rotation.ts'
import { parseTime } from '../protocol/time.ts'
import { endCertificate } from '../sandbox/platform-certificates.ts'
import { refreshSandboxFiles } from '../sandbox/refresh-sandbox-files.ts'
import type { AdminPlatform } from './context.ts'
import { adminEndpoint } from './operation.ts'
import * as contract from './platform-certificates.contract.ts'
import { conflict, notFound } from './problems.ts'
import { shown } from './show.ts'

const NEXT_MADE_MS = NEXT_MADE_DAYS * 24 * 60 * 60 * 1000

export const platformCertificates = [
  adminEndpoint(contract.listPlatformCertificates, async (_request, { platform }) => ({
    data: (await listPlatformCertificates(platform.db)).map(row => certificateOf(platform, row)),
  })),
  adminEndpoint(
    contract.putPlatformCertificate,
    async ({ serial_no, expire_time }, { platform, sandbox }) => {
      const known = await find(platform, serial_no)
      const refusal = await endCertificate(platform, known, parseTime(expire_time) ?? 0)
      if (refusal) throw conflict(refusal)
      await refreshSandboxFiles(platform, sandbox)
      return certificateOf(platform, await find(platform, serial_no))
    },
  ),
]

async function find({ db }: AdminPlatform, serialNo: string): Promise<PlatformCertificateRow> {
  const known = (await listPlatformCertificates(db)).find(({ id }) => id === serialNo)
  if (!known) throw notFound('platform certificate', serialNo)
  return known
}

function certificateOf(
  { keys, clock }: AdminPlatform,
  { id, algorithm, effective_time, expire_time }: PlatformCertificateRow,
) {
  const row = {
    ...{ serial_no: id, algorithm, effective_time, expire_time },
    next_made_time: expire_time - NEXT_MADE_MS,
    is_signing: keys.signing(algorithm, clock.now()).id === id,
  }
  return shown(row, ['effective_time', 'expire_time', 'next_made_time'])
}
